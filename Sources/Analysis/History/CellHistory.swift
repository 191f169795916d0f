import Attention
import Foundation
import Records
import Statistics

/// One cell over several results.
///
/// Differences between sessions are larger than the intervals within one say (where memory came from, what the
/// hypervisor did), so whether a step is clear is judged by how the results scatter about their levels; the intervals
/// are only a floor under that. A new level counts from its second result on: a single one may be any accident.
public struct CellHistory: Sendable, Codable, Hashable {
    public struct Point: Sendable, Codable, Hashable {
        /// Place of the results in the history, from 0.
        public let entry: Int
        public let medianNanoseconds: Double
        public let low: Double
        public let high: Double
        /// Of ln(median); nil for a single sample.
        public let logStandardError: Double?

        init(entry: Int, _ timing: CellTiming) {
            self.init(entry: entry, timing.median, logStandardError: timing.sampling.logStandardError)
        }

        init(entry: Int, _ median: Estimate, logStandardError: Double?) {
            self.entry = entry
            medianNanoseconds = median.value
            low = median.low
            high = median.high
            self.logStandardError = logStandardError
        }
    }

    public struct Step: Sendable, Codable, Hashable {
        /// Of the first result at the new level.
        public let entry: Int
        /// New time over old.
        public let ratio: Estimate
        public let probability: Double
    }

    public enum State: String, Sendable, Codable {
        case steady, slower, faster
        /// The newest result alone stands out; another one decides.
        case watch
        /// Too few results to say anything.
        case short
    }

    /// Results from which on a step can be seen: two before it and two after.
    public static let fewestPoints = 4

    public let series: String
    public let kernel: String
    public let queryLength: Int
    public let keyLength: Int
    public let points: [Point]
    public let steps: [Step]
    /// Time of each stretch between steps, in nanoseconds.
    public let levels: [Double]
    public let state: State
    /// Of the newest result to its level, where it is one to watch.
    public let newestRatio: Double?

    /// Whether the newest level is slower than the one before it, whatever the newest result alone says.
    public var isSlower: Bool { steps.last.map { $0.ratio.value > 1 } ?? false }

    init(
        _ workload: Workload, series: String, points: [Point], _ search: inout StepSearch
    ) {
        self.series = series
        kernel = workload.kernel
        queryLength = workload.problem.shape.queryLength
        keyLength = workload.problem.shape.keyLength
        self.points = points
        let times = points.map { log($0.medianNanoseconds) }
        let errors = points.map { $0.logStandardError ?? 0 }
        guard points.count >= Self.fewestPoints else {
            steps = []
            levels = [exp(times.reduce(0, +) / Double(times.count))]
            state = .short
            newestRatio = nil
            return
        }
        let fit = search.fit(times, errors: errors)
        steps = fit.steps.map { step in
            let change = step.change
            return Step(
                entry: points[step.index].entry,
                ratio: Estimate(
                    value: exp(change.value), low: exp(max(-500, change.low)), high: exp(min(500, change.high)),
                    level: change.level), probability: step.probability)
        }
        let surprise = Self.surprise(
            times, errors: errors, from: fit.steps.last?.index ?? 0, search)
        newestRatio = surprise.map { exp($0.excess) }
        // A newest result that stands out belongs to no level yet.
        levels = (fit.levels.dropLast() + [surprise?.mean ?? fit.levels[fit.levels.count - 1]]).map { exp($0) }
        state =
            surprise != nil
            ? .watch : fit.steps.last.map { $0.change.value > 0 ? .slower : .faster } ?? .steady
    }

    /// How far the last value lies above the mean of those before it, back to the last step, where these do not let it
    /// be expected.
    private static func surprise(
        _ values: [Double], errors: [Double], from start: Int, _ search: StepSearch
    ) -> (mean: Double, excess: Double)? {
        let before = Array(values[start..<(values.count - 1)])
        guard before.count >= 3, let last = values.last else { return nil }
        let mean = Estimate.mean(of: before)
        let variance = before.reduce(0) { $0 + ($1 - mean.value) * ($1 - mean.value) } / Double(before.count - 1)
        let floor = errors.reduce(0) { $0 + $1 * $1 } / Double(errors.count)
        let spread = (max(variance, floor) * (1 + 1 / Double(before.count))).squareRoot()
        let reach = StudentT(degreesOfFreedom: Double(before.count - 1)).factor(level: 1 - search.level) * spread
        let excess = last - mean.value
        return abs(excess) > max(reach, search.smallest) ? (mean.value, excess) : nil
    }
}

/// The search for steps in one cell after the other: what was drawn for one serves all of the same length.
struct StepSearch {
    private var steps: StepFit
    private var generator = SplitMix64(seed: 0x57E9)
    /// As a logarithm; smaller changes are of no interest.
    let smallest: Double

    /// - Parameter level: largest chance of a false step in one cell.
    init(level: Double, smallestChange: Double) {
        steps = StepFit(level: level)
        smallest = log1p(smallestChange)
    }

    var level: Double { steps.level }

    mutating func fit(_ values: [Double], errors: [Double]) -> StepFit.Fit {
        steps.fit(values, errors: errors, smallest: smallest, using: &generator)
    }
}
