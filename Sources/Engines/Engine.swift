import Attention
import Faults
import Kernels
import Records

/// Where kernels come from: this program, a shared library, or a program in any language.
///
/// The harness knows an engine by this protocol alone. It asks for a kernel that is ready for one workload, then for
/// samples of it. Whose clock times the calls, and in which process they run, is the engine's own affair: an engine that
/// is a child process passes each request on, waits for the reply, and answers `EngineError.failed` where the program
/// died, hung or spoke something else than the protocol.
public protocol Engine: AnyObject {
    var identity: EngineIdentity { get }
    /// What it says of itself beside its version; empty for this program.
    var details: [String: String] { get }
    /// What its kernels run on; nil for the CPUs of this machine.
    var device: Device? { get }
    /// By the names that sweeps have for them: bare for this program's kernels, `engine/kernel` for all others.
    var kernels: [Kernel] { get }
    /// The shortest sample to be trusted. It is so long that neither the clock nor the way to it can be seen in a sample.
    var minimumSampleNanoseconds: Int { get }

    /// What a cell takes of this machine's memory, in this process and in those of the engine.
    ///
    /// - Parameter scratchBytes: the kernel's own, as they are stated or have been measured.
    func bytes(of workload: Workload, scratchBytes: Int) -> Int

    /// Seconds that its processes have taken to start, and its kernels to compile, all in all: nobody's budget of samples
    /// pays for them.
    var startupSeconds: Double { get }

    /// CPU time of its own processes so far; nil where its kernels run in this one.
    var cpuNanoseconds: Int? { get }

    /// From now on its answers are not waited for much longer than the time budget lasts.
    ///
    /// - Parameter secondsLeft: of the budget.
    func limitWaiting(to secondsLeft: @escaping () -> Double)

    /// Makes a kernel ready for one workload, with these inputs loaded.
    ///
    /// - Parameter inputs: asked for once, after the reading of memory has begun, so that tensors which are made for this
    ///   cell count as its own.
    func prepare(_ workload: Workload, inputs: () -> SharedInputs) throws(EngineError) -> any PreparedKernel

    /// Times the frozen loop where the engine's kernels run; nil where the engine has none, and the harness runs its own.
    func sampleFrozenLoop(turns: Int) throws(EngineError) -> Sample?
}

extension Engine {
    public var details: [String: String] { [:] }
    public var device: Device? { nil }
    public var startupSeconds: Double { 0 }
    public var cpuNanoseconds: Int? { nil }

    public func bytes(of workload: Workload, scratchBytes: Int) -> Int { workload.tensorBytes + scratchBytes }

    public func limitWaiting(to secondsLeft: @escaping () -> Double) {}

    public func sampleFrozenLoop(turns: Int) throws(EngineError) -> Sample? { nil }
}

/// One kernel, ready to be timed on one workload. It knows nothing of rounds, files or statistics. Letting go of the last
/// reference frees what it holds.
public protocol TimedKernel: AnyObject {
    /// Fills the output with NaN, so that a later call which writes nothing is seen.
    func spoilOutput() throws(EngineError)

    func sample(_ batch: Batch) throws(EngineError) -> Sample

    /// Pairs that one call went through, counted while it ran, over all batches and heads; nil if they are not counted.
    var countedPairs: Int? { get }

    /// Growth of peak resident memory since before the kernel was made ready.
    var peakResidentBytes: Int { get }

    /// The pairs of one call as the engine states them from the sizes alone; nil where it does not.
    var statedPairs: Int? { get }

    /// What the kernel allocates beside what its calls read and write, as the engine states it from the sizes alone; nil where it does not.
    var statedScratchBytes: Int? { get }

    /// What it took to start its engine and to compile it; nil for kernels that this program has from its own start on.
    var startup: Startup? { get }

    /// Whether its calls read memory that two processes share, which comes in small pages: by its engine's own wish.
    var readsSharedTensors: Bool { get }

    /// Whether it could compute where no clock runs, as another process can.
    var mayComputeUnseen: Bool { get }

    /// The error that its output may have, times that of the plain loops in the same element type.
    var tolerance: Double { get }

    /// What the gradients of a loss may lack.
    var filter: GradientFilter { get }
}

extension TimedKernel {
    public var readsSharedTensors: Bool { false }
    public var mayComputeUnseen: Bool { false }
    public var statedPairs: Int? { nil }
    public var statedScratchBytes: Int? { nil }
    public var startup: Startup? { nil }
    public var tolerance: Double { Accuracy.ownTolerance }
    public var filter: GradientFilter { .none }

    /// How far its output may be from the reference.
    public var allowance: Allowance { Allowance(tolerance: tolerance, filter: filter) }
}

/// A kernel that reads whole tensors, and writes one.
public protocol PreparedKernel: TimedKernel {
    /// Takes these in place of the inputs that it has, untimed. A decode kernel fills its cache from them. Other contents
    /// have to give another answer: a kernel that remembers one is caught by this.
    func load(_ inputs: SharedInputs) throws(EngineError)

    /// Takes the same inputs from where others hold them too, so that its own can be freed.
    func adopt(_ inputs: SharedInputs)

    /// Lends the output of the last call.
    func withOutput<Result>(_ body: (borrowing Tensor) -> Result) throws(EngineError) -> Result
}

extension PreparedKernel {
    public func adopt(_ inputs: SharedInputs) {}
}

/// Calls that are made one after the other.
public struct Batch: Hashable, Sendable {
    /// Untimed, before the others.
    public var warmUpCalls = 0
    public let calls: Int
    /// Turns of the frozen loop after each call: real work in the timed region, of which the gate is to find as much as was
    /// planted. Only engines of attnbench itself do it.
    public var extraTurns = 0

    public init(calls: Int, warmUpCalls: Int = 0, extraTurns: Int = 0) {
        precondition(calls >= 1 && warmUpCalls >= 0 && extraTurns >= 0, "a batch has at least one call")
        self.calls = calls
        self.warmUpCalls = warmUpCalls
        self.extraTurns = extraTurns
    }
}

/// Why an engine gives no answer.
public enum EngineError: Fault {
    /// The kernel does not take the workload. The cell is skipped, and nothing is broken.
    case unsupported(UnsupportedProblem)
    /// The engine broke: it died, hung, or did not keep to the protocol. The engine's own error says what happened. The
    /// cell fails, and the run goes on.
    case failed(any Fault)

    public var exitStatus: ExitStatus {
        switch self {
        case .unsupported(let error): error.exitStatus
        case .failed: .engineFailed
        }
    }

    public var description: String {
        switch self {
        case .unsupported(let error): error.description
        case .failed(let fault): fault.description
        }
    }
}
