import Foundation

/// Finds where a series of values steps to another level, and how sure that is.
///
/// Circular binary segmentation (Olshen, Venkatraman, Lucito and Wiegler, Biostatistics 2004): of all stretches i..<j
/// the one whose mean differs most from that of the rest is sought, by its F ratio; where it is significant the series
/// is cut at its ends and each piece searched again. A stretch that reaches the end is a single step; one in the middle
/// is a step and its return, which cutting in two at a time would miss. The largest F over all stretches has no textbook
/// distribution, so its distribution comes from the same search on normal noise: F does not depend on the noise's size,
/// so one set of draws serves every series of a length. At last each step must still stand when tested against its two
/// neighbouring levels alone, with the variance that all levels leave.
///
/// A single wild value belongs to no level, but would hide the steps of all others in its variance: before anything
/// else, a value that lies more than four deviations from the median of itself and its two neighbours becomes that
/// median, which leaves alone every level that holds for two values. The noise is treated alike.
///
/// Rejected: a penalty for each step (BIC, Potts), whose rate of false steps depends on the length of the series and is
/// not known; permutations, which cannot reach a probability below 1/20 with three results before a step and three after.
public struct StepFit: Sendable {
    public struct Step: Hashable, Sendable {
        /// Of the first value at the new level.
        public let index: Int
        /// New level less old.
        public let change: Estimate
        /// Chance of a difference of levels at least as clear if there were none.
        public let probability: Double
    }

    public struct Fit: Hashable, Sendable {
        /// Ascending.
        public let steps: [Step]
        /// The mean of each stretch between steps: one more than there are steps.
        public let levels: [Double]
        /// Standard deviation of the values about their levels, at least that of their known errors.
        public let deviation: Double
    }

    /// Values that a level must hold for: with 1, each wild value would be a step up and one down.
    public let fewest: Int
    /// Largest chance of a false step in one series.
    public let level: Double
    private var nulls: [Int: [Double]] = [:]

    public init(level: Double, fewest: Int = 2) {
        precondition(level > 0 && level < 1, "level \(level) is no probability")
        precondition(fewest >= 1, "a level holds for at least one value")
        self.level = level
        self.fewest = fewest
    }

    /// - Parameters:
    ///   - errors: standard errors of the values, 0 where unknown. They are a floor: values that agree better than their
    ///     own errors allow do so by luck.
    ///   - smallest: changes that are not larger than this are of no interest.
    public mutating func fit(
        _ values: [Double], errors: [Double], smallest: Double = 0, using generator: inout some RandomNumberGenerator
    ) -> Fit {
        precondition(values.count == errors.count && !values.isEmpty, "each value has its error")
        let values = Self.tamed(values)
        let floor = errors.reduce(0) { $0 + $1 * $1 } / Double(errors.count)
        var cuts = cut(values, 0, floor: floor, using: &generator).sorted()
        while true {
            let fit = Self.fit(values, cuts: cuts, floor: floor)
            let doubtful = fit.steps.indices.filter {
                fit.steps[$0].probability > level || abs(fit.steps[$0].change.value) <= smallest
            }
            guard let worst = doubtful.max(by: { fit.steps[$0].probability < fit.steps[$1].probability }) else {
                return fit
            }
            cuts.remove(at: worst)
        }
    }

    /// Indices at which levels begin, but the first.
    private mutating func cut(
        _ values: [Double], _ start: Int, floor: Double, using generator: inout some RandomNumberGenerator
    ) -> [Int] {
        guard values.count >= 2 * fewest, values.count > 2 else { return [] }
        let (i, j, ratio) = Self.search(values, fewest: fewest, floor: floor)
        let null = null(values.count, using: &generator)
        let probability = Double(1 + null.count { $0 >= ratio }) / Double(1 + null.count)
        guard ratio > 0, probability <= level else { return [] }
        let ends = [0, i, j, values.count]
        let own = [i, j].filter { $0 > 0 && $0 < values.count }.map { start + $0 }
        return zip(ends, ends.dropFirst()).reduce(own) { cuts, piece in
            cuts + cut(Array(values[piece.0..<piece.1]), start + piece.0, floor: floor, using: &generator)
        }
    }

    /// The stretch whose mean differs most from the rest, by F with 1 and count − 2 degrees of freedom.
    private static func search(_ values: [Double], fewest: Int, floor: Double) -> (i: Int, j: Int, ratio: Double) {
        let count = values.count
        let mean = values.reduce(0, +) / Double(count)
        var sums = [0.0]
        for value in values { sums.append(sums[sums.count - 1] + value - mean) }
        let total = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        var best = (i: 0, j: 0, gain: 0.0)
        for i in stride(from: fewest, through: count - fewest, by: 1) {
            for j in stride(from: i + fewest, through: count, by: 1) where j == count || j <= count - fewest {
                let sum = sums[j] - sums[i]
                let inside = Double(j - i)
                let gain = sum * sum / inside + sum * sum / (Double(count) - inside)
                if gain > best.gain { best = (i, j, gain) }
            }
        }
        let left = max(max(0, total - best.gain) / Double(count - 2), floor, 1e-300)
        return (best.i, best.j, best.gain / left)
    }

    /// The largest F of series of so many values without a step.
    private mutating func null(_ count: Int, using generator: inout some RandomNumberGenerator) -> [Double] {
        if let known = nulls[count] { return known }
        // Enough to tell a probability of `level` from its neighbours; more than 20,000 take seconds at a year's nights.
        let draws = min(20_000, max(999, Int(saturating: 10 / level)))
        let ratios = (0..<draws).map { _ in
            let noise = (0..<count).map { _ in NormalDistribution.draw(using: &generator) }
            return Self.search(Self.tamed(noise), fewest: fewest, floor: 0).ratio
        }
        nulls[count] = ratios
        return ratios
    }

    /// Without single wild values. The deviation is that of neighbours, which steps hardly change.
    private static func tamed(_ values: [Double]) -> [Double] {
        guard values.count >= 3 else { return values }
        let differences = zip(values, values.dropFirst()).map { abs($1 - $0) }
        let deviation = differences.median / (0.6745 * 2.0.squareRoot())
        return values.indices.map { index in
            let first = min(max(index - 1, 0), values.count - 3)
            let middle = values[first..<first + 3].sorted()[1]
            return abs(values[index] - middle) > 4 * deviation ? middle : values[index]
        }
    }

    private static func fit(_ values: [Double], cuts: [Int], floor: Double) -> Fit {
        let ends = [0] + cuts + [values.count]
        let stretches = zip(ends, ends.dropFirst()).map { Array(values[$0..<$1]) }
        let levels = stretches.map { $0.reduce(0, +) / Double($0.count) }
        let left = zip(stretches, levels).reduce(0) { sum, one in
            one.0.reduce(sum) { $0 + ($1 - one.1) * ($1 - one.1) }
        }
        let freedom = Double(values.count - levels.count)
        let variance = freedom > 0 ? max(left / freedom, floor) : floor
        let student = StudentT(degreesOfFreedom: max(freedom, 1))
        let steps = cuts.indices.map { index in
            let change = levels[index + 1] - levels[index]
            let counts = (Double(stretches[index].count), Double(stretches[index + 1].count))
            let error = (variance * (1 / counts.0 + 1 / counts.1)).squareRoot()
            let half = student.factor(level: 0.95) * error
            return Step(
                index: cuts[index],
                change: Estimate(value: change, low: change - half, high: change + half, level: 0.95),
                probability: error > 0 ? min(1, 2 * student.cumulative(-abs(change) / error)) : 0)
        }
        return Fit(steps: steps, levels: levels, deviation: variance.squareRoot())
    }
}
