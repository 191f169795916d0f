import Attention
import Engines
import Hardware
import Kernels
import Records

/// Everything that a run reads from the world, so that a test can replace all of it.
public struct Instruments {
    /// What a check of one output says.
    public enum Correctness: Equatable, Sendable {
        case right(maximumError: Double)
        case wrong(maximumError: Double, reason: String)
    }

    /// Where the kernels of a run come from; not empty.
    public let engines: [any Engine]
    /// Compares the output of the last call with the oracle.
    public let check: (LoadedKernel) throws(EngineError) -> Correctness
    /// Memory that the system could still give.
    public let availableBytes: () -> Int
    public let clock: any NanosecondClock
    /// How fast the CPUs are now on which a workload runs; nil if this is not measured. Its engine must be at rest.
    public let sentinels: (Workload) -> SentinelReading?
    private let sinceStart: Stopwatch

    public init(
        engines: [any Engine], check: @escaping (LoadedKernel) throws(EngineError) -> Correctness,
        availableBytes: @escaping () -> Int, clock: any NanosecondClock,
        sentinels: @escaping (Workload) -> SentinelReading? = { _ in nil }
    ) {
        precondition(!engines.isEmpty, "a run has kernels from somewhere")
        self.engines = engines
        self.check = check
        self.availableBytes = availableBytes
        self.clock = clock
        self.sentinels = sentinels
        sinceStart = Stopwatch(clock)
    }

    /// What the engines have taken so far to start and to compile.
    var startupSeconds: Double { engines.reduce(0) { $0 + $1.startupSeconds } }

    /// A sample, with how fast the machine was right before and right after, and with how busy the engines were meanwhile
    /// that nobody asked anything.
    ///
    /// Whatever computes, the sentinels run in this process: its threads are bound to the CPUs of the workload, and an
    /// engine between two requests leaves these to them.
    ///
    /// - Parameter reading: taken right after the sample before this one, where that was a moment ago: it stands for both.
    func sample(
        _ kernel: LoadedKernel, _ batch: Batch, of workload: Workload, after reading: SentinelReading? = nil
    ) throws(EngineError) -> Sample {
        let elapsedSeconds = (sinceStart.seconds * 1000).rounded() / 1000
        let before = reading ?? sentinels(workload)
        var sample = try sample(kernel, batch)
        if let before, let after = sentinels(workload) {
            sample.sentinels = SentinelNeighbours(before: before, after: after, elapsedSeconds: elapsedSeconds)
        }
        return sample
    }

    private func sample(_ kernel: LoadedKernel, _ batch: Batch) throws(EngineError) -> Sample {
        let others = engines.filter { $0 !== kernel.engine }.map { (name: $0.identity.name, engine: $0) }
        guard let watch = IdleWatch(others, clock: clock) else { return try kernel.sample(batch) }
        var sample = try kernel.sample(batch)
        let (worked, nanoseconds) = watch.worked()
        sample.idleCPUs = Dictionary(
            uniqueKeysWithValues: worked.map { engine, cpuNanoseconds in
                (engine, (Double(cpuNanoseconds) / Double(nanoseconds) * 1000).rounded() / 1000)
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
