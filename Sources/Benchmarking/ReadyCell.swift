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
    let kernel: any PreparedKernel
    let buildSeconds: Double
    /// The one call.
    let first: Sample
    let peakResidentBytes: Int
    private let minimumSampleNanoseconds: Int

    /// - Parameter inputs: made when memory is being read already, so that inputs which nobody shares count.
    init(
        _ workload: Workload, _ instruments: Instruments, inputs: () -> SharedInputs
    ) throws(EngineError) {
        let engine = try instruments.engine(of: workload)
        let watch = Stopwatch(instruments.clock)
        let kernel = try engine.prepare(workload, inputs: inputs)
        buildSeconds = watch.seconds
        first = try kernel.sample(Batch(calls: 1))
        peakResidentBytes = kernel.peakResidentBytes
        self.workload = workload
        self.kernel = kernel
        minimumSampleNanoseconds = engine.minimumSampleNanoseconds
    }

    /// Holds the output of the last call against the oracle.
    func check(_ instruments: Instruments) throws(EngineError) -> Instruments.Correctness {
        try kernel.check(workload.problem, instruments)
    }

    /// Calls that fill a sample. A first call is slow, and a long one needs no second to show that it fills a sample.
    func callsPerSample() throws(EngineError) -> Int {
        if first.nanoseconds >= 4 * minimumSampleNanoseconds { return 1 }
        return try Calibration.calls(filling: minimumSampleNanoseconds) { calls throws(EngineError) in
            try kernel.sample(Batch(calls: calls)).nanoseconds
        }
    }

    /// Shares its inputs with the other cells that have the same.
    func share(through pool: inout InputPool) { kernel.adopt(pool.adopt(kernel.inputs, for: workload.problem)) }
}

extension PreparedKernel {
    /// Holds the output of the last call against the oracle.
    func check(
        _ problem: AttentionProblem, _ instruments: Instruments
    ) throws(EngineError) -> Instruments.Correctness {
        try withOutput { instruments.check(problem, inputs.tensors, $0, tolerance) }
    }
}

extension Instruments {
    func engine(of workload: Workload) throws(EngineError) -> any Engine {
        do throws(UnsupportedProblem) { return try kernel(named: workload.kernel).engine } catch {
            throw .unsupported(error)
        }
    }
}

extension EngineError {
    /// What becomes of the cell.
    var outcome: Measurement.Outcome {
        switch self {
        case .unsupported(let error): .skipped(reason: error.reason)
        case .failed(let fault): .failed(reason: fault.description, maximumError: nil)
        }
    }
}
