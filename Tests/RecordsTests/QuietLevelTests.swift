import Attention
import Foundation
import TestSupport
import Testing

@testable import Records

@Suite struct QuietLevelTests {
    private func reading(_ tile: Int..., read: Int? = nil) -> SentinelReading {
        SentinelReading(tileNanoseconds: tile, readNanoseconds: read.map { [$0] })
    }

    private func level(_ tiles: [Int]) throws -> QuietLevel { try #require(QuietLevel(tiles.map { reading($0) })) }

    @Test func isTheLowerDecile() throws {
        #expect(try level(Array(100...200)).tileNanoseconds == [110])
        // One reading that the clock got wrong, and most of the time slowed, change little.
        #expect(
            try level([1] + [Int](repeating: 100, count: 20) + [Int](repeating: 150, count: 80)).tileNanoseconds == [
                100
            ])
    }

    @Test func aSampleIsSlowedByEitherNeighbour() throws {
        let level = try level([Int](repeating: 1000, count: 30))
        func isSlowed(_ before: Int, _ after: Int) -> Bool {
            level.isSlowed(between: SentinelNeighbours(before: reading(before), after: reading(after)))
        }
        #expect(!isSlowed(1000, 1100))
        #expect(isSlowed(1000, 1101) && isSlowed(1101, 1000))
    }

    /// Cores of two kinds: the slower is quiet where the faster would be slowed, and one slow core slows the team.
    @Test func eachCPUHasItsOwnLevel() throws {
        let level = try #require(QuietLevel((0..<30).map { _ in reading(1000, 2000) }))
        #expect(level.tileNanoseconds == [1000, 2000])
        #expect(!level.isSlowed(reading(1050, 2100)))
        #expect(level.isSlowed(reading(1000, 2300)) && level.isSlowed(reading(1200, 2000)))
    }

    @Test func memoryHasMoreRoom() throws {
        let level = try #require(QuietLevel((0..<30).map { _ in reading(1000, read: 5000) }))
        #expect(!level.isSlowed(reading(1000, read: 6000)))
        #expect(level.isSlowed(reading(1000, read: 6300)))
        #expect(!level.isSlowed(reading(1000)), "beside a cell that is not bound by memory")
    }

    @Test func theWorseNeighbourTellsHowSlowTheMachineWas() throws {
        let level = try #require(QuietLevel((0..<30).map { _ in reading(1000, read: 5000) }))
        func slowdown(_ before: SentinelReading, _ after: SentinelReading) -> Double {
            level.slowdown(between: SentinelNeighbours(before: before, after: after))
        }
        #expect(slowdown(reading(1000), reading(1300)) == 1.3)
        #expect(slowdown(reading(1050, read: 6000), reading(1020, read: 5000)) == 1.05)
        #expect(slowdown(reading(1050, read: 7500), reading(1000)) == 1.5, "memory alone was slow")
    }

    @Test func fewReadingsHaveNoLevel() {
        #expect(QuietLevel((0..<19).map { _ in reading(1000) }) == nil)
        #expect(QuietLevel((0..<30).map { _ in SentinelReading(tileNanoseconds: []) }) == nil)
    }

    /// Launches, and teams of more threads, have levels of their own: where two hardware threads share a core, each is slow
    /// whenever both work.
    @Test func samplesAreJudgedWithinTheirLaunchAndTeam() throws {
        let plan: [(launch: Int, threads: Int, tile: Int)] = [(1, 1, 1000), (2, 1, 1500), (1, 2, 1800)]
        let measurements = try plan.map { launch, threads, tile in
            try measurement(launch: launch, threads: threads, tiles: [Int](repeating: tile, count: 29) + [2 * tile])
        }
        for measurement in measurements.judgedBySentinels() {
            guard case .measured(let record) = measurement.outcome else { return }
            #expect(record.samplesNanoseconds.indices.filter(record.isSlowed) == [29])
            #expect(record.samplesNanoseconds.indices.filter(record.isContaminated) == [29])
            #expect(!record.isDisturbed(29))
        }
    }

    @Test func withoutSentinelsNothingIsSlowed() throws {
        let old = [try measurement(launch: 1, threads: 1, tiles: nil)]
        guard case .measured(let record) = old.judgedBySentinels()[0].outcome else { return }
        #expect(record.slowed == nil && !record.isSlowed(0))
    }

    @Test func theFileHoldsTheReadings() throws {
        let measurement = try measurement(launch: 1, threads: 1, tiles: [Int](repeating: 1000, count: 30))
        let line = try JSONLines.object(measurement)
        #expect(String(decoding: line, as: UTF8.self).contains(#""before":{"tileNanoseconds":[1000]}"#))
        #expect(try JSONLines.value(Records.Measurement.self, of: line, number: 1, in: "r.jsonl") == measurement)
        let short = String(decoding: line, as: UTF8.self).replacing("[1000]", with: "[0]")
        #expect(throws: ResultsError.self) {
            try JSONLines.value(Records.Measurement.self, of: Data(short.utf8), number: 1, in: "r.jsonl")
        }
    }

    private func measurement(launch: Int, threads: Int, tiles: [Int]?) throws -> Records.Measurement {
        let problem = try AttentionProblem(shape: AttentionShape(queryLength: 64, headDimension: 1), mask: .causal)
        let count = tiles?.count ?? 30
        let record = Records.Measurement.Record(
            samplesNanoseconds: [Int](repeating: 10_000_000, count: count), rounds: Array(0..<count),
            iterationsPerSample: 1,
            contamination: [Contamination](
                repeating: Contamination(
                    migrated: false, runDelayNanoseconds: 0, offCPUNanoseconds: 0, stealNanoseconds: 0,
                    involuntarySwitches: 0), count: count), peakResidentBytes: 0, maximumError: 0,
            sentinels: tiles?.map { tile in
                let reading = SentinelReading(tileNanoseconds: [Int](repeating: tile, count: threads))
                return SentinelNeighbours(before: reading, after: reading)
            })
        return Records.Measurement(
            workload: Workload(kernel: "full", phase: .prefill, problem: problem, threads: threads),
            origin: .planted("full"),
            launch: launch, work: Work(.prefill, problem: problem, computedPairs: nil), scratchBytes: nil,
            outcome: .measured(record))
    }

    /// Two cores do twice the work of one; two hardware threads of one core each take 1.67 times as long.
    @Test(arguments: [(30_000, 2.0), (50_000, 1.2)]) func theCoresOfTwoCPUsAreCounted(nanoseconds: Int, cores: Double)
        throws
    {
        let alone = try #require(QuietLevel(Array(repeating: SentinelReading(tileNanoseconds: [30_000]), count: 20)))
        let both = SentinelReading(tileNanoseconds: [nanoseconds, nanoseconds])
        let together = try #require(QuietLevel(Array(repeating: both, count: 20)))
        #expect(abs(together.cores(alone: alone) - cores) < 1e-9)
    }
}
