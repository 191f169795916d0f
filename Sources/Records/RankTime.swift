/// What one rank did in a sample, where several processes share each call.
public struct RankTime: Hashable, Codable, Sendable, BitwiseCopyable {
    /// From the barrier before the sample to the end of the rank's own part, by its own clock.
    public let nanoseconds: Int
    /// Inside the kernel that one rank uses.
    public let computingNanoseconds: Int
    /// Inside calls that end only when messages have arrived.
    public let waitingNanoseconds: Int
    /// What other ranks sent to this one.
    public let receivedBytes: Int

    public init(nanoseconds: Int, computingNanoseconds: Int, waitingNanoseconds: Int, receivedBytes: Int) {
        self.nanoseconds = nanoseconds
        self.computingNanoseconds = computingNanoseconds
        self.waitingNanoseconds = waitingNanoseconds
        self.receivedBytes = receivedBytes
    }
}
