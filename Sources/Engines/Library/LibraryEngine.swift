import Attention
import Hardware
import Kernels
import Records

/// The kernels of a shared library, called in this process and timed by our own sampler.
public final class LibraryEngine: Engine {
    public let identity: EngineIdentity
    public let kernels: [Kernel]
    private let library: EngineLibrary
    private let seat: EngineSeat
    fileprivate let sampler: Sampler
    fileprivate let memory: ResidentMemory

    public init(
        _ library: EngineLibrary, on seat: EngineSeat, sampler: Sampler, memory: ResidentMemory = .ofThisProcess
    ) {
        let greeting = library.greeting
        identity = EngineIdentity(name: greeting.engine.name, version: greeting.engine.version)
        kernels = greeting.kernels.compactMap { $0.kernel(named: $0.name) }
        self.library = library
        self.seat = seat
        self.sampler = sampler
        self.memory = memory
    }

    public var minimumSampleNanoseconds: Int { sampler.minimumNanoseconds }

    public func prepare(
        _ workload: Workload, inputs: () -> SharedInputs
    ) throws(EngineError) -> any PreparedKernel {
        guard workload.phase != .loss else {
            throw .unsupported(
                UnsupportedProblem("the C interface has no tensors for the phase \(workload.phase.rawValue)"))
        }
        guard workload.problem.latent == nil else {
            throw .unsupported(
                UnsupportedProblem("the C interface has a tensor of values, and those of the problem are in its keys"))
        }
        return try LibraryKernel(workload, of: self, inputs)
    }

    public func sampleFrozenLoop(turns: Int) -> Sample? {
        sampler.sample(iterations: 1) { FrozenLoop.run(turns: turns) }
    }

    fileprivate func cell(for workload: Workload) throws(EngineError) -> LibraryCell {
        do throws(UnsupportedProblem) {
            return try library.prepare(workload.kernel, for: workload.problem, on: seat)
        } catch {
            throw .unsupported(error)
        }
    }
}

/// A kernel of a library, ready for one problem.
private final class LibraryKernel: PreparedKernel {
    let startup: Startup?
    private var inputs: SharedInputs
    private let cell: LibraryCell
    private var output: Tensor
    private let sampler: Sampler
    private let memory: ResidentMemory
    private let restingBytes: Int

    init(_ workload: Workload, of engine: LibraryEngine, _ inputs: () -> SharedInputs) throws(EngineError) {
        sampler = engine.sampler
        memory = engine.memory
        restingBytes = memory.bytes()
        memory.resetPeak()
        let stopwatch = Stopwatch()
        cell = try engine.cell(for: workload)
        startup = Startup(engineSeconds: 0, compileSeconds: stopwatch.seconds)
        self.inputs = inputs()
        output = workload.phase.output(of: workload.problem)
        try load(self.inputs)
    }

    var countedPairs: Int? { cell.computedPairs }
    var statedPairs: Int? { cell.computedPairs }
    var statedScratchBytes: Int? { cell.scratchBytes }
    var peakResidentBytes: Int { max(0, memory.peakBytes() - restingBytes) }

    func load(_ inputs: SharedInputs) throws(EngineError) {
        self.inputs = inputs
        let status = cell.load(inputs.tensors)
        guard status == 0 else { throw .failed(LibraryStatus(function: "attnbench_load", status: status)) }
    }

    func spoilOutput() { output.spoil() }

    func sample(_ batch: Batch) throws(EngineError) -> Sample {
        var failure: Int32 = 0
        func call() {
            let status = cell.run(inputs.tensors, into: &output)
            if status != 0 { failure = status }
            if batch.extraTurns > 0 { FrozenLoop.run(turns: batch.extraTurns) }
        }
        for _ in 0..<batch.warmUpCalls { call() }
        let sample = sampler.sample(iterations: batch.calls, call)
        guard failure == 0 else { throw .failed(LibraryStatus(function: "attnbench_run", status: failure)) }
        return sample
    }

    func withOutput<Result>(_ body: (borrowing Tensor) -> Result) -> Result { body(output) }
}
