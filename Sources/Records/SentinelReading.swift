/// How long two fixed pieces of work took, the sentinels, on every CPU of a team at the same time. What slows them has
/// slowed a sample beside them too, also where no counter of the system shows it: another guest on the second hardware
/// thread of a core leaves no trace but time.
public struct SentinelReading: Hashable, Codable, Sendable {
    /// A register tile on operands in the first cache. One time for each CPU, in the order of the team's threads.
    public let tileNanoseconds: [Int]
    /// Reading a buffer that no cache holds. Nil beside a cell that is not bound by memory.
    public let readNanoseconds: [Int]?

    public init(tileNanoseconds: [Int], readNanoseconds: [Int]? = nil) {
        self.tileNanoseconds = tileNanoseconds
        self.readNanoseconds = readNanoseconds
    }
}

/// The readings right before and right after one sample, outside of its clock.
public struct SentinelNeighbours: Hashable, Codable, Sendable {
    public let before: SentinelReading
    public let after: SentinelReading
    /// When the first of the two began, in seconds since the launch did. An attempt that goes on with an interrupted launch
    /// counts on from its last sample. Nil in files of earlier builds.
    public var elapsedSeconds: Double?

    public init(before: SentinelReading, after: SentinelReading, elapsedSeconds: Double? = nil) {
        self.before = before
        self.after = after
        self.elapsedSeconds = elapsedSeconds
    }

    package var both: [SentinelReading] { [before, after] }
}
