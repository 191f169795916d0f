import Attention
import Hardware
import Kernels
import Quantities
import Statistics

/// What layers of several kinds cost, each by itself and all together in the order in which a model has them.
///
/// A model that mixes them costs the sum of its layers only if none makes the next one slower, through caches that it leaves empty or
/// through anything else. So the stack is measured beside its parts.
public struct MixStudy: Sendable, Codable, Hashable {
    /// How long to measure.
    public struct Limits: Sendable {
        public var rounds: Int
        /// No round begins after so many seconds, once there are the fewest that an interval needs.
        public var secondsPerLength: Double
        /// What may be allocated; nil where the system does not tell.
        public var memoryBytes: Int?

        public init(rounds: Int, secondsPerLength: Double = .infinity, memoryBytes: Int? = AvailableMemory.bytes()) {
            (self.rounds, self.secondsPerLength, self.memoryBytes) = (rounds, secondsPerLength, memoryBytes)
        }
    }

    /// What is measured.
    public struct Plan: Sendable {
        /// As its user names the mix.
        public var name: String
        public var mix: LayerMix
        /// Ascending.
        public var lengths: [Int]
        public var elementType: ElementType
        public var limits: Limits

        public init(name: String, mix: LayerMix, lengths: [Int], elementType: ElementType = .float32, limits: Limits) {
            self.name = name
            self.mix = mix
            self.lengths = lengths
            self.elementType = elementType
            self.limits = limits
        }
    }

    /// A kind of layer, as results have it.
    public struct Kind: Sendable, Codable, Hashable {
        /// "sliding-window(1024)".
        public let label: String
        public let kernel: String
        public let layer: AttendingLayer
        /// Layers of the stack; 0 where the kind is measured for comparison.
        public let layers: Int
        /// Layers of the whole model.
        public let layersOfModel: Int

        public init(label: String, kernel: String, layer: AttendingLayer, layers: Int, layersOfModel: Int) {
            self.label = label
            self.kernel = kernel
            self.layer = layer
            self.layers = layers
            self.layersOfModel = layersOfModel
        }
    }

    public let name: String
    public let phase: Phase
    public let elementType: ElementType
    public let threads: Int
    public let kinds: [Kind]
    /// Which kind is full attention.
    public let full: Int
    /// The stack, first layer first, by the places of kinds.
    public let order: [Int]
    /// Ascending in length.
    public var costs: [MixCost] = []
    public var skipped: [SkippedMix] = []
    public var wrong: [WrongLayer] = []

    /// What an interval of 95 % needs.
    public static let fewestRounds = 6

    /// Nothing measured yet.
    public init(of plan: Plan, threads: Int) {
        let mix = plan.mix
        name = plan.name
        phase = mix.phase
        elementType = plan.elementType
        self.threads = threads
        kinds = mix.kinds.indices.map { place in
            Kind(
                label: mix.kinds[place].label, kernel: mix.kinds[place].kernel.name, layer: mix.kinds[place].layer,
                layers: mix.counts[place], layersOfModel: mix.totals[place])
        }
        full = mix.full
        order = mix.order
    }

    /// - Parameter announce: told what is measured next.
    /// - Throws: for sizes that make no problem, or that a kernel does not take, before anything is measured.
    public static func measure(
        _ plan: Plan, on team: WorkerTeam, clock: any NanosecondClock = SystemClock(),
        announce: (String) -> Void = { _ in }
    ) throws -> MixStudy {
        var study = MixStudy(of: plan, threads: team.threadCount)
        let mix = plan.mix
        let problems = try plan.lengths.map { length in
            try mix.kinds.map { kind in
                let problem = try kind.problem(length: length, plan.elementType)
                try kind.kernel.requireSupport(of: problem)
                return problem
            }
        }
        for (length, problems) in zip(plan.lengths, problems) {
            let bytes = zip(zip(mix.kinds, problems), mix.counts).reduce(0.0) { sum, part in
                let ((kind, problem), count) = part
                return sum
                    + LayerBench.byteCount(kind.kernel, problem, layers: count, threads: team.threadCount)
            }
            // A tenth of the memory is left to others.
            if let free = plan.limits.memoryBytes, bytes > 0.9 * Double(free) {
                study.skipped.append(
                    SkippedMix(
                        length: length,
                        reason:
                            "it takes \(Quantity.bytes(Int(saturating: bytes))) of memory, and \(Quantity.bytes(free)) are free"
                    ))
                continue
            }
            announce("\(TokenCount.text(length)) tokens")
            let bench = try MixBench(mix, problems, on: team, clock: clock)
            bench.draw(seed: seed)
            study.wrong += bench.check(seed: seed)
            study.costs.append(try bench.measure(plan.limits))
        }
        return study
    }

    private static let seed: UInt64 = 1
}
