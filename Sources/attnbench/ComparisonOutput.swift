import Analysis
import Foundation
import Reporting

/// Shows a comparison, and writes it where it is wanted.
struct ComparisonOutput {
    let console: Console
    let quiet: Bool
    /// For `comparison.json`; nil for none.
    let directory: String?

    func write(_ comparison: Comparison) throws {
        console.output(ComparisonTables.text(comparison, columns: console.width))
        if !quiet {
            for caution in comparison.cautions {
                let lines = TerminalTable.wrap("Caution: \(caution)", width: console.width, indent: 2)
                console.messages(lines.joined(separator: "\n") + "\n")
            }
        }
        guard let directory else { return }
        let folder = URL(fileURLWithPath: directory)
        try ReportDirectory.make(folder)
        let file = folder.appendingPathComponent("comparison.json")
        do {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            try (encoder.encode(comparison) + Data("\n".utf8)).write(to: file)
        } catch {
            throw UnwritableDirectory(path: file.relativePath, reason: error.localizedDescription)
        }
        if !quiet { console.messages("Comparison: \(file.relativePath)\n") }
    }
}

/// What a comparison tells the shell when it is more than "done".
enum ComparisonOutcome: Error, CustomStringConvertible {
    case regressed(String)
    case inconclusive(String)

    /// - Parameter strict: whether what is open is an error.
    static func check(_ comparison: Comparison, strict: Bool) throws(ComparisonOutcome) {
        switch comparison.verdict {
        case .regressed: throw .regressed(culprits(of: comparison))
        case .inconclusive where strict:
            throw .inconclusive("nothing is sure; measure on a quieter machine, or with a longer --time-budget")
        case .inconclusive, .pass, .improved: return
        }
    }

    private static func culprits(of comparison: Comparison) -> String {
        let cells = comparison.cells.filter { $0.verdict == .regressed }.map { "\($0.workload)" }
        let shapes = comparison.shape.filter { !$0.passed }.map { "\($0.kind.rawValue) of \($0.subject)" }
        let all = cells + shapes
        return "the candidate regressed: " + all.prefix(3).joined(separator: ", ")
            + (all.count > 3 ? " and \(all.count - 3) more" : "")
    }

    var description: String {
        switch self {
        case .regressed(let text), .inconclusive(let text): text
        }
    }
}
