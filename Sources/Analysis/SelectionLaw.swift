import Attention
import Foundation
import Statistics

/// What the two parts of attention over selected blocks cost: products with means of blocks, of which there are n² / 2B, and pairs, of which
/// there are n·k·B. Both are counted exactly, and each has a cost of its own, so that the time is a sum of two powers of the length.
public struct SelectionLaw: Sendable, Codable, Hashable {
    /// Label of the series.
    public let series: String
    /// Nanoseconds of one product of a query and a mean, with what choosing takes; 0 where the times do not show it.
    public let scoreNanoseconds: Estimate
    /// Nanoseconds of one pair.
    public let pairNanoseconds: Estimate
    /// Exponent of the time on the fitted sum, and whether that is 1.
    public let exponent: Estimate
    public let verdict: TheoryVerdict
    /// The longest measured length, and the share that choosing has of the time there.
    public let longest: Int
    public let choiceShare: Estimate
    /// The length from which on the products have more FLOPs than the pairs.
    public let overtakingByCounts: Int
    /// The length from which on they take more time; nil where that is beyond any length.
    public let overtaking: Estimate?
}

extension SelectionLaw {
    /// Fewer points tell two costs from one only by chance.
    static let fewestPoints = 4
    static let replicates = 1000

    /// One for each series of prompts over selected blocks that is long enough to be told apart from one power.
    package static func all(among measured: [MeasuredSeries]) -> [SelectionLaw] {
        measured.enumerated().compactMap { index, series in
            series.parameters.isDecode ? nil : SelectionLaw(series, seed: UInt64(index))
        }
    }

    private init?(_ series: MeasuredSeries, seed: UInt64) {
        let parameters = series.parameters
        guard parameters.selection != nil else { return nil }
        let all = zip(series.points, series.errors).map { point, error in
            Observation(counts: parameters.counts(length: point.keyLength), error: error, length: point.keyLength)
        }
        // Shorter texts have nothing to choose, and are full attention.
        let places = all.indices.filter { all[$0].counts.scores > 0 }
        guard places.count >= Self.fewestPoints, let last = places.last else { return nil }
        let chosen = places.map { all[$0] }
        func fit(_ logTimes: [Double]) -> Costs? { Costs(chosen, times: places.map { exp(logTimes[$0]) }) }
        guard let costs = fit(series.logTimes) else { return nil }

        let observations = chosen.enumerated().map { place, one in
            ScalingFit.Observation(
                work: costs.nanoseconds(one.counts), nanoseconds: exp(series.logTimes[places[place]]),
                logError: one.error)
        }
        guard let laws = ScalingLaws(observations, over: .usefulPairs) else { return nil }
        var generator = SplitMix64(seed: seed)
        let drawn = (0..<Self.replicates).compactMap { _ in fit(series.drawnLogTimes(&generator)) }
        guard !drawn.isEmpty else { return nil }
        func estimate(_ value: (Costs) -> Double) -> Estimate {
            let draws = drawn.map(value).sorted()
            let middle = value(costs)
            return Estimate(
                value: middle, low: min(middle, Durations.quantile(0.025, ofSorted: draws)),
                high: max(middle, Durations.quantile(0.975, ofSorted: draws)), level: 0.95)
        }
        self.series = series.label
        scoreNanoseconds = estimate(\.score)
        pairNanoseconds = estimate(\.pair)
        exponent = laws.exponent
        verdict = laws.verdict
        longest = all[last].length
        choiceShare = estimate { $0.score * all[last].counts.scores / $0.nanoseconds(all[last].counts) }
        // A product has half of a pair's FLOPs.
        overtakingByCounts = parameters.overtaking(Costs(score: 1, pair: 2)) ?? AttentionShape.longestLength
        let lengths = estimate { Double(parameters.overtaking($0) ?? AttentionShape.longestLength) }
        overtaking = lengths.value < Double(AttentionShape.longestLength) ? lengths : nil
    }
}

/// Products and pairs of one call.
private struct Counts {
    let scores: Double
    let pairs: Double
}

private struct Observation {
    let counts: Counts
    /// Of ln(time).
    let error: Double
    let length: Int
}

/// Nanoseconds of a product and of a pair.
private struct Costs {
    let score: Double
    let pair: Double

    init(score: Double, pair: Double) { (self.score, self.pair) = (score, pair) }

    /// The least squares of relative differences, each weighted by its error; neither cost is negative.
    init?(_ observations: [Observation], times: [Double]) {
        var (xx, xy, yy, x1, y1) = (0.0, 0.0, 0.0, 0.0, 0.0)
        for (one, time) in zip(observations, times) {
            let weight = 1 / (one.error * one.error)
            let (x, y) = (one.counts.scores / time, one.counts.pairs / time)
            xx += weight * x * x
            xy += weight * x * y
            yy += weight * y * y
            x1 += weight * x
            y1 += weight * y
        }
        let determinant = xx * yy - xy * xy
        guard determinant > 1e-12 * xx * yy else { return nil }
        let (score, pair) = ((x1 * yy - y1 * xy) / determinant, (y1 * xx - x1 * xy) / determinant)
        self.init(
            score: pair < 0 ? x1 / xx : max(0, score), pair: score < 0 ? y1 / yy : max(0, pair))
    }

    func nanoseconds(_ counts: Counts) -> Double { score * counts.scores + pair * counts.pairs }
}

extension SeriesParameters {
    fileprivate func counts(length: Int) -> Counts {
        let (pairs, heads) = (pairCount(length: length), Double(batch * queryHeads))
        return Counts(scores: heads * Double(pairs.blockScores), pairs: heads * Double(pairs.allowed))
    }

    /// The first length at which products cost as much as pairs, of prompts; nil where there is none. Their ratio grows with the length.
    fileprivate func overtaking(_ costs: Costs) -> Int? {
        func isOvertaken(_ length: Int) -> Bool {
            let counts = counts(length: length)
            return costs.score * counts.scores >= costs.pair * counts.pairs
        }
        var (below, above) = (1, AttentionShape.longestLength)
        guard isOvertaken(above) else { return nil }
        while above - below > 1 {
            let middle = below + (above - below) / 2
            if isOvertaken(middle) { above = middle } else { below = middle }
        }
        return above
    }
}
