import Analysis
import Escaping
import Foundation

/// JUnit's XML, as continuous integration servers read it, within junit-10.xsd of Jenkins' xUnit plugin.
///
/// One test case a cell, a shape check and a guard. There is a failure exactly where the verdict of the whole is
/// REGRESSED or WRONG: what the clock says of a run whose guard failed is skipped, as is all that is inconclusive. Properties stand
/// at the suite, with the cell in their names, since the schema has none at a test case.
enum JUnit {
    static func text(_ comparison: Comparison) -> String {
        let suites = [
            Suite(
                name: "cells",
                cases: comparison.cells.map { TestCase($0, in: comparison) }
                    + comparison.uncompared.map(TestCase.init), properties: properties(comparison)),
            Suite(name: "shape checks", cases: comparison.shape.map { TestCase($0, in: comparison) }),
            Suite(name: "guards", cases: comparison.guards.map(TestCase.init)),
        ].filter { $0.name == "cells" || !$0.cases.isEmpty }
        let cases = suites.flatMap(\.cases)
        let title = "attnbench \(comparison.method == .paired ? "gate" : "compare") \(comparison.sweep)"
        let attributes: [(StaticString, String)] = [
            ("name", title), ("tests", "\(cases.count)"), ("failures", "\(cases.count { $0.isFailure })"),
            ("errors", "0"), ("time", String(format: "%.3f", comparison.seconds)),
        ]
        let text: Escaped<XML> = """
            <?xml version="1.0" encoding="UTF-8"?>
            <testsuites\(XML.attributes(attributes))>
            \(suites.map { $0.xml(class: "attnbench.\(comparison.sweep)") }.joined())</testsuites>

            """
        return text.text
    }

    private static func properties(_ comparison: Comparison) -> [(String, String)] {
        func version(_ name: String, _ side: Comparison.Side) -> (String, String) {
            if let build = side.build { return ("\(name).commit", build.commit + (build.dirty ? "-dirty" : "")) }
            return ("\(name).version", side.engine.map { "\($0.name) \($0.version)" } ?? "")
        }
        let run = [
            ("verdict", comparison.verdict.rawValue), ("method", comparison.method.rawValue),
            ("baseline", comparison.baseline.path), version("baseline", comparison.baseline),
            ("candidate", comparison.candidate.path), version("candidate", comparison.candidate),
            ("machine", comparison.machine.cpuModel), ("delta", "\(comparison.delta)"),
            ("seed", "\(comparison.seed)"), ("command", comparison.command),
        ]
        return run
            + comparison.cells.flatMap { cell -> [(String, String)] in
                let name = "\(cell.workload)"
                return [
                    ("\(name): ratio", "\(cell.ratio.value)"), ("\(name): ratioLow", "\(cell.ratio.low)"),
                    ("\(name): ratioHigh", "\(cell.ratio.high)"), ("\(name): intervalLevel", "\(cell.ratio.level)"),
                    ("\(name): smallestVisibleSlowdown", cell.smallestVisibleSlowdown.map { "\($0)" } ?? "unknown"),
                ]
            }
    }

    private struct Suite {
        let name: String
        let cases: [TestCase]
        var properties: [(String, String)] = []

        func xml(class className: String) -> Escaped<XML> {
            let attributes: [(StaticString, String)] = [
                ("name", name), ("tests", "\(cases.count)"), ("failures", "\(cases.count { $0.isFailure })"),
                ("errors", "0"), ("skipped", "\(cases.count { $0.isSkipped })"),
            ]
            var xml: Escaped<XML> = "  <testsuite\(XML.attributes(attributes))>\n"
            if !properties.isEmpty {
                let lines = properties.map { name, value -> Escaped<XML> in
                    "      <property\(XML.attributes([("name", name), ("value", value)]))/>\n"
                }
                xml += "    <properties>\n\(lines.joined())    </properties>\n"
            }
            return xml + cases.map { $0.xml(class: "\(className).\(name)") }.joined() + "  </testsuite>\n"
        }
    }

    private struct TestCase {
        enum Outcome {
            case passed
            case failed(type: String, message: String)
            case skipped(message: String)
        }

        let name: String
        var seconds: Double?
        let outcome: Outcome
        var output = ""

        var isFailure: Bool { if case .failed = outcome { true } else { false } }
        var isSkipped: Bool { if case .skipped = outcome { true } else { false } }

        init(_ cell: CellComparison, in comparison: Comparison) {
            name = "\(cell.workload)"
            seconds = cell.candidateNanoseconds * 1e-9
            let ratio = "\(ComparisonTables.ratio(cell.ratio)) of the baseline's time"
            output = ([ratio] + cell.findings.map(\.description)).joined(separator: "\n")
            switch cell.verdict {
            case .pass, .improved: outcome = .passed
            case .inconclusive: outcome = .skipped(message: "INCONCLUSIVE: \(ratio)")
            case .regressed where comparison.clockIsTrusted:
                outcome = .failed(
                    type: "REGRESSED",
                    message: "\(ratio), where \(ComparisonTables.percent(comparison.delta)) more is tolerated")
            case .regressed:
                outcome = .skipped(message: "INCONCLUSIVE: \(ratio), but a guard failed")
            }
        }

        init(_ cell: UncomparedCell) {
            name = "\(cell.workload)"
            switch cell.cause {
            case .wrong, .engineFailed: outcome = .failed(type: cell.alarm!, message: cell.reason)
            case .missing, .noBaseline: outcome = .skipped(message: "not compared: \(cell.reason)")
            }
        }

        init(_ finding: ShapeFinding, in comparison: Comparison) {
            name = "\(finding.kind.rawValue) of \(finding.subject)"
            outcome =
                finding.passed
                ? .passed
                : finding.kind.isCounted || comparison.clockIsTrusted
                    ? .failed(type: finding.kind.rawValue, message: finding.message)
                    : .skipped(message: "INCONCLUSIVE: \(finding.message), but a guard failed")
        }

        init(_ check: ComparisonGuard) {
            name = check.name.rawValue
            outcome = check.passed ? .passed : .skipped(message: "the clock cannot be trusted: \(check.message)")
        }

        func xml(class className: String) -> Escaped<XML> {
            var attributes: [(StaticString, String)] = [("name", name), ("classname", className)]
            if let seconds { attributes.append(("time", String(format: "%.9f", seconds))) }
            var inside: Escaped<XML> =
                switch outcome {
                case .passed: ""
                case .failed(let type, let message):
                    "      <failure\(XML.attributes([("type", type), ("message", message)]))/>\n"
                case .skipped(let message): "      <skipped\(XML.attributes([("message", message)]))/>\n"
                }
            if !output.isEmpty { inside += "      <system-out>\(output)</system-out>\n" }
            let start: Escaped<XML> = "    <testcase\(XML.attributes(attributes))"
            return inside.isEmpty ? "\(start)/>\n" : "\(start)>\n\(inside)    </testcase>\n"
        }
    }
}
