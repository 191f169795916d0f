import Attention
import Engines
import Hardware
import Kernels
import Records

/// A cell that is ready to be timed, with what making it ready has shown.
///
/// A run and both sides of a gate make their cells ready here, in one way: the kernel is made with its inputs and makes one
/// call, under a reading of peak memory.
struct ReadyCell {
    let workload: Workload
    let kernel: LoadedKernel
    /// Of making it, without what starting its engine and compiling took.
    let buildSeconds: Double
    let startupSeconds: Double
    /// The one call.
    let first: Sample
    let peakResidentBytes: Int
    private let minimumSampleNanoseconds: Int

    /// - Parameter inputs: of this seed, made when memory is being read already, so that inputs which nobody shares count.
    init(
        _ workload: Workload, _ instruments: Instruments, seed: UInt64, inputs: () -> SharedInputs
    ) throws(EngineError) {
        let engine = try instruments.engine(of: workload)
        let watch = Stopwatch(instruments.clock)
        let before = engine.startupSeconds
        let kernel = try LoadedKernel(workload, on: engine, seed: seed, inputs: inputs)
        startupSeconds = engine.startupSeconds - before
        buildSeconds = max(0, watch.seconds - startupSeconds)
        first = try instruments.sample(kernel, Batch(calls: 1), of: workload)
        peakResidentBytes = kernel.prepared.peakResidentBytes
        self.workload = workload
        self.kernel = kernel
        minimumSampleNanoseconds = engine.minimumSampleNanoseconds
    }

    /// What the kernel has beside what its calls read and write: by its word, or else by what its engine's memory has grown,
    /// where that is too much for chance; nil where neither says anything.
    var scratchBytes: Int? {
        if let stated = kernel.prepared.statedScratchBytes { return stated }
        let grown = peakResidentBytes - workload.tensorBytes
        return grown >= Self.leastTellingBytes ? grown : nil
    }

    /// Pages that an allocator had already, and huge ones of which a part is used, hide less than this.
    private static let leastTellingBytes = 8 << 20

    /// Holds the output of the last call against the oracle.
    func check(_ instruments: Instruments) throws(EngineError) -> Instruments.Correctness {
        try instruments.check(kernel)
    }

    /// Calls that fill a sample. A first call is slow, and a long one needs no second to show that it fills a sample.
    func callsPerSample() throws(EngineError) -> Int {
        if first.nanoseconds >= 4 * minimumSampleNanoseconds { return 1 }
        return try Calibration.calls(filling: minimumSampleNanoseconds) { calls throws(EngineError) in
            try kernel.sample(Batch(calls: calls)).nanoseconds
        }
    }

    /// Shares its inputs with the other cells that have the same, if it holds them.
    func share(through pool: inout InputPool) {
        if let own = kernel.inputs { kernel.adopt(pool.adopt(own, for: workload)) }
    }
}

extension Instruments {
    func engine(of workload: Workload) throws(EngineError) -> any Engine {
        try engines.kernel(of: workload).engine
    }

    /// Whether the workload's engine takes a seed in the place of tensors.
    func drawsInputs(of workload: Workload) -> Bool { (try? engine(of: workload))?.drawsInputs ?? false }
}

extension EngineError {
    /// What becomes of the cell.
    var outcome: Measurement.Outcome {
        switch self {
        case .unsupported(let error): .skipped(reason: error.reason)
        case .failed(let fault): .broken(reason: fault.description)
        }
    }
}
