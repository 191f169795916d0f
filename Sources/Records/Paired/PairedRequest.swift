/// What is to be measured in one block: a fresh process for each side, then rounds over cells.
public struct PairedRequest: Sendable {
    public let workloads: [Workload]
    /// A multiple of six, in which every order of the three sides comes equally often.
    public let rounds: Int
    /// Decides order and environment; inputs have a seed of their own, the same in all blocks.
    public let seed: UInt64
    /// Whether results are held against the reference, before the first sample and again after the last one.
    public let isChecked: Bool
    /// Slowdowns of the candidate, as fractions, that are made of real work in its timed region.
    public var planted: [Workload: Double] = [:]

    public init(
        workloads: [Workload], rounds: Int, seed: UInt64, isChecked: Bool, planted: [Workload: Double] = [:]
    ) {
        precondition(rounds > 0 && rounds.isMultiple(of: 6), "\(rounds) rounds do not balance three sides")
        self.workloads = workloads
        self.rounds = rounds
        self.seed = seed
        self.isChecked = isChecked
        self.planted = planted
    }
}
