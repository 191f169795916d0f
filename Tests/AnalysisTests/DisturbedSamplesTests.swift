import Attention
import Foundation
import Statistics
import Testing

@testable import Analysis
@testable import Records

/// What the rule for samples that the system disturbed is worth, on planted machines of which the truth is known. The table
/// of docs/decisions/0067 is made by these.
@Suite struct DisturbedSamplesTests {
    /// How other programs take the CPU from a sample that would have it for 20 ms.
    enum Load: String, CaseIterable {
        /// For 1 to 4 ms at a time, as often as makes a share of the samples have some of it.
        case slices
        /// For a fifth of the sample's own time up to all of it, or not at all.
        case halves
    }

    /// A way to choose samples, by their shares of time taken. The one that is in use goes through the product's own code.
    enum Rule: String, CaseIterable {
        case before = "clean, or all below 60 %"
        case sixty = "the least disturbed 60 %"
        case six = "clean, at least the six least disturbed"
        case three = "clean from three on, or all"
        case inUse = "clean from three on, or the six least disturbed"

        func choose(_ record: Records.Measurement.Record) -> [Int] {
            let all = Array(record.samplesNanoseconds.indices)
            let clean = all.filter { !record.isDisturbed($0) }
            let ranked = all.sorted {
                record.contamination[$0].takenShare(wallNanoseconds: record.samplesNanoseconds[$0])
                    < record.contamination[$1].takenShare(wallNanoseconds: record.samplesNanoseconds[$1])
            }
            switch self {
            case .before: return Double(clean.count) >= 0.6 * Double(all.count) && clean.count >= 6 ? clean : all
            case .sixty: return Array(ranked.prefix(all.count * 6 / 10))
            case .six: return clean.count >= 6 ? clean : Array(ranked.prefix(6))
            case .three: return clean.count >= 3 ? clean : all
            case .inUse: return record.samplesToUse
            }
        }
    }

    private static let trueNanoseconds = 20e6
    /// Of caches that somebody else has filled.
    private static let refillNanoseconds = 3e5

    private func record(_ load: Load, share: Double, seed: UInt64) -> Records.Measurement.Record {
        var generator = SplitMix64(seed: seed)
        var samples: [Int] = []
        var evidence: [Contamination] = []
        for _ in 0..<24 {
            var taken: [Double] = []
            switch load {
            case .slices:
                // So many that none has a chance of 1 - share.
                var left = Double.random(in: 0..<1, using: &generator)
                while left > 1 - share {
                    taken.append(Double.random(in: 1e6...4e6, using: &generator))
                    left *= Double.random(in: 0..<1, using: &generator)
                }
            case .halves:
                if Double.random(in: 0..<1, using: &generator) < share {
                    taken = [Self.trueNanoseconds * Double.random(in: 0.2...1.2, using: &generator)]
                }
            }
            let noise = 1 + 0.003 * NormalDistribution.draw(using: &generator)
            let lost = taken.reduce(0, +)
            samples.append(
                Int(
                    saturating: Self.trueNanoseconds * noise + lost + Double(min(2, taken.count))
                        * Self.refillNanoseconds))
            evidence.append(
                Contamination(
                    migrated: false, runDelayNanoseconds: 0, offCPUNanoseconds: Int(saturating: lost),
                    stealNanoseconds: 0, involuntarySwitches: taken.count))
        }
        return Planted.record(samples, contamination: evidence)
    }

    /// Of the median, over forty cells: in the middle, and at worst.
    private func errors(_ rule: Rule, _ load: Load, share: Double) -> (typical: Double, worst: Double) {
        let errors = (1...40 as ClosedRange<UInt64>).map { seed in
            let record = record(load, share: share, seed: seed)
            let times = rule.choose(record).map { Double(record.samplesNanoseconds[$0]) }.sorted()
            return Durations.quantile(0.5, ofSorted: times) / Self.trueNanoseconds - 1
        }.sorted { abs($0) < abs($1) }
        return (errors[errors.count / 2], errors[errors.count - 1])
    }

    @Test(arguments: Load.allCases, [0.2, 0.5, 0.7, 0.9])
    func theDecisionTellsTheTruth(load: Load, share: Double) throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let page = try String(
            contentsOf: root.appendingPathComponent("docs/decisions/0067-the-least-disturbed-samples.md"),
            encoding: .utf8)
        for rule in Rule.allCases {
            let (typical, worst) = errors(rule, load, share: share)
            let row =
                "| \(load) | \(Int(saturating: 100 * share)) % | \(rule.rawValue) | "
                + String(format: "%+.1f %% | %+.1f %% |", 100 * typical, 100 * worst)
            #expect(page.contains(row), "\(row)")
        }
    }

    /// Where a few samples were left alone, the others do not matter.
    @Test(arguments: Load.allCases, [0.2, 0.5, 0.7]) func theTruthIsFound(load: Load, share: Double) {
        #expect(abs(errors(.inUse, load, share: share).typical) < 0.002)
    }
}
