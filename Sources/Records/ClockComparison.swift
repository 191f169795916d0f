/// The time of one sample by the engine's own clock and by ours, which also sees the pipe between the two.
public struct ClockComparison: Hashable, Sendable, CustomStringConvertible {
    public let engineNanoseconds: Int
    public let wallNanoseconds: Int
    /// In which one of the two processes stood in line for a CPU: on a busy machine an answer lies in the pipe for
    /// milliseconds until this process gets to read it.
    public let waitNanoseconds: Int

    public init(engineNanoseconds: Int, wallNanoseconds: Int, waitNanoseconds: Int = 0) {
        self.engineNanoseconds = engineNanoseconds
        self.wallNanoseconds = wallNanoseconds
        self.waitNanoseconds = waitNanoseconds
    }

    /// A pipe, two wake-ups and some JSON: 0.1 ms on a quiet machine.
    private static let pipeNanoseconds = 300_000.0
    /// In a shorter time the pipe is too much for a judgement. No such sample counts: a program's last longer.
    private static let leastNanoseconds = 20_000_000
    private static let doubtfulShare = 0.02
    private static let unbelievableShare = 0.10

    public enum Judgement: Hashable, Sendable {
        case agrees
        /// Told beside the time.
        case doubtful
        /// The time is not taken.
        case unbelievable
    }

    /// An engine may not say more than passed here, and hardly less: what it does between its own readings of the clock
    /// and its answer is the output of nothing that was asked for.
    public var judgement: Judgement {
        if max(engineNanoseconds, wallNanoseconds) < Self.leastNanoseconds { return .agrees }
        let excess = Double(wallNanoseconds - engineNanoseconds)
        let difference = max(excess - Double(waitNanoseconds), -excess) - Self.pipeNanoseconds
        let wall = Double(wallNanoseconds)
        if difference > Self.unbelievableShare * wall { return .unbelievable }
        return difference > Self.doubtfulShare * wall ? .doubtful : .agrees
    }

    public var description: String {
        "states that its calls took \(Self.milliseconds(engineNanoseconds)), but "
            + "\(Self.milliseconds(wallNanoseconds)) passed on the clock of attnbench"
    }

    private static func milliseconds(_ nanoseconds: Int) -> String {
        "\((Double(nanoseconds) / 1e4).rounded() / 100) ms"
    }
}
