/// One timed batch of calls, with its evidence. Runs, gates and the journal all keep this.
public struct Sample: Sendable, Codable, Hashable {
    /// The time of the batch, by the clock of the engine that made the calls.
    public let nanoseconds: Int
    public let contamination: Contamination
    /// By this program's own clock, where an engine says of itself what a batch took; nil where both are the same.
    public let wallNanoseconds: Int?
    /// The part of the batch in which the engine's device computed, by the engine's word; nil where it says nothing.
    public let deviceNanoseconds: Int?
    /// Cycles and instructions of the calling thread, by the CPU's own counters; nil where these cannot be read.
    public let counts: ProcessorCounts?
    /// What each rank did, where ranks share each call; the time of the sample is that of the slowest.
    public let ranks: [RankTime]?
    /// The last call of each rank; nil where no ranks share it, or where they did too much to keep.
    public let timeline: [[RankActivity]]?
    /// How many CPUs each engine that nobody asked anything kept busy meanwhile, by its name; nil where there is no other.
    public var idleCPUs: [String: Double]?
    /// How fast the machine was right before and right after; nil if this was not measured.
    public var sentinels: SentinelNeighbours?

    public init(
        nanoseconds: Int, contamination: Contamination, wallNanoseconds: Int? = nil, deviceNanoseconds: Int? = nil,
        counts: ProcessorCounts? = nil, ranks: [RankTime]? = nil, timeline: [[RankActivity]]? = nil,
        idleCPUs: [String: Double]? = nil, sentinels: SentinelNeighbours? = nil
    ) {
        self.nanoseconds = nanoseconds
        self.contamination = contamination
        self.wallNanoseconds = wallNanoseconds
        self.deviceNanoseconds = deviceNanoseconds
        self.counts = counts
        self.ranks = ranks
        self.timeline = timeline
        self.idleCPUs = idleCPUs
        self.sentinels = sentinels
    }

    /// By the system's counters. Whether the sentinels call it slowed is known when the launch is over.
    public var isContaminated: Bool { contamination.isContaminated(wallNanoseconds: wallNanoseconds ?? nanoseconds) }
}
