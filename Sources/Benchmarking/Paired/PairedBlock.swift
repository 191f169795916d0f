import Attention
import Records

/// Who is measured in a block.
public enum PairedSide: Int, Sendable, Codable, CaseIterable {
    case baseline, candidate
    /// The baseline once more, in a process of its own: what differs between it and the baseline is noise.
    case control

    /// Whose process it is.
    var build: PairedBuild { self == .candidate ? .candidate : .baseline }
}

/// The two builds that are compared.
public enum PairedBuild: Sendable {
    case baseline, candidate
}

/// One value for each side.
public struct PairedValues<Value> {
    public let baseline: Value
    public let candidate: Value
    public let control: Value

    public init(baseline: Value, candidate: Value, control: Value) {
        self.baseline = baseline
        self.candidate = candidate
        self.control = control
    }

    public init<E: Error>(_ value: (PairedSide) throws(E) -> Value) throws(E) {
        baseline = try value(.baseline)
        candidate = try value(.candidate)
        control = try value(.control)
    }

    public subscript(side: PairedSide) -> Value {
        switch side {
        case .baseline: baseline
        case .candidate: candidate
        case .control: control
        }
    }
}

extension PairedValues: Sendable where Value: Sendable {}
extension PairedValues: Equatable where Value: Equatable {}
extension PairedValues: Hashable where Value: Hashable {}

/// What is to be measured in one block: a fresh process for each side, then rounds over cells.
public struct PairedRequest: Sendable {
    public let workloads: [Workload]
    /// A multiple of six, in which every order of the three sides comes equally often.
    public let rounds: Int
    /// Decides order and environment; inputs have a seed of their own, the same in all blocks.
    public let seed: UInt64
    /// Whether results are held against the reference before they are timed.
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

/// What one block measured: the unit of inference, since processes differ in more than their code (where memory and
/// code came to lie, above all), and samples within one process know nothing of that.
public struct PairedBlock: Sendable, Hashable {
    /// A round's visit to one cell: one sample of each side, some milliseconds apart.
    public typealias Visit = PairedValues<Sample>

    public struct Cell: Sendable, Hashable {
        public let workload: Workload
        public let facts: PairedValues<PreparedFacts>
        /// The same on each side.
        public let iterationsPerSample: Int
        public let visits: [Visit]

        public init(
            workload: Workload, facts: PairedValues<PreparedFacts>, iterationsPerSample: Int, visits: [Visit]
        ) {
            self.workload = workload
            self.facts = facts
            self.iterationsPerSample = iterationsPerSample
            self.visits = visits
        }
    }

    public struct Refusal: Sendable, Hashable {
        public let workload: Workload
        /// The build that refused; the baseline where both did.
        public let build: PairedBuild
        public let reason: String

        public init(workload: Workload, build: PairedBuild, reason: String) {
            self.workload = workload
            self.build = build
            self.reason = reason
        }
    }

    /// In the order of the request.
    public let cells: [Cell]
    public let refusals: [Refusal]
    public let frozenLoop: [Visit]

    public init(cells: [Cell], refusals: [Refusal] = [], frozenLoop: [Visit]) {
        self.cells = cells
        self.refusals = refusals
        self.frozenLoop = frozenLoop
    }
}
