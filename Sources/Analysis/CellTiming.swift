import Attention
import Foundation
import Quantities
import Records
import Statistics

/// What stands behind the median of a cell.
public struct Sampling: Sendable, Codable, Hashable {
    /// Standard error of ln(median); nil where a single sample stands for itself.
    public let logStandardError: Double?
    public let minimumNanoseconds: Double
    /// Processes that measured it.
    public let launches: Int
    /// How the variance of ln(time) splits over launches, rounds and samples; nil for a single launch, or single samples.
    public let variance: VarianceComponents?
    public let samples: Int
    public let contaminatedSamples: Int
    /// Samples beyond Tukey's fences, among those that were used, each against its own launch: counted, never dropped.
    public let outliers: OutlierCounts
}

/// The time of one call of one cell, made from the raw samples of all its launches.
///
/// A sample is left out for what happened to the machine, never for its value. First go those that the sentinels beside
/// them call slowed, then those that the system's counters call disturbed: each where a tenth of the launch, and three rounds,
/// remain, since three good samples say more than thirty that are slow by a half. Where less would remain, slowed samples
/// are all kept and the cell is called slowed; of disturbed ones the least disturbed are kept, as many as have the rounds of
/// an interval, and the cell is called noisy. docs/decisions/0067 has what other rules made of planted machines.
///
/// The samples of one visit share its luck, so each round is one observation, the median of its samples. The unit of
/// inference is the launch: one median each, then the median of these.
struct CellTiming {
    static let leastGoodShare = 0.1
    static let leastGoodRounds = 3
    /// Rounds that the exact interval of a median needs at 95 %.
    static let roundsOfAnInterval = 6
    /// Student's factor falls from 12.7 at two launches to 3.2 at four and 2.8 at five, and slowly from there.
    static let fewestLaunches = 4
    /// The t interval is for few launches; with more, the bootstrap needs no normality.
    static let mostLaunchesForStudent = 20

    /// Nanoseconds of one call, with its 95 % interval or what comes nearest to it.
    let median: Estimate
    let sampling: Sampling
    let cautions: [Caution]

    /// - Parameter launches: the records of one cell, at least one.
    init(launches: [Records.Measurement.Record]) throws(DurationsError) {
        var cleaned: [Launch] = []
        for record in launches { cleaned.append(try Launch(record)) }
        let logStandardError: Double?
        (median, logStandardError) = Self.median(of: cleaned.map(\.rounds))
        sampling = Sampling(
            logStandardError: logStandardError,
            minimumNanoseconds: cleaned.reduce(.infinity) { min($0, $1.samples.minimum) }, launches: cleaned.count,
            variance: VarianceComponents(cleaned.map(\.logTimes)), samples: cleaned.reduce(0) { $0 + $1.total },
            contaminatedSamples: cleaned.reduce(0) { $0 + $1.contaminated },
            outliers: cleaned.reduce(OutlierCounts(mild: 0, severe: 0)) { $0 + $1.samples.outliers })

        var cautions: [Caution] = []
        let slowed = cleaned.filter { $0.slowedKept > 0 }
        if !slowed.isEmpty {
            let (bad, all) = (slowed.reduce(0) { $0 + $1.slowedKept }, slowed.reduce(0) { $0 + $1.total })
            cautions.append(
                Caution(
                    "slowed: something slowed the machine beside \(bad) of \(all) samples, too many to leave them out"))
        }
        let noisy = cleaned.filter { $0.disturbedKept > 0 }
        if !noisy.isEmpty {
            let (used, all) = (noisy.reduce(0) { $0 + $1.samples.count }, noisy.reduce(0) { $0 + $1.total })
            let bad = noisy.reduce(0) { $0 + $1.disturbed }
            let rest = used < all ? "so the time is that of the \(used) least disturbed" : "too many to leave them out"
            cautions.append(Caution("noisy: the system disturbed \(bad) of \(all) samples, \(rest)"))
        }
        if let drift = cleaned.compactMap(\.drift).max(by: { abs($0) < abs($1) }) {
            let percent = Quantity.percent(abs(drift), place: -1)
            cautions.append(Caution("drifting: the time \(drift > 0 ? "rose" : "fell") by \(percent) over the rounds"))
        }
        if cleaned.count == 1 {
            cautions += Summary(cleaned[0].rounds).cautions
        } else if cleaned.count < Self.fewestLaunches {
            cautions.append(
                Caution("few launches: \(cleaned.count) leave a wide interval; 5 or more give a narrow one"))
        }
        self.cautions = cautions
    }

    private static func median(of launches: [Durations]) -> (Estimate, logStandardError: Double?) {
        guard (2...mostLaunchesForStudent).contains(launches.count) else {
            var generator = SplitMix64(seed: 0x5EED)
            let median =
                launches.count == 1
                ? launches[0].medianEstimate() : Bootstrap().medianOfMedians(launches, using: &generator)
            guard median.level > 0 else { return (median, nil) }
            let width = log(median.high / median.low)
            return (median, width / (2 * NormalDistribution.quantile((1 + median.level) / 2)))
        }
        let logarithms = launches.map { log($0.median) }.sorted()
        let mean = Estimate.mean(of: logarithms)
        // A median of normal values is less certain than their mean, by √(π/2) at most.
        let half = (mean.high - mean.value) * (launches.count > 2 ? (Double.pi / 2).squareRoot() : 1)
        let student = StudentT(degreesOfFreedom: Double(launches.count - 1))
        let median = Estimate(logHalfWidth: half, around: exp(logarithms.median), level: mean.level)
        return (median, half / student.factor(level: mean.level))
    }

    /// One launch, cleaned.
    private struct Launch {
        /// One value a round.
        let rounds: Durations
        /// All that were used.
        let samples: Durations
        /// ln of these, by round.
        let logTimes: [[Double]]
        let total: Int
        let contaminated: Int
        /// Of those that were used, since too few others were there.
        let slowedKept: Int
        let disturbedKept: Int
        let disturbed: Int
        /// Change over the rounds relative to the median; nil where there is none to speak of.
        let drift: Double?

        init(_ record: Records.Measurement.Record) throws(DurationsError) {
            total = record.samplesNanoseconds.count
            contaminated = record.samplesNanoseconds.indices.count { record.isContaminated($0) }
            let kept = record.samplesToUse
            slowedKept = kept.count { record.isSlowed($0) }
            disturbedKept = kept.count { record.isDisturbed($0) }
            disturbed = record.samplesNanoseconds.indices.count { record.isDisturbed($0) }
            var byRound: [Int: [Double]] = [:]
            for index in kept {
                byRound[record.rounds[index], default: []].append(
                    Double(record.samplesNanoseconds[index]) / Double(record.iterationsPerSample))
            }
            let inOrder = byRound.sorted { $0.key < $1.key }
            samples = try Durations(inOrder.flatMap(\.value))
            var medians: [Double] = []
            for (_, times) in inOrder { medians.append(try Durations(times).median) }
            rounds = try Durations(medians)
            logTimes = inOrder.map { $0.value.map { log($0) } }
            drift = Self.drift(rounds: inOrder.map { Double($0.key) }, times: medians, rounds)
        }

        /// A slope over the rounds that is sure (99 %) and moves the time by more than half the interval of the median.
        private static func drift(rounds: [Double], times: [Double], _ sample: Durations) -> Double? {
            guard sample.count >= CellTiming.roundsOfAnInterval,
                let slope = TheilSen(x: rounds, y: times, level: 0.99)?.slope, !slope.contains(0)
            else { return nil }
            let change = slope.value * (rounds.max()! - rounds.min()!)
            let median = sample.medianEstimate()
            return abs(change) > (median.high - median.low) / 2 ? change / median.value : nil
        }
    }
}

extension Records.Measurement.Record {
    /// Of which the time of the cell is made.
    var samplesToUse: [Int] {
        let all = Array(samplesNanoseconds.indices)
        let quiet = all.filter { !isSlowed($0) }
        let steady = isEnough(quiet, of: all) ? quiet : all
        let clean = steady.filter { !isDisturbed($0) }
        return isEnough(clean, of: steady) ? clean : leastDisturbed(of: steady)
    }

    private func isEnough(_ good: [Int], of samples: [Int]) -> Bool {
        Set(good.map { rounds[$0] }).count >= CellTiming.leastGoodRounds
            && Double(good.count) >= CellTiming.leastGoodShare * Double(samples.count)
    }

    /// Ranked by what the system took of them, which a kernel's own time does not decide.
    private func leastDisturbed(of samples: [Int]) -> [Int] {
        func rank(_ sample: Int) -> (Double, Int) {
            let share = contamination[sample].takenShare(wallNanoseconds: samplesNanoseconds[sample])
            return (isDisturbed(sample) ? 1 + share : 0, sample)
        }
        var used: [Int] = []
        for sample in samples.sorted(by: { rank($0) < rank($1) })
        where Set(used.map { rounds[$0] }).count < CellTiming.roundsOfAnInterval { used.append(sample) }
        return used.sorted()
    }
}
