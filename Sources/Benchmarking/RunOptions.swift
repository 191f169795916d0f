import Synchronization

/// What a caller may choose about one launch.
public struct RunOptions: Sendable {
    /// Decides inputs and order.
    public var seed: UInt64
    /// From 1.
    public var launch = 1
    /// Most rounds that a cell is visited in.
    public var rounds = 50
    /// Timed one after the other at each visit. Two let the variance within a round be told from that between rounds;
    /// with one launch the warm-up is better spent on another round.
    public var samplesPerVisit = 1
    /// Everything included; infinite where only `rounds` ends the run.
    public var timeBudgetSeconds = Double.infinity
    /// Part of the budget that was used before the runner started, such as for measuring the machine's ceilings.
    public var secondsAlreadySpent = 0.0
    /// Nil for 20 GiB, or 85 % of what is available where that is less: a run that makes the system swap measures it.
    public var memoryLimitBytes: Int?

    /// A million samples of a millisecond are a quarter of an hour for a single cell.
    public static let mostRounds = 1_000_000
    /// Each is a process that probes and prepares for seconds.
    public static let mostLaunches = 1000

    public init(seed: UInt64) { self.seed = seed }

    func memoryLimit(availableBytes: Int) -> Int {
        memoryLimitBytes ?? min(20 << 30, availableBytes / 100 * 85)
    }

    func limits(_ instruments: Instruments) -> RunLimits {
        RunLimits(
            timeBudgetSeconds: timeBudgetSeconds,
            memoryBytes: memoryLimit(availableBytes: instruments.availableBytes()), rounds: rounds,
            samplesPerVisit: samplesPerVisit,
            minimumSampleSeconds: instruments.minimumSampleSeconds)
    }
}

/// Asks a run to stop after the call that is under way. Safe to use from a signal handler.
public final class Cancellation: Sendable {
    private let flag = Atomic<Bool>(false)

    public init() {}

    public func cancel() { flag.store(true, ordering: .relaxed) }

    public var isCancelled: Bool { flag.load(ordering: .relaxed) }
}
