import Foundation
import Hardware
import Statistics

/// One kernel with one set of parameters, over all its lengths.
public struct Series: Sendable, Codable, Hashable {
    public let kernel: String
    public let parameters: SeriesParameters
    /// Such as "sliding-window(1024)": what tables and legends call it; unique in an analysis.
    public internal(set) var label: String
    /// Ascending in length.
    public let points: [Point]
    /// The law that AICc prefers, with the exponent free or held at 1. Nil where there are too few lengths to fit; a
    /// caution says so.
    public let law: GrowthLaw?
    /// The exponent on the exact pair count, always from the law that leaves it free. Nil with the law.
    public let exponent: Estimate?
    /// The same on the pairs that the kernel computes, which differ where tiles or chunks overhang the mask.
    public let exponentOnComputedPairs: Estimate?
    public let verdict: TheoryVerdict
    /// The pairs that the verdict holds the time against.
    public let verdictBasis: VerdictBasis
    /// Slope of the law with the exponent held at 1: the cost of one more pair. Nil with the law.
    public let nanosecondsPerPair: Estimate?
    public let localExponents: [LocalExponent]
    /// Functions of the length that textbooks would hold the times against, best first.
    public let candidates: [Candidate]
    public let regimeChange: RegimeChange?
    /// The largest length's time over what the law fitted to all other lengths says, less 1. Nil with fewer than six
    /// lengths.
    public let largestLengthError: Double?
    public let cautions: [Caution]
}

extension Series {
    init(_ measured: MeasuredSeries, caches: [Machine.Cache], using generator: inout some RandomNumberGenerator) {
        kernel = measured.key.kernel
        parameters = measured.parameters
        label = measured.label
        points = measured.points
        let laws = measured.laws
        law = laws?.preferred.law
        exponent = laws?.exponent
        let computed = ScalingLaws(
            MeasuredSeries.observations(points, measured.errors) { Double($0.computedPairs) })
        verdictBasis = VerdictBasis(points)
        verdict = Self.verdict(measured, on: verdictBasis)
        nanosecondsPerPair = laws?.proportional.coefficient()
        exponentOnComputedPairs = computed?.exponent
        localExponents = zip(points, points.dropFirst()).map { LocalExponent(from: $0, to: $1) }
        candidates = Candidate.ranked(points, parameters: parameters, errors: measured.errors)
        regimeChange = CacheRegimes(points, errors: measured.errors)?
            .change(parameters: parameters, caches: caches, using: &generator)
        largestLengthError = Self.largestLengthError(measured)
        cautions = Self.cautions(measured)
    }

    private static func largestLengthError(_ measured: MeasuredSeries) -> Double? {
        guard measured.points.count >= ScalingFit.fewestWithOverhead + 1, let last = measured.points.last else {
            return nil
        }
        let shorter = MeasuredSeries(
            key: measured.key, label: measured.label, points: measured.points.dropLast())
        guard let fit = shorter.laws?.preferred else { return nil }
        let surprise = log(last.medianNanoseconds) - fit.logTime(pairs: Double(last.usefulPairs)).value
        return exp(min(surprise, 500)) - 1
    }

    private static func cautions(_ measured: MeasuredSeries) -> [Caution] {
        let points = measured.points
        guard let laws = measured.laws else {
            return [Caution("no law: " + reasonForNoLaw(points))]
        }
        var cautions: [Caution] = []
        if points.count < ScalingFit.fewestWithOverhead {
            cautions.append(
                Caution(
                    "few lengths: \(points.count) cannot tell an overhead from growth, so the exponent assumes none and "
                        + "the verdict is open; \(ScalingFit.fewestWithOverhead) can"))
        }
        if VerdictBasis(points) == .computedPairs {
            cautions.append(
                Caution(
                    "held against the pairs that it computes: their ratio to those that the mask allows changes with "
                        + "the length, which bends the exponent on the latter"))
        }
        if let minima = contradictingMinima(laws.exponent, measured)?.value {
            cautions.append(
                Caution(
                    "minima disagree: the fastest samples grow with exponent \(String(format: "%.3f", minima)), "
                        + "and the intervals do not meet"))
        }
        return cautions
    }

    private static func reasonForNoLaw(_ points: [Point]) -> String {
        let pairs = points.map { Double($0.usefulPairs) }
        if points.count < 3 { return "\(points.count == 1 ? "1 length" : "\(points.count) lengths"), and 3 are needed" }
        if pairs.max()! <= ScalingFit.leastSpan * pairs.min()! { return "the count of pairs hardly grows" }
        return "the fit does not converge"
    }

    /// A deviation that the fastest samples do not share is no finding: noise that depends on the length bends the
    /// medians, and a kernel that grows too fast does so in its fastest samples too.
    private static func verdict(_ measured: MeasuredSeries, on basis: VerdictBasis) -> TheoryVerdict {
        func laws(of time: (Point) -> Double) -> ScalingLaws? {
            ScalingLaws(
                zip(measured.points, measured.errors).map {
                    ScalingFit.Observation(pairs: basis.pairs(of: $0), nanoseconds: time($0), logError: $1)
                })
        }
        guard let verdict = laws(of: \.medianNanoseconds)?.verdict else { return .undecided }
        return verdict == .deviates && laws(of: \.minimumNanoseconds)?.verdict != .deviates ? .undecided : verdict
    }

    /// The laws of the fastest samples. One-sided noise moves medians more than minima.
    private static func minima(_ measured: MeasuredSeries) -> ScalingLaws? {
        ScalingLaws(
            zip(measured.points, measured.errors).map {
                ScalingFit.Observation(
                    pairs: Double($0.usefulPairs), nanoseconds: $0.minimumNanoseconds, logError: $1)
            })
    }

    /// The exponent of the fastest samples where its interval does not meet that of the medians.
    private static func contradictingMinima(_ exponent: Estimate, _ measured: MeasuredSeries) -> Estimate? {
        guard let minima = minima(measured)?.exponent else { return nil }
        return minima.high < exponent.low || minima.low > exponent.high ? minima : nil
    }
}
