/// What the seconds of one launch went into.
public struct TimeSpent: Codable, Hashable, Sendable {
    public enum Activity: String, CaseIterable, Sendable {
        /// Measuring the machine's ceilings, as far as the budget pays for it; in one of several launches, starting its process.
        case ceilings
        /// Short calls from which the cost of every cell is predicted.
        case probing
        /// Making each cell ready: its inputs, its first call, and the check of that call's output.
        case preparing
        /// Making a cell again that memory has no room to keep between its visits.
        case remaking
        /// Calls before a sample that fill the caches, and the sentinels beside it.
        case warmingUp
        /// What is timed.
        case sampling
        /// The check of each cell after its last round.
        case checking
    }

    private var seconds: [Activity: Double] = [:]

    public init() {}

    public subscript(_ activity: Activity) -> Double {
        get { seconds[activity] ?? 0 }
        set { seconds[activity] = newValue }
    }

    public var total: Double { Activity.allCases.reduce(0) { $0 + self[$1] } }

    /// Activities that this build does not know, since a later one added them, are left out.
    public init(from decoder: any Decoder) throws {
        for (name, value) in try decoder.singleValueContainer().decode([String: Double].self) {
            if let activity = Activity(rawValue: name) { seconds[activity] = value }
        }
    }

    public func encode(to encoder: any Encoder) throws {
        let named = seconds.map { ($0.key.rawValue, ($0.value * 1000).rounded() / 1000) }
        var container = encoder.singleValueContainer()
        try container.encode(Dictionary(uniqueKeysWithValues: named))
    }
}
