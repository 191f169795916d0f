import Attention
import Hardware
import Kernels
import Records
import Synchronization

/// Kernels that run in this process, on pinned teams, timed by our own sampler: those of this program, and those that a
/// package which uses it as a library adds.
public final class InProcessEngine: Engine {
    public let identity: EngineIdentity
    public let kernels: [Kernel]
    fileprivate let team: (Int) throws(UnsupportedProblem) -> WorkerTeam
    fileprivate let sampler: Sampler
    fileprivate let memory: ResidentMemory

    /// - Parameters:
    ///   - team: the team for a number of threads; throws where the machine has no such team.
    public init(
        kernels: [Kernel] = Kernel.builtIn, team: @escaping (Int) throws(UnsupportedProblem) -> WorkerTeam,
        sampler: Sampler, memory: ResidentMemory = .ofThisProcess
    ) {
        identity = EngineIdentity(name: EngineIdentity.builtInName, version: BuildFacts.commit)
        self.kernels = kernels
        self.team = team
        self.sampler = sampler
        self.memory = memory
    }

    /// With this machine's own clock and evidence.
    ///
    /// - Parameter evidence: of all teams; made on the thread that takes the samples.
    public convenience init(
        kernels: [Kernel] = Kernel.builtIn, team: @escaping (Int) throws(UnsupportedProblem) -> WorkerTeam,
        evidence: ThreadEvidenceReader, clockFacts: ClockFacts
    ) {
        self.init(
            kernels: kernels, team: team,
            sampler: Sampler(
                clock: SystemClock(), resolutionNanoseconds: clockFacts.resolutionNanoseconds,
                overheadNanoseconds: clockFacts.overheadNanoseconds, evidence: { evidence.read() }))
    }

    public var minimumSampleNanoseconds: Int { sampler.minimumNanoseconds }

    public func prepare(
        _ workload: Workload, inputs: () -> SharedInputs
    ) throws(EngineError) -> any PreparedKernel {
        let kernel = try kernel(for: workload)
        do throws(UnsupportedProblem) {
            return try InProcessKernel(kernel, workload, of: self, inputs)
        } catch {
            throw .unsupported(error)
        }
    }

    /// What the machine itself gives: the same instructions whatever the build.
    public func sampleFrozenLoop(turns: Int) -> Sample? {
        sampler.sample(iterations: 1) { FrozenLoop.run(turns: turns) }
    }
}

/// A kernel with all that one call needs, so that a call is nothing but the kernel's `run`.
private final class InProcessKernel: PreparedKernel {
    private var inputs: SharedInputs
    let statedPairs: Int?
    let statedScratchBytes: Int?
    let filter: GradientFilter
    private let kernel: any KernelInstance
    private var output: Tensor
    private let sampler: Sampler
    private let memory: ResidentMemory
    private let restingBytes: Int

    init(
        _ kernel: Kernel, _ workload: Workload, of engine: InProcessEngine, _ inputs: () -> SharedInputs
    ) throws(UnsupportedProblem) {
        let (problem, team) = (workload.problem, try engine.team(workload.threads))
        sampler = engine.sampler
        memory = engine.memory
        restingBytes = memory.bytes()
        memory.resetPeak()
        filter = kernel.filter
        statedPairs = kernel.computedPairs(for: problem)
        statedScratchBytes = kernel.scratchBytes(for: problem, threads: workload.threads)
        self.kernel = try kernel.prepare(for: problem, on: team)
        self.inputs = inputs()
        self.kernel.load(from: self.inputs.tensors)
        output = kernel.phase.output(of: problem)
        // The pages are touched here: the first call would otherwise pay for getting them from the system.
        output.withMutableBytes { bytes in
            for start in stride(from: 0, to: bytes.count, by: 4096) { bytes[start] = 0 }
        }
    }

    var countedPairs: Int? { kernel.countedPairs }

    var peakResidentBytes: Int { max(0, memory.peakBytes() - restingBytes) }

    func load(_ inputs: SharedInputs) {
        self.inputs = inputs
        kernel.load(from: inputs.tensors)
    }

    func spoilOutput() { output.spoil() }

    func adopt(_ inputs: SharedInputs) { self.inputs = inputs }

    func sample(_ batch: Batch) -> Sample {
        if batch.extraTurns == 0 { return sample(batch) { call() } }
        return sample(batch) {
            call()
            FrozenLoop.run(turns: batch.extraTurns)
        }
    }

    private func sample(_ batch: Batch, _ call: () -> Void) -> Sample {
        for _ in 0..<batch.warmUpCalls { call() }
        return sampler.sample(iterations: batch.calls, call)
    }

    private func call() {
        kernel.run(inputs.tensors, into: &output)
        BlackHole.consume(output)
    }

    func withOutput<Result>(_ body: (borrowing Tensor) -> Result) -> Result { body(output) }
}

/// Reads outputs, so that the optimiser cannot remove the code that computes them.
enum BlackHole {
    private static let sink = Atomic<UInt64>(0)

    /// Takes the first and the last byte: a store to an atomic is visible to other threads, so the bytes must exist.
    @inline(never)
    static func consume(_ tensor: borrowing Tensor) {
        tensor.withBytes { bytes in
            sink.store(UInt64(bytes[0]) << 8 | UInt64(bytes[bytes.count - 1]), ordering: .relaxed)
        }
    }
}
