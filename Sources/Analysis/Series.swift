import Attention
import Foundation
import Quantities
import Records
import Statistics

/// One kernel with one set of parameters, over all its lengths.
public struct Series: Sendable, Codable, Hashable {
    public let kernel: String
    public let parameters: SeriesParameters
    /// Such as "sliding-window(1024)": what tables and legends call it; unique in an analysis.
    public internal(set) var label: String
    /// What it was measured on; nil for the CPUs of the machine.
    public let device: Device?
    /// The ranks that shared each call; nil where one process computed it.
    public let ranks: RankSetting?
    /// Ascending in length.
    public let points: [Point]
    /// The law that AICc prefers, with the exponent free or held at 1. Nil where there are too few lengths to fit; a
    /// caution says so.
    public let law: GrowthLaw?
    /// The shortest length that the law is fitted to: in decode, where enough lengths read from memory, the first of these.
    /// Nil with the law.
    public let lawFromLength: Int?
    /// The exponent on the exact pair count, or in decode on the bytes, always from the law that leaves it free. Nil with
    /// the law.
    public let exponent: Estimate?
    /// The exponent on the pairs that the kernel computes. These are more than the mask allows where tiles or chunks
    /// reach past its edge.
    public let exponentOnComputedPairs: Estimate?
    public let verdict: TheoryVerdict
    /// What the verdict holds the time against.
    public let verdictBasis: WorkBasis
    /// Slope of the law with the exponent held at 1: the cost of one more pair. Nil with the law, and in decode.
    public let nanosecondsPerPair: Estimate?
    /// Slope of that law over bytes in place of pairs: the cost of one more byte. Only decoding has it.
    public let nanosecondsPerByte: Estimate?
    /// Where work does not grow with the length, as in decode past a window: whether time does. Nil elsewhere.
    public let lengthSlope: LengthSlope?
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
    /// Whether it is a decoding series that reads a whole window anew for each token.
    public var recomputes: Bool { parameters.recomputes(points) }

    /// Whether arithmetic is the limit of a decoding series, so that what it reads says nothing about it.
    public var isDecodeByArithmetic: Bool { recomputes || parameters.isDecode && parameters.latent != nil }

    /// On which a call is computed: of all its threads, and of all ranks.
    public var cores: Int { parameters.threads * (ranks?.coreCount ?? 1) }

    init(_ measured: MeasuredSeries, caches: [Machine.Cache], using generator: inout some RandomNumberGenerator) {
        kernel = measured.key.kernel
        parameters = measured.parameters
        label = measured.label
        device = measured.device
        ranks = measured.ranks
        points = measured.points
        let laws = measured.laws
        law = laws?.preferred.law
        lawFromLength = laws == nil ? nil : measured.fittedPoints.first?.keyLength
        exponent = laws?.exponent
        let saysItsPairs = points.allSatisfy { $0.work.computedPairs != nil }
        exponentOnComputedPairs = saysItsPairs ? measured.laws(over: .computedPairs)?.exponent : nil
        verdictBasis = WorkBasis(points, of: parameters)
        verdict = Self.verdict(measured, on: verdictBasis)
        nanosecondsPerPair = laws?.cost(per: .usefulPairs)
        nanosecondsPerByte = laws?.cost(per: .bytes)
        lengthSlope = measured.lengthSlope
        let basis = parameters.lawBasis
        localExponents = zip(points, points.dropFirst()).map { LocalExponent(from: $0, to: $1, basis: basis) }
        candidates = Candidate.ranked(points, parameters: parameters, errors: measured.errors)
        var change = CacheRegimes(points, errors: measured.errors)?
            .change(parameters: parameters, caches: caches, using: &generator)
        if let first = change.flatMap({ change in measured.points.firstIndex { $0.keyLength == change.toLength } }) {
            change?.verdictBefore = Self.verdict(measured, within: 0..<first, on: verdictBasis)
            change?.verdictAfter = Self.verdict(measured, within: first..<measured.points.count, on: verdictBasis)
        }
        regimeChange = change
        largestLengthError = Self.largestLengthError(measured)
        cautions = Self.cautions(measured)
    }

    private static func largestLengthError(_ measured: MeasuredSeries) -> Double? {
        guard measured.fitted.count >= ScalingFit.fewestWithOverhead + 1, let last = measured.points.last else {
            return nil
        }
        guard let fit = measured.droppingLast().laws?.preferred else { return nil }
        let surprise =
            log(last.median.value) - fit.logTime(work: measured.parameters.lawBasis.work(of: last)).value
        return exp(min(surprise, 500)) - 1
    }

    private static func cautions(_ measured: MeasuredSeries) -> [Caution] {
        let points = measured.points
        guard let laws = measured.laws else {
            return measured.lengthSlope == nil ? [Caution("no law: " + reasonForNoLaw(measured))] : []
        }
        var cautions: [Caution] = []
        if measured.fitted.count < ScalingFit.fewestWithOverhead {
            cautions.append(
                Caution(
                    "few lengths: \(measured.fitted.count) cannot separate an overhead from growth, so the fit assumes no overhead and "
                        + "the verdict is undecided; \(ScalingFit.fewestWithOverhead) lengths can"))
        }
        if measured.fitted.lowerBound > 0 {
            cautions.append(
                Caution(
                    "fitted from \(TokenCount.text(measured.fittedPoints[0].keyLength)) cached tokens on: shorter caches "
                        + "lie at least partly in a cache of the CPU, where a byte costs less"))
        }
        if measured.fitted.upperBound < points.count, let last = measured.fittedPoints.last {
            cautions.append(
                Caution(
                    "fitted up to \(TokenCount.text(last.keyLength)) cached tokens: of longer caches the CPU's own holds "
                        + "a part"))
        }
        if WorkBasis(points, of: measured.parameters) == .computedPairs {
            cautions.append(
                Caution(
                    "compared with the pairs that the kernel computes: these are more than the mask allows, by a factor that "
                        + "changes with the length and would bend an exponent on the allowed pairs"))
        }
        if let minima = contradictingMinima(laws.exponent, measured)?.value {
            cautions.append(
                Caution(
                    "minima disagree: the fastest samples grow with exponent \(String(format: "%.3f", minima)), "
                        + "and the intervals do not meet"))
        }
        return cautions
    }

    private static func reasonForNoLaw(_ measured: MeasuredSeries) -> String {
        let points = measured.fittedPoints
        let work = points.map(measured.parameters.lawBasis.work)
        let lengths = points.count == 1 ? "1 length" : "\(points.count) lengths"
        if points.count < 3, measured.points.count >= 3 {
            let place = measured.fitted.lowerBound > 0 ? "from memory alone" : "from a cache alone"
            return "\(lengths) read \(place), and 3 are needed"
        }
        if points.count < 3 { return "\(lengths), and 3 are needed" }
        if work.max()! <= ScalingFit.leastSpan * work.min()! {
            return "the count of \(measured.parameters.lawBasis == .bytes ? "bytes" : "pairs") hardly grows"
        }
        return "the fit does not converge"
    }

    /// A deviation that the fastest samples do not share is no finding: noise that depends on the length bends the
    /// medians, and a kernel that grows too fast does so in its fastest samples too.
    ///
    /// Where the work stops growing, as past a window in decode, time has to stop too.
    private static func verdict(_ measured: MeasuredSeries, on basis: WorkBasis) -> TheoryVerdict {
        guard let flat = measured.lengthSlope?.verdict else { return lawVerdict(measured, on: basis) }
        guard measured.laws != nil else { return flat }
        let growth = lawVerdict(measured, on: basis)
        return growth == flat ? flat : [growth, flat].contains(.deviates) ? .deviates : .undecided
    }

    private static func lawVerdict(_ measured: MeasuredSeries, on basis: WorkBasis) -> TheoryVerdict {
        lawVerdict(measured, within: measured.fitted, on: basis)
    }

    /// Of some lengths alone; nil where they are too few to tell an overhead from growth.
    private static func verdict(
        _ measured: MeasuredSeries, within some: Range<Int>, on basis: WorkBasis
    ) -> TheoryVerdict? {
        some.count >= ScalingFit.fewestWithOverhead ? lawVerdict(measured, within: some, on: basis) : nil
    }

    private static func lawVerdict(
        _ measured: MeasuredSeries, within some: Range<Int>, on basis: WorkBasis
    ) -> TheoryVerdict {
        let verdict = measured.laws(over: basis, within: some)?.verdict ?? .undecided
        guard verdict == .deviates else { return verdict }
        let fastest = measured.laws(over: basis, within: some, of: \.sampling.minimumNanoseconds)
        return fastest?.verdict == .deviates ? .deviates : .undecided
    }

    /// The exponent of the fastest samples where its interval does not meet that of the medians. One-sided noise moves
    /// medians more than minima.
    private static func contradictingMinima(_ exponent: Estimate, _ measured: MeasuredSeries) -> Estimate? {
        let laws = measured.laws(over: measured.parameters.lawBasis, of: \.sampling.minimumNanoseconds)
        guard let minima = laws?.exponent else { return nil }
        return minima.high < exponent.low || minima.low > exponent.high ? minima : nil
    }
}
