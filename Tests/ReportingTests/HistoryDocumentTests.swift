import Analysis
import Foundation
import Records
import Statistics
import TestSupport
import Testing

@testable import Reporting
@testable import Drawing

@Suite struct HistoryDocumentTests {
    /// Twelve sessions: one cell steps up by 10 %, one is steady, one stands out at the end.
    private static let history: History = {
        let ripple = [0.0, 0.004, -0.003, 0.002, -0.004, 0.001, 0.003, -0.002, 0.0, -0.001, 0.004, -0.003]
        let sessions = ripple.enumerated().map { index, noise in
            PlantedSession(
                day: index + 1,
                [
                    ("full", 1024, 1e6 * (1 + noise) * (index < 7 ? 1 : 1.1)), ("full", 4096, 1.6e7 * (1 - noise)),
                    ("sliding-window", 4096, 4e6 * (1 + noise / 2) * (index < 11 ? 1 : 1.2)),
                ])
        }
        return try! History(
            sessions.map { (path: "day\($0.day).jsonl", results: $0.results) }, smallestChange: 0.02)
    }()

    @Test func saysWhatChanged() {
        let text = TerminalDocument.text(Document(Self.history), width: 110)
        #expect(text == Golden.text("history", updatingTo: text))
    }

    @Test func resultsWithoutTimesHaveNoHistory() throws {
        let results = PlantedSession(day: 1, []).results
        let empty = try History([(path: "day1.jsonl", results: results)], smallestChange: 0.02)
        #expect(HistoryTables.findings(empty) == ["no cell has a time in any of these results"])
    }

    @Test func isDrawn() throws {
        let figure = try #require(Figure.all(for: Self.history).first)
        #expect(figure.script == Golden.text("history.gp", updatingTo: figure.script))
        #expect(figure.data == Golden.text("history.csv", updatingTo: figure.data))
        #expect(figure.title.hasPrefix("full at 1K takes +9.9 % from c0ffe08"))
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("attnbench-\(UUID())")
        defer { try? FileManager.default.removeItem(at: directory) }
        let pages = DocumentDirectory(Document(Self.history), figures: [figure])
        #expect(try pages.write(to: directory).isEmpty)
        for name in ["index.html", "README.md", "figures/history.svg", "figures/history.png", "figures/history.pdf"] {
            let data = try Data(contentsOf: directory.appendingPathComponent(name))
            #expect(data.count > 500, "\(name)")
        }
    }

    @Test func oneResultIsNoFigure() throws {
        let session = PlantedSession(day: 1, [("full", 1024, 1e6)])
        let history = try History([(path: "a", results: session.results)], smallestChange: 0.02)
        #expect(Figure.all(for: history).isEmpty)
    }
}

@Suite struct LaunchTablesTests {
    private func results(_ conditions: [LaunchConditions]) -> Results {
        Results(
            header: PlantedSession(day: 1, []).header, measurements: [],
            launches: conditions.enumerated().map {
                LaunchRecord(
                    launch: $0 + 1, startedAt: "2026-03-01T04:00:00Z", paddingBytes: 100 * $0, conditions: $1)
            })
    }

    private func conditions(
        after: Double = 4.5e9, stolen: Double? = 0, waiting: Double? = 0.02, throttled: Int? = nil
    ) -> LaunchConditions {
        LaunchConditions(
            seconds: 12, hertzBefore: 4.5e9, hertzAfter: after, stolenShare: stolen, waitingShare: waiting,
            throttledPeriods: throttled)
    }

    @Test func quietLaunchesNeedNoCaution() {
        #expect(LaunchTables.cautions(results([conditions(), conditions(after: 4.4e9)])).isEmpty)
    }

    @Test func whatTheMachineDidIsSaid() {
        let doubts = LaunchTables.cautions(
            results([conditions(), conditions(after: 4.2e9, stolen: 0.021, throttled: 3), conditions(stolen: nil)]))
        #expect(
            doubts.map(\.description) == [
                "launch 2: the core's clock went from 4.50 GHz to 4.20 GHz; the hypervisor took 2.1 % of the CPU's "
                    + "time; the container was stopped 3 times for its CPU quota"
            ])
    }

    @Test func processesAreListed() {
        let table = LaunchTables.launches(results([conditions(), conditions(stolen: nil, waiting: nil, throttled: 3)]))
        let text = TerminalTable.text(table, width: 120)
        #expect(text == Golden.text("launches", updatingTo: text))
    }

    /// The shares of two cells with planted components.
    @Test func theVarianceIsSplit() throws {
        let data = try JSONEncoder().encode(PlantedAnalysis.withNaive)
        var object = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
        var series = try #require(object["series"] as? [[String: Any]])
        var points = try #require(series[0]["points"] as? [[String: Any]])
        for index in 0..<2 {
            points[index]["variance"] = ["launch": 0.0006, "round": 0.0003, "sample": 0.0001]
            points[index]["launches"] = 5
        }
        series[0]["points"] = points
        object["series"] = series
        let findings = try JSONDecoder().decode(
            Findings.self, from: JSONSerialization.data(withJSONObject: object))
        #expect(
            findings.varianceOverLaunches
                == "Variance of a cell (median; standard deviation 3.2 %): between launches 60 %, between rounds 30 %, "
                + "within a round 10 %. More launches narrow the intervals, more rounds hardly do.")
        #expect(LaunchVariance.table(findings.analysis).rows.map(\.count) == [7, 7])
        #expect(PlantedAnalysis.withNaive.varianceOverLaunches == nil)
    }
}
