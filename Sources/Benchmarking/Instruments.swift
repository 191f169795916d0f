import Attention
import Engines
import Hardware
import Kernels
import Records

/// Everything that a run reads from the world, so that a test can put a world of its own in its place.
public struct Instruments {
    /// What a check of one output says.
    public enum Correctness: Equatable, Sendable {
        case right(maximumError: Double)
        case wrong(maximumError: Double, reason: String)
    }

    /// Where the kernels of a run come from; not empty.
    public let engines: [any Engine]
    /// Compares an output with the oracle; its error may be so many times that of the plain loops.
    public let check:
        (AttentionProblem, borrowing AttentionInputs, borrowing Tensor, _ tolerance: Double) -> Correctness
    /// Memory that the system could still give.
    public let availableBytes: () -> Int
    public let clock: any NanosecondClock

    public init(
        engines: [any Engine],
        check:
            @escaping (AttentionProblem, borrowing AttentionInputs, borrowing Tensor, _ tolerance: Double) ->
            Correctness,
        availableBytes: @escaping () -> Int, clock: any NanosecondClock
    ) {
        precondition(!engines.isEmpty, "a run has kernels from somewhere")
        self.engines = engines
        self.check = check
        self.availableBytes = availableBytes
        self.clock = clock
    }

    /// The engine that has a kernel, and the kernel.
    func kernel(named name: String) throws(UnsupportedProblem) -> (engine: any Engine, kernel: Kernel) {
        for engine in engines {
            if let kernel = engine.kernels.first(where: { $0.name == name }) { return (engine, kernel) }
        }
        throw UnsupportedProblem("this build has no kernel \"\(name)\"")
    }

    /// The shortest sample that every engine's clock can be trusted with.
    var minimumSampleSeconds: Double { Double(engines.map(\.minimumSampleNanoseconds).max()!) / 1e9 }

    /// - Precondition: an engine has the kernel.
    func origin(of workload: Workload) -> KernelOrigin {
        let engine = engines.first { $0.kernels.contains { $0.name == workload.kernel } }!
        return KernelOrigin(
            engine: engine.identity, place: engine.kernels.firstIndex { $0.name == workload.kernel }!)
    }

    /// Seconds that `body` takes.
    func seconds<E: Error>(_ body: () throws(E) -> Void) throws(E) -> Double {
        let watch = Stopwatch(clock)
        try body()
        return watch.seconds
    }
}
