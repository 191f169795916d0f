import Analysis
import Attention
import Faults
import Statistics

/// This machine as its own results file describes it: what a pair costs in its kernels, and how fast it computes and
/// reads.
public struct MeasuredMachine: Sendable, Hashable {
    /// One kernel with one mask, measured over lengths.
    public struct Kernel: Sendable, Hashable {
        /// Such as "sliding-window(1024)".
        public let label: String
        public let mask: Mask
        public let headDimension: Int
        /// Heads of all batches of one measured call.
        public let heads: Int
        /// The cost of one more pair of one head.
        public let nanosecondsPerPair: Double
        /// Its 95 % interval.
        public let nanosecondsPerPairRange: ClosedRange<Double>
        /// Time of one call over the pairs of all its heads.
        public let law: GrowthLaw
        /// Median nanoseconds of one call by length.
        public let medians: [Int: Double]

        public init(
            label: String, mask: Mask, headDimension: Int, heads: Int, nanosecondsPerPair: Double,
            nanosecondsPerPairRange: ClosedRange<Double>, law: GrowthLaw, medians: [Int: Double]
        ) {
            self.label = label
            self.mask = mask
            self.headDimension = headDimension
            self.heads = heads
            self.nanosecondsPerPair = nanosecondsPerPair
            self.nanosecondsPerPairRange = nanosecondsPerPairRange
            self.law = law
            self.medians = medians
        }
    }

    /// Full causal attention.
    public let full: Kernel
    /// Kernels whose mask is bounded, cheapest pair first.
    public let windowed: [Kernel]
    /// The gated delta rule, with as many query heads as key/value heads; nil where it was not measured.
    public let gatedDelta: Kernel?
    public let threads: Int
    /// Measured peak of these threads on the element type of `full`.
    public let flopsPerSecond: Double
    /// Of these threads together; memory that they share may give less.
    public let readBytesPerSecond: Double
    /// The largest share of that peak that a measured kernel reached.
    public let bestFractionOfPeak: Double
    /// Nil where the results have no ranks.
    public let ranks: MeasuredRanks?
    /// Time of the backward pass of `full` over that of its forward pass, at the longest length of both; nil where no backward
    /// pass was measured.
    public let backwardRatio: Estimate?

    public init(
        full: Kernel, windowed: [Kernel], threads: Int, flopsPerSecond: Double, readBytesPerSecond: Double,
        bestFractionOfPeak: Double, ranks: MeasuredRanks? = nil,
        backwardRatio: Estimate? = nil, gatedDelta: Kernel? = nil
    ) {
        self.full = full
        self.windowed = windowed
        self.gatedDelta = gatedDelta
        self.threads = threads
        self.flopsPerSecond = flopsPerSecond
        self.readBytesPerSecond = readBytesPerSecond
        self.bestFractionOfPeak = bestFractionOfPeak
        self.ranks = ranks
        self.backwardRatio = backwardRatio
    }

    /// The cheapest fitted causal kernel of an analysis, and every fitted kernel with a bounded mask on
    /// as many threads and of the same element type.
    public init(_ analysis: ScalingAnalysis) throws(MeasuredMachineError) {
        // What a device did, or several ranks, says nothing of the cores of one process; scores that are not plain cost time of their own.
        let prompts = analysis.series.filter {
            $0.parameters.phase == .prefill && $0.parameters.selection == nil && $0.parameters.queryLength == nil
                && $0.parameters.scoreForm == nil
                && $0.device == nil && $0.ranks == nil
        }
        let prefills = prompts.filter { $0.parameters.weighting == nil }
        let causal = prefills.filter { $0.parameters.mask == .causal }
        guard
            let (series, kernel) = causal.compactMap({ series in Self.kernel(series).map { (series, $0) } })
                .min(by: { $0.1.nanosecondsPerFLOP < $1.1.nanosecondsPerFLOP })
        else { throw .noFullAttention(fitted: prefills.filter { $0.law != nil }.map(\.label)) }
        let (threads, elementType) = (series.parameters.threads, series.parameters.elementType)
        full = kernel
        windowed =
            prefills.filter { other in
                other.parameters.threads == threads && other.parameters.elementType == elementType
                    && other.parameters.mask.isCausal && other.parameters.mask.mostVisibleKeys != nil
            }
            .compactMap(Self.kernel).sorted { $0.nanosecondsPerFLOP < $1.nanosecondsPerFLOP }
        gatedDelta =
            prompts.filter { other in
                other.parameters.threads == threads && other.parameters.elementType == elementType
                    && other.parameters.weighting == .gatedDelta
                    && other.parameters.queryHeads == other.parameters.keyValueHeads
            }
            .compactMap(Self.kernel).min { $0.nanosecondsPerFLOP < $1.nanosecondsPerFLOP }
        self.threads = threads
        flopsPerSecond = analysis.ceilings.peakFLOPsPerSecond(of: elementType, cores: threads)
        readBytesPerSecond = analysis.ceilings.readBytesPerSecond * Double(threads)
        backwardRatio = TrainingCost.all(in: analysis).first { $0.forward == kernel.label }?.rows.last?.ratio
        bestFractionOfPeak = min(1, prefills.flatMap(\.points).map(\.utilisation.fractionOfPeak).max() ?? 1)
        ranks = MeasuredRanks(analysis)
    }

    private static func kernel(_ series: Series) -> Kernel? {
        guard let law = series.law, let cost = series.nanosecondsPerPair else { return nil }
        return Kernel(
            label: series.label, mask: series.parameters.mask, headDimension: series.parameters.headDimension,
            heads: series.parameters.batch * series.parameters.queryHeads,
            nanosecondsPerPair: cost.value, nanosecondsPerPairRange: cost.low...cost.high, law: law,
            medians: Dictionary(series.points.map { ($0.keyLength, $0.median.value) }) { first, _ in first })
    }

    /// The measured kernel that a layer with this mask would run: the same mask, else the cheapest bounded one, else
    /// full attention over the mask's pairs.
    func kernel(for mask: Mask) -> Kernel {
        if mask == .causal { return full }
        return windowed.first { $0.mask == mask } ?? windowed.first ?? full
    }
}

extension MeasuredMachine.Kernel {
    /// Pairs of different head dimensions compare by their FLOPs.
    var nanosecondsPerFLOP: Double { nanosecondsPerPair / Double(4 * headDimension) }
}

public enum MeasuredMachineError: Fault, Equatable {
    /// No causal kernel of full attention has a fitted law; those that have one.
    case noFullAttention(fitted: [String])

    public var exitStatus: ExitStatus { .usage }

    public var description: String {
        switch self {
        case .noFullAttention(let fitted):
            "the results have no full causal kernel with a growth law, which needs at least three lengths"
                + (fitted.isEmpty ? "" : "; the kernels with a law are \(fitted.joined(separator: ", "))")
                + "; run `attnbench run scaling` and give its results.jsonl"
        }
    }
}
