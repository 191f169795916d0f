import Analysis
import Attention
import Statistics

/// The questions of a plan asked of a measured machine: theory, forecast and measurement side by side.
///
/// - Theory: FLOPs over the measured peak, bytes over the measured bandwidth.
/// - Forecast: attention by the measured kernels' own laws, scaled from their head dimension to the model's by FLOPs; layers of the gated
///   delta rule by its kernel's law, scaled by the elements of their states; matrices, and layers with another state, at the best share of
///   peak that any measured kernel reached.
/// - Measured: attention at a length that was run, scaled in the same way to the model's heads and layers.
public struct MeasuredPlan: Sendable, Hashable {
    public struct Row: Sendable, Hashable {
        public let subject: Prefill.Part.Subject
        /// The kernel that the forecast comes from; nil for matrices, and for recurrences that were not measured.
        public let kernel: String?
        public let theorySeconds: Double
        public let forecastSeconds: Double
        /// The forecast by the cost of one more pair alone, lowest to highest; nil without a kernel.
        public let perPairSeconds: ClosedRange<Double>?
        public let measuredSeconds: Double?
    }

    public let machine: MeasuredMachine
    public let context: Int
    public let rows: [Row]
    public let decodeBytes: Double
    /// The same prompt on several such hosts; empty where the results have no ranks.
    public let shared: [SharedPrompt]
    /// Rent of the machine; nil where none is given.
    public let dollarsPerHour: Double?

    public init(_ cache: KVCache, context: Int, on machine: MeasuredMachine, dollarsPerHour: Double? = nil) {
        self.machine = machine
        self.context = context
        self.dollarsPerHour = dollarsPerHour
        rows = Prefill(cache.model, tokens: context).parts.map { part in
            let theory = part.flops / machine.flopsPerSecond
            switch part.subject {
            case .recurrence:
                if let row = Self.gatedDelta(cache.model, part, context, machine) { return row }
                fallthrough
            case .linear:
                return Row(
                    subject: part.subject, kernel: nil, theorySeconds: theory,
                    forecastSeconds: theory / machine.bestFractionOfPeak, perPairSeconds: nil, measuredSeconds: nil)
            case .attention(let mask):
                return Self.attention(mask, part, context, machine)
            }
        }
        decodeBytes = Decode(cache, context: context).bytes
        shared = Self.shared(cache.model, tokens: context, rows: rows, machine)
    }

    private static func attention(
        _ mask: Mask, _ part: Prefill.Part, _ context: Int, _ machine: MeasuredMachine
    ) -> Row {
        let kernel = machine.kernel(for: mask)
        let pairs = Double(PairCount(mask: mask, length: context).allowed)
        let flopsPerMeasuredPair = Double(4 * kernel.headDimension)
        /// Calls of one measured head that the layers of this kind are worth.
        let calls = part.flops / (pairs * flopsPerMeasuredPair)
        let heads = Double(kernel.heads)
        let low = pairs * calls * kernel.nanosecondsPerPairRange.lowerBound / 1e9
        let high = pairs * calls * kernel.nanosecondsPerPairRange.upperBound / 1e9
        let measured = kernel.mask == mask ? kernel.medians[context].map { $0 / heads * calls / 1e9 } : nil
        return Row(
            subject: part.subject, kernel: kernel.label, theorySeconds: part.flops / machine.flopsPerSecond,
            forecastSeconds: kernel.law.nanoseconds(work: pairs * heads) / heads * calls / 1e9,
            perPairSeconds: low...high, measuredSeconds: measured)
    }

    /// Nil where the model's states follow other rules, or the rule was not measured.
    private static func gatedDelta(
        _ model: Model, _ part: Prefill.Part, _ context: Int, _ machine: MeasuredMachine
    ) -> Row? {
        let states = model.layers.compactMap { layer -> Int? in
            if case .gatedDelta = layer.recurrence { layer.recurrence?.stateElements } else { nil }
        }
        guard let kernel = machine.gatedDelta, states.count == part.layers else { return nil }
        /// Calls of the measured heads that all layers are worth.
        let calls = Double(states.reduce(0, +)) / Double(kernel.heads * kernel.headDimension * kernel.headDimension)
        let pairs = Weighting.gatedDelta.predictedPairs(
            PairCount(mask: .causal, length: context),
            HeadCounts(batch: 1, query: kernel.heads, keyValue: kernel.heads, dimension: kernel.headDimension),
            phase: .prefill)
        let perPair = kernel.nanosecondsPerPairRange
        return Row(
            subject: part.subject, kernel: kernel.label, theorySeconds: part.flops / machine.flopsPerSecond,
            forecastSeconds: kernel.law.nanoseconds(work: pairs) * calls / 1e9,
            perPairSeconds: perPair.lowerBound * pairs * calls / 1e9...perPair.upperBound * pairs * calls / 1e9,
            measuredSeconds: kernel.medians[context].map { $0 * calls / 1e9 })
    }

    public var theorySeconds: Double { rows.reduce(0) { $0 + $1.theorySeconds } }
    public var forecastSeconds: Double { rows.reduce(0) { $0 + $1.forecastSeconds } }
    /// A training step on one sequence: the forward pass and the backward pass of every layer.
    public struct Training: Sendable, Hashable {
        /// Backward over forward, of attention, as it was measured.
        public let backwardRatio: Estimate
        /// By the counts of products, at the measured peak.
        public let theorySeconds: Double
        /// Attention's forecast with the measured ratio; matrices at the best share of peak.
        public let forecastSeconds: Double
    }

    /// The backward pass of a matrix has two products of the size of its one forward product. Recurrences are taken to be alike.
    private static let matrixBackwardRatio = 2.0

    /// Nil where no backward pass was measured.
    public var training: Training? {
        machine.backwardRatio.map { ratio in
            func seconds(_ time: (Row) -> Double, attention: Double) -> Double {
                rows.reduce(0) { sum, row in
                    let isAttention = if case .attention = row.subject { true } else { false }
                    return sum + time(row) * (1 + (isAttention ? attention : Self.matrixBackwardRatio))
                }
            }
            return Training(
                backwardRatio: ratio, theorySeconds: seconds(\.theorySeconds, attention: TrainingCost.theory),
                forecastSeconds: seconds(\.forecastSeconds, attention: ratio.value))
        }
    }

    public var decodeSeconds: Double { decodeBytes / machine.readBytesPerSecond }

    public func dollars(seconds: Double) -> Double? { dollarsPerHour.map { $0 * seconds / 3600 } }
}
