import Analysis
import Foundation
import Statistics
import TestSupport
import Testing

@testable import Reporting

/// A comparison for continuous integration.
@Suite struct ComparisonExportTests {
    private static let kinds = ["regressed", "guard-failed", "pass", "missing", "wrong", "nasty"]

    private static func comparison(_ kind: String) -> Comparison {
        switch kind {
        case "regressed": PlantedComparison.comparison(shapePasses: false)
        case "guard-failed": PlantedComparison.comparison(guardPasses: false)
        case "pass": PlantedComparison.passing
        case "missing", "wrong": PlantedComparison.incomplete(wrong: kind == "wrong")
        default: nasty
        }
    }

    /// Names, findings and a command with all that one format or another has to escape.
    private static let nasty: Comparison = {
        let cell = CellComparison(
            workload: PlantedSamples.workload(PlantedSamples.nasty, 1024), verdict: .regressed,
            ratio: Estimate(value: 1.2, low: 1.1, high: 1.3, level: 0.95), smallestVisibleSlowdown: 0.04, launches: 10,
            baselineNanoseconds: 1e6, candidateNanoseconds: 1.2e6,
            findings: [Caution("50 % of <visits> | \u{1B}[31mred\u{1B}[0m\r\n```")])
        return Comparison(
            method: .paired, sweep: "it's <b>", delta: 0.05, baseline: PlantedComparison.side("old & \"new\""),
            candidate: PlantedComparison.side("new"), machine: PlantedResults.header.machine, seed: 1,
            command: "attnbench gate '```'", seconds: 1, cells: [cell])
    }()

    @Test(arguments: kinds) func jUnitIsAsReviewed(kind: String) {
        let text = JUnit.text(Self.comparison(kind))
        #expect(text == Golden.text("junit-\(kind)", updatingTo: text))
    }

    @Test(arguments: kinds) func theSummaryIsAsReviewed(kind: String) {
        let text = StepSummary.text(Self.comparison(kind))
        #expect(text == Golden.text("summary-\(kind)", updatingTo: text))
    }

    @Test func cSVIsAsReviewed() {
        let text = ComparisonCSV.text(Self.comparison("regressed"))
        #expect(text == Golden.text("comparison.csv", updatingTo: text))
    }

    @Test func jSONIsReadBack() throws {
        let text = try ComparisonJSON.text(Self.nasty)
        #expect(try JSONDecoder().decode(Comparison.self, from: Data(text.utf8)) == Self.nasty)
    }

    @Test(
        .enabled(if: OutsideTool.xmllint != nil, "xmllint is not installed: apt-get install libxml2-utils"),
        arguments: kinds)
    func jUnitIsWhatItsSchemaAllows(kind: String) throws {
        let xmllint = try #require(OutsideTool.xmllint)
        let schema = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Schemas/junit-10.xsd").path
        func lint(_ text: String) throws -> OutsideTool.Result {
            try xmllint.run(["--noout", "--schema", schema, "-"], input: text)
        }
        let text = JUnit.text(Self.comparison(kind))
        let result = try lint(text)
        #expect(result.status == 0, "\(result.output)")
        #expect(
            try lint(text.replacing("<testcase name=", with: "<testcase nom=")).status != 0, "the schema is not asked")
    }

    @Test(.enabled(if: OutsideTool.xmllint != nil, "xmllint is not installed: apt-get install libxml2-utils"))
    func jUnitKeepsNames() throws {
        let xmllint = try #require(OutsideTool.xmllint)
        let result = try xmllint.run(
            ["--xpath", "string(//testcase[1]/@name)", "-"], input: JUnit.text(Self.nasty))
        #expect(result.output == "\(PlantedSamples.nasty) 1K\n")
    }

    /// Red in one place is red in the other, whatever failed.
    @Test func jUnitFailsWhereTheVerdictIsRegressed() {
        for cells in [Self.comparison("regressed").cells, PlantedComparison.passing.cells, []] {
            for guardPasses in [true, false] {
                for shapePasses in [true, false] {
                    let comparison = PlantedComparison.comparison(
                        cells: cells, guardPasses: guardPasses, shapePasses: shapePasses)
                    #expect(JUnit.text(comparison).contains("<failure") == (comparison.verdict == .regressed))
                }
            }
        }
    }

    @Test(arguments: ["missing", "wrong"]) func wrongCellsAreRedAndMissingOnesAreNot(kind: String) {
        let comparison = Self.comparison(kind)
        #expect(comparison.verdict == (kind == "wrong" ? .wrong : .inconclusive))
        let text = JUnit.text(comparison)
        #expect(text.contains("<failure type=\"WRONG\"") == (kind == "wrong"))
        #expect(text.components(separatedBy: "not compared: skipped in the candidate: no time").count == 3)
        let summary = StepSummary.text(comparison)
        #expect(summary.hasPrefix("## attnbench gate: \(comparison.verdict.rawValue)\n"))
        #expect(summary.contains("full 8K") && !summary.contains("PASS:"))
    }

    @Test func summariesStayWithinTheirLimit() throws {
        let many = PlantedComparison.comparison(
            cells: Array(repeating: Self.comparison("regressed").cells, count: 3000).flatMap { $0 })
        #expect(StepSummary.text(many, mostBytes: .max).utf8.count > 1 << 20)
        let text = StepSummary.text(many)
        #expect(text.utf8.count <= StepSummary.mostBytes && StepSummary.mostBytes < 1 << 20)
        #expect(text.hasPrefix("## attnbench gate: REGRESSED"))
        #expect(text.contains("### How to reproduce"))
        #expect(text.contains("more are left out"))
        #expect(text.components(separatedBy: "<details>").count == text.components(separatedBy: "</details>").count)
        for room in stride(from: 0, through: 6000, by: 100) {
            #expect(StepSummary.text(many, mostBytes: room).utf8.count <= room)
        }
        #expect(StepSummary.text(many, mostBytes: 400).hasPrefix("## attnbench gate: REGRESSED"))
    }

    @Test func annotationsNameTheWorst() throws {
        let link = "https://github.example/a/b/actions/runs/1"
        func text(_ kind: String) -> String? {
            WorkflowCommand(Self.comparison(kind), link: link).map { "\($0)" }
        }
        #expect(text("pass") == nil)
        #expect(
            text("regressed")
                == "::error title=attnbench%3A REGRESSED::sliding-window(256) 16K takes 32.1 [31.2, 33.0] of the "
                + "baseline's time; all cells: \(link)")
        #expect(
            text("guard-failed")
                == "::warning title=attnbench%3A INCONCLUSIVE::frozen loop: a loop that is the same in both builds moved; "
                + "all cells: \(link)")
        #expect(
            text("wrong")
                == "::error title=attnbench%3A WRONG::attention-sink(4+256) 2K: its result in the candidate is wrong: "
                + "differs from the reference by 0.5; all cells: \(link)")
        #expect(
            text("missing")
                == "::warning title=attnbench%3A INCONCLUSIVE::full 4K has no time in the candidate: skipped in the "
                + "candidate: no time; all cells: \(link)")
        let nasty = try #require(WorkflowCommand(Self.nasty, link: nil).map { "\($0)" })
        #expect(nasty.utf8.allSatisfy { $0 != 0x0A && $0 != 0x0D })
        #expect(nasty.contains("50%25 e:f%0D%0Ag"))
    }

    /// The examples of actions/toolkit's own test of its commands.
    @Test func commandsAreEscapedAsTheToolkitDoes() {
        let command = WorkflowCommand(
            .warning, title: "percent % percent % cr \r cr \r lf \n lf \n colon : colon : comma , comma ,",
            message: "percent % percent % cr \r cr \r lf \n lf \n, : stay")
        #expect(
            "\(command)"
                == "::warning title=percent %25 percent %25 cr %0D cr %0D lf %0A lf %0A colon %3A colon %3A comma %2C comma "
                + "%2C::percent %25 percent %25 cr %0D cr %0D lf %0A lf %0A, : stay")
    }
}
