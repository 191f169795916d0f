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
    /// How fast the CPUs are now on which a workload runs; nil where nobody looks. Its engine must be at rest.
    public let sentinels: (Workload) -> SentinelReading?

    public init(
        engines: [any Engine],
        check:
            @escaping (AttentionProblem, borrowing AttentionInputs, borrowing Tensor, _ tolerance: Double) ->
            Correctness,
        availableBytes: @escaping () -> Int, clock: any NanosecondClock,
        sentinels: @escaping (Workload) -> SentinelReading? = { _ in nil }
    ) {
        precondition(!engines.isEmpty, "a run has kernels from somewhere")
        self.engines = engines
        self.check = check
        self.availableBytes = availableBytes
        self.clock = clock
        self.sentinels = sentinels
    }

    /// What the engines have taken so far to start and to compile.
    var startupSeconds: Double { engines.reduce(0) { $0 + $1.startupSeconds } }

    /// A sample, with how fast the machine was right before and right after, and with how busy the engines were meanwhile
    /// that nobody asked anything.
    ///
    /// Whatever computes, the sentinels run in this process: its threads are bound to the CPUs of the workload, and an
    /// engine between two requests leaves these to them.
    func sample(
        _ kernel: LoadedKernel, _ batch: Batch, of workload: Workload
    ) throws(EngineError) -> Sample {
        let before = sentinels(workload)
        var sample = try sample(kernel, batch)
        if let before, let after = sentinels(workload) {
            sample.sentinels = SentinelNeighbours(before: before, after: after)
        }
        return sample
    }

    /// Threads of an idle engine that spin take CPUs and caches from what is measured in turn with it.
    private func sample(_ kernel: LoadedKernel, _ batch: Batch) throws(EngineError) -> Sample {
        let idle = engines.filter { $0 !== kernel.engine }.compactMap { engine in
            engine.cpuNanoseconds.map { (engine, cpuNanoseconds: $0) }
        }
        if idle.isEmpty { return try kernel.sample(batch) }
        let watch = Stopwatch(clock)
        var sample = try kernel.sample(batch)
        let nanoseconds = Double(max(1, watch.nanoseconds))
        sample.idleCPUs = Dictionary(
            uniqueKeysWithValues: idle.map { engine, before in
                // A process that was started anew begins at 0.
                let busy = Double(max(0, (engine.cpuNanoseconds ?? before) - before)) / nanoseconds
                return (engine.identity.name, (busy * 1000).rounded() / 1000)
            })
        return sample
    }

    /// The shortest sample that every engine's clock can be trusted with.
    var minimumSampleSeconds: Double { Double(engines.map(\.minimumSampleNanoseconds).max()!) / 1e9 }

    /// Seconds that `body` takes.
    func seconds<E: Error>(_ body: () throws(E) -> Void) throws(E) -> Double {
        let watch = Stopwatch(clock)
        try body()
        return watch.seconds
    }
}
