import Attention
import Foundation
import Statistics

/// The length from which one series is faster than another.
public struct Crossover: Sendable, Codable, Hashable {
    public enum Place: Sendable, Codable, Hashable {
        /// In tokens; `bracketed` where lengths on both sides of it were measured, otherwise from the fitted laws.
        case at(tokens: Estimate, bracketed: Bool)
        /// One series is the faster throughout.
        case notCrossedInRange
    }

    /// Label of the series that wins beyond the crossover, or throughout where there is none.
    public let faster: String
    /// Label of the series that it beats there.
    public let slower: String
    public let place: Place

    /// How far beyond the largest measured length the laws may say that two series cross.
    static let reach = 64.0
    static let replicates = 1000

    /// Every series with a bounded mask, over selected blocks, or without softmax, against full attention of the same shape.
    package static func all(among measured: [MeasuredSeries]) -> [Crossover] {
        measured.enumerated().compactMap { index, narrow in
            guard !narrow.parameters.isFullAttention,
                let full = measured.first(where: { $0.parameters == narrow.parameters.fullAttention })
            else { return nil }
            return between(narrow, and: full, seed: UInt64(index))
        }
    }

    /// From how many tokens on one series is faster than another on the same problem, where that length lies between measured
    /// ones.
    package static func overtaking(of slower: MeasuredSeries, by faster: MeasuredSeries) -> Estimate? {
        guard let crossover = between(faster, and: slower, seed: 0), crossover.faster == faster.label,
            case .at(let tokens, bracketed: true) = crossover.place
        else { return nil }
        return tokens
    }

    /// Nil where the two have no two lengths' range in common, and where nothing can be said: no crossing is in reach, and
    /// neither is the faster at every length, as where a window is the whole text.
    private static func between(_ narrow: MeasuredSeries, and full: MeasuredSeries, seed: UInt64) -> Crossover? {
        guard let curves = MeasuredCurves(narrow, and: full) else { return nil }
        var generator = SplitMix64(seed: seed)
        let measured = curves.advantage(of: narrow.logTimes, over: full.logTimes)
        func crossover(_ place: Place, narrowWins: Bool) -> Crossover {
            Crossover(
                faster: narrowWins ? narrow.label : full.label, slower: narrowWins ? full.label : narrow.label,
                place: place)
        }
        switch curves.crossing(measured) {
        case .at(let value):
            let estimate = Bootstrap(replicates: replicates).estimate(of: value, using: &generator) { generator in
                let drawn = curves.advantage(
                    of: narrow.drawnLogTimes(&generator), over: full.drawnLogTimes(&generator))
                switch curves.crossing(drawn) {
                case .at(let length): return length
                case .before: return curves.logLengths.first!
                case .beyond: return curves.logLengths.last!
                }
            }
            return crossover(.at(tokens: estimate.exponentiated, bracketed: true), narrowWins: true)
        case .before:
            return crossover(.notCrossedInRange, narrowWins: true)
        case .beyond:
            if let tokens = extrapolated(narrow, and: full, using: &generator) {
                return crossover(.at(tokens: tokens, bracketed: false), narrowWins: true)
            }
            return curves.fullWinsThroughout(narrow: narrow.logTimes, full: full.logTimes)
                ? crossover(.notCrossedInRange, narrowWins: false) : nil
        }
    }

    /// Where the laws cross beyond the measured lengths; nil unless 97.5 % of the draws agree that they do.
    private static func extrapolated(
        _ narrow: MeasuredSeries, and full: MeasuredSeries, using generator: inout SplitMix64
    ) -> Estimate? {
        guard let narrowLaws = narrow.laws, let fullLaws = full.laws else { return nil }
        let start = max(narrow.lengths.last!, full.lengths.last!)
        let lengths = stride(from: log(start), through: log(start * reach), by: log(2) / 8).map { $0 }
        func predictions(_ series: MeasuredSeries, _ laws: ScalingLaws) -> [ScalingLaws.Prediction] {
            lengths.map { laws.prediction(work: series.parameters.work(length: Int(saturating: exp($0)))) }
        }
        let (narrowTimes, fullTimes) = (predictions(narrow, narrowLaws), predictions(full, fullLaws))
        func crossing(narrowDraw: Double, fullDraw: Double) -> Double? {
            let advantage = zip(narrowTimes, fullTimes).map { narrow, full in
                full.logNanoseconds + fullDraw * full.standardError
                    - narrow.logNanoseconds - narrowDraw * narrow.standardError
            }
            guard let after = advantage.firstIndex(where: { $0 > 0 }), after > 0 else { return nil }
            return zero(of: advantage, over: lengths, before: after)
        }
        guard let value = crossing(narrowDraw: 0, fullDraw: 0) else { return nil }
        var missed = 0
        let estimate = Bootstrap(replicates: replicates).estimate(of: value, using: &generator) { generator in
            let draws = (NormalDistribution.draw(using: &generator), NormalDistribution.draw(using: &generator))
            if let length = crossing(narrowDraw: draws.0, fullDraw: draws.1) { return length }
            missed += 1
            return lengths.last!
        }
        return Double(missed) <= 0.025 * Double(replicates) ? estimate.exponentiated : nil
    }

    /// The length, as a logarithm, at which `advantage` passes zero just before index `after`.
    fileprivate static func zero(of advantage: [Double], over lengths: [Double], before after: Int) -> Double {
        let (below, above) = (advantage[after - 1], advantage[after])
        return lengths[after - 1] + (lengths[after] - lengths[after - 1]) * below / (below - above)
    }
}

/// Two measured curves over the lengths that both were measured around, straight between points in logarithms.
private struct MeasuredCurves {
    /// Every measured length of either, within the range of both.
    let logLengths: [Double]
    private let narrow: [Double]
    private let full: [Double]
    /// What an advantage has to exceed to count, at each length. Where both masks allow the same pairs, as a window does
    /// up to its size, that is three standard errors: there a kernel may be faster, but its mask is not.
    private let leastAdvantage: [Double]

    enum Crossing {
        case at(Double)
        /// The first series is faster throughout.
        case before
        /// The first series does not win at the largest length.
        case beyond
    }

    init?(_ narrow: MeasuredSeries, and full: MeasuredSeries) {
        self.narrow = narrow.lengths.map { log($0) }
        self.full = full.lengths.map { log($0) }
        guard let first = [self.narrow.first, self.full.first].compactMap({ $0 }).max(),
            let last = [self.narrow.last, self.full.last].compactMap({ $0 }).min(), first < last
        else { return nil }
        logLengths = Set(self.narrow + self.full).filter { (first...last).contains($0) }.sorted()
        let variance = [narrow, full].reduce(0) { sum, series in
            let error = series.errors.max()!
            return sum + error * error + (series.laws?.free.extraVariance ?? 0)
        }
        leastAdvantage = logLengths.map {
            let length = Int(saturating: exp($0).rounded())
            let isSameMask =
                narrow.parameters.work(length: length) == full.parameters.work(length: length)
            return isSameMask ? 3 * variance.squareRoot() : 0
        }
    }

    /// ln(time of full / time of narrow) at each length: positive where narrow is faster.
    func advantage(of narrowTimes: [Double], over fullTimes: [Double]) -> [Double] {
        zip(differences(narrow: narrowTimes, full: fullTimes), leastAdvantage).map { advantage, least in
            advantage > least ? advantage : min(0, advantage)
        }
    }

    /// Whether the second series is faster at every length, by what counts there.
    func fullWinsThroughout(narrow narrowTimes: [Double], full fullTimes: [Double]) -> Bool {
        zip(differences(narrow: narrowTimes, full: fullTimes), leastAdvantage).allSatisfy { $0 < -$1 }
    }

    private func differences(narrow narrowTimes: [Double], full fullTimes: [Double]) -> [Double] {
        logLengths.map { interpolate(fullTimes, over: full, at: $0) - interpolate(narrowTimes, over: narrow, at: $0) }
    }

    /// The last passage from slower to faster.
    func crossing(_ advantage: [Double]) -> Crossing {
        guard advantage.last! > 0 else { return .beyond }
        guard let lastSlower = advantage.lastIndex(where: { $0 <= 0 }) else { return .before }
        return .at(Crossover.zero(of: advantage, over: logLengths, before: lastSlower + 1))
    }

    private func interpolate(_ y: [Double], over x: [Double], at place: Double) -> Double {
        let above = min(max(1, x.firstIndex { $0 >= place } ?? x.count - 1), x.count - 1)
        let share = (place - x[above - 1]) / (x[above] - x[above - 1])
        return y[above - 1] + share * (y[above] - y[above - 1])
    }
}

extension Estimate {
    /// An estimate of a logarithm as one of the thing itself.
    fileprivate var exponentiated: Estimate {
        Estimate(value: exp(value), low: min(exp(low), exp(value)), high: max(exp(high), exp(value)), level: level)
    }
}
