import Attention
import Foundation
import Statistics
import TestSupport
import Testing

@testable import Analysis

@Suite struct HistoryTests {
    private func history(
        _ sessions: [PlantedSession], order: History.Order = .started, smallest: Double = 0.02
    ) throws -> History {
        try History(
            sessions.map { (path: "day\($0.day).jsonl", results: $0.results) }, order: order,
            smallestChange: smallest)
    }

    /// About 1 ms with a session's scatter of 0.5 %, then about `factor` times that.
    private func times(_ before: Int, _ after: Int, factor: Double, seed: UInt64 = 1) -> [Double] {
        var generator = SplitMix64(seed: seed)
        return (0..<before + after).map {
            1e6 * ($0 < before ? 1 : factor) * (1 + 0.005 * NormalDistribution.draw(using: &generator))
        }
    }

    @Test func aPlantedStepIsFoundAtItsCommit() throws {
        let cell = try history(PlantedSession.days(times(8, 5, factor: 1.1))).cells[0]
        #expect(cell.state == .slower)
        #expect(cell.steps.map(\.entry) == [8])
        #expect(cell.steps[0].ratio.contains(1.1) && cell.steps[0].ratio.low > 1.08)
        #expect(cell.levels.count == 2)
    }

    @Test func aGainIsFaster() throws {
        #expect(try history(PlantedSession.days(times(6, 6, factor: 0.8))).cells[0].state == .faster)
    }

    @Test func noiseIsSteady() throws {
        let wrong = try (0..<100).count { seed in
            try history(PlantedSession.days(times(15, 0, factor: 1, seed: UInt64(seed)))).cells[0].state != .steady
        }
        // One cell at 5 % for steps, and as much for a newest result that stands out, of which most are below 2 %.
        #expect(wrong <= 12)
    }

    /// One slow result is to be watched; the second one confirms.
    @Test func aStepMustHold() throws {
        let watched = try history(PlantedSession.days(times(10, 1, factor: 1.2))).cells[0]
        #expect(watched.state == .watch && watched.steps.isEmpty)
        #expect(abs(try #require(watched.newestRatio) - 1.2) < 0.02)
        #expect(abs(watched.levels[0] / 1e6 - 1) < 0.01)
        let confirmed = try history(PlantedSession.days(times(10, 2, factor: 1.2))).cells[0]
        #expect(confirmed.state == .slower && confirmed.steps.map(\.entry) == [10])
    }

    /// What is slower stays so while a newest result is to be watched.
    @Test func watchingHidesNoStep() throws {
        let history = try history(PlantedSession.days(times(8, 6, factor: 1.1) + [0.8e6]))
        #expect(history.cells[0].state == .watch && history.slower.count == 1)
    }

    @Test func anAccidentInTheMiddleIsNothing() throws {
        var times = times(14, 0, factor: 1)
        times[6] *= 1.3
        let cell = try history(PlantedSession.days(times)).cells[0]
        #expect(cell.state == .steady && cell.steps.isEmpty)
    }

    @Test func smallChangesAreOfNoInterest() throws {
        let sessions = PlantedSession.days(times(20, 20, factor: 1.03))
        #expect(try history(Array(sessions.prefix(40))).cells[0].state == .slower)
        #expect(try history(Array(sessions.prefix(40)), smallest: 0.05).cells[0].state == .steady)
    }

    @Test func threeResultsSayNothing() throws {
        let cell = try history(PlantedSession.days([1e6, 1e6, 2e6])).cells[0]
        #expect(cell.state == .short && cell.steps.isEmpty)
    }

    @Test func timeOrdersUnlessToldOtherwise() throws {
        let sessions = PlantedSession.days([1e6, 2e6, 3e6])
        let shuffled = [sessions[2], sessions[0], sessions[1]]
        #expect(try history(shuffled).entries.map(\.path) == ["day1.jsonl", "day2.jsonl", "day3.jsonl"])
        let given = try history(shuffled, order: .given)
        #expect(given.entries.map(\.path) == ["day3.jsonl", "day1.jsonl", "day2.jsonl"])
        #expect(given.cells[0].points.map { ($0.medianNanoseconds / 1e6).rounded() } == [3, 1, 2])
    }

    @Test func machinesAreNotMixed() throws {
        var sessions = PlantedSession.days([1e6, 1e6])
        sessions[1].cpuModel = "Another CPU"
        let error = #expect(throws: DifferentMachines.self) { try history(sessions) }
        #expect(error?.fields == ["CPU (Planted CPU against Another CPU)"])
        #expect(
            error?.description == "day2.jsonl was measured on another machine than day1.jsonl: they differ in "
                + "CPU (Planted CPU against Another CPU); give results of one machine")
    }

    /// A cell that some results have not keeps its place among those that have.
    @Test func cellsComeAndGo() throws {
        let sessions = (1...6).map { day in
            PlantedSession(
                day: day,
                [("full", 1024, 1e6)] + (day >= 3 ? [("sliding-window", 4096, 2e6)] : []))
        }
        let history = try history(sessions)
        #expect(history.cells.map(\.series) == ["full", "sliding-window(256)"])
        #expect(history.cells[1].points.map(\.entry) == [2, 3, 4, 5])
    }

    @Test func comesBackFromJSON() throws {
        let history = try history(PlantedSession.days(times(8, 5, factor: 1.1)))
        let copy = try JSONDecoder().decode(History.self, from: JSONEncoder().encode(history))
        #expect(copy.schema == "attnbench-history/1" && copy.entries == history.entries)
        #expect(copy.cells.map(\.steps) == history.cells.map(\.steps))
    }
}
