import Attention
import Benchmarking
import Hardware
import Statistics

/// All that a results file says about scaling, ready to be printed and drawn, and written as `analysis.json`.
public struct ScalingAnalysis: Sendable, Codable {
    public static let currentSchema = "attnbench-analysis/1"

    public let schema: String
    public let series: [Series]
    public let crossovers: [Crossover]
    public let overheadRatios: [OverheadRatio]
    public let forecasts: [Forecast]
    public let ceilings: Ceilings
    /// Cells that have no time, and why.
    public let absent: [AbsentCell]
    public let cautions: [Caution]
}

/// One kernel with one set of parameters, over all its lengths.
public struct Series: Sendable, Codable, Hashable {
    public let kernel: String
    public let parameters: SeriesParameters
    /// Such as "sliding-window(1024)": what tables and legends call it; unique in an analysis.
    public let label: String
    /// Ascending in length.
    public let points: [Point]
    /// Nil where there are too few lengths to fit; a caution says so.
    public let law: GrowthLaw?
    /// The exponent on the exact pair count. Nil with the law.
    public let exponent: Estimate?
    public let verdict: TheoryVerdict
    /// Slope of the law with the exponent held at 1: the cost of one more pair. Nil with the law.
    public let nanosecondsPerPair: Estimate?
    public let localExponents: [LocalExponent]
    public let cautions: [Caution]
}

/// What the cells of a series share.
public struct SeriesParameters: Sendable, Codable, Hashable {
    public let mask: Mask
    public let batch: Int
    public let queryHeads: Int
    public let keyValueHeads: Int
    public let headDimension: Int
    public let elementType: ElementType
    public let threads: Int
}

/// One length of a series, summarised.
public struct Point: Sendable, Codable, Hashable {
    public let queryLength: Int
    public let keyLength: Int
    /// Median time of one call, with the 95 % interval of the median.
    public let medianNanoseconds: Double
    public let low: Double
    public let high: Double
    public let minimumNanoseconds: Double
    public let samples: Int
    public let contaminatedSamples: Int
    public let usefulPairs: Int
    public let computedPairs: Int
    public let flops: Int
    /// Useful FLOP/s over the measured peak of the element type, threads counted.
    public let fractionOfPeak: Double
    public let peakResidentBytes: Int
    /// What theory says this call needs: Q, K, V, O and the kernel's own scratch.
    public let predictedBytes: Int
    public let cautions: [Caution]
}

/// ln(time ratio) over ln(length ratio) between neighbours, measured and as the exact pair counts say.
public struct LocalExponent: Sendable, Codable, Hashable {
    public let fromLength: Int
    public let toLength: Int
    public let measured: Estimate
    public let theory: Double
}

/// The length from which one series is faster than another.
public struct Crossover: Sendable, Codable, Hashable {
    public enum Place: Sendable, Codable, Hashable {
        /// In tokens; `bracketed` where lengths on both sides of it were measured.
        case at(tokens: Estimate, bracketed: Bool)
        case notCrossedInRange
    }

    /// Label of the series that wins beyond the crossover.
    public let faster: String
    /// Label of the series that it beats there.
    public let slower: String
    public let place: Place
}

/// What a kernel that computes more pairs pays for it, against a kernel with the same mask that does not.
public struct OverheadRatio: Sendable, Codable, Hashable {
    public let series: String
    public let against: String
    public let length: Int
    public let measuredTimeRatio: Estimate
    public let computedPairsRatio: Double
}

/// Time of one call at a length.
public struct Forecast: Sendable, Codable, Hashable {
    public enum Basis: String, Sendable, Codable { case measured, extrapolated }

    public let series: String
    public let tokens: Int
    public let seconds: Double
    public let low: Double
    public let high: Double
    public let basis: Basis
    /// Length over the largest measured length of the series; 1 where measured.
    public let multipleOfMeasured: Double
}

/// A cell without a time.
public struct AbsentCell: Sendable, Codable, Hashable {
    public let series: String
    public let queryLength: Int
    public let reason: String
    /// True where the kernel's result was wrong rather than not asked for.
    public let failed: Bool
}

/// Whether a series grows as theory says: a test of equivalence, not of significance.
public enum TheoryVerdict: String, Sendable, Codable {
    /// The 90 % interval of the exponent lies in [0.97, 1.03].
    case matches
    /// The 95 % interval of the exponent lies outside [0.97, 1.03].
    case deviates
    case undecided
}
