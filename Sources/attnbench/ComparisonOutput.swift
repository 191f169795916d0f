import Analysis
import Files
import Foundation
import Reporting

/// Shows a comparison, and writes it where it is wanted.
struct ComparisonOutput {
    let console: Console
    let quiet: Bool
    let options: ComparisonOptions

    /// - Throws: where a form that was asked for has no place to go to.
    init(console: Console, quiet: Bool, options: ComparisonOptions) throws {
        try options.requirePlaces(environment: console.environment)
        self.console = console
        self.quiet = quiet
        self.options = options
    }

    func write(_ comparison: Comparison) throws {
        console.output(ComparisonTables.text(comparison, columns: console.width))
        if !quiet { console.caution(comparison.cautions) }
        if let directory = options.output { try write(comparison, into: URL(fileURLWithPath: directory)) }
        if options.format?.contains(where: { $0.name == "github" }) == true {
            try GitHubRunner(environment: console.environment).show(comparison, on: console)
        }
    }

    private func write(_ comparison: Comparison, into folder: URL) throws {
        try Folder.make(folder.relativePath)
        for export in try options.format ?? [ExportNames.find("json", among: Export<Comparison>.all)] {
            let file = folder.appendingPathComponent(export.fileName)
            let text = try export.text(comparison)
            try OutputFile.write(Data(text.utf8), to: file.relativePath)
            if !quiet { console.messages("Comparison: \(file.relativePath)\n") }
        }
    }
}

extension Verdict {
    /// - Parameter strict: whether a comparison that stays open is reported to the shell.
    init(_ comparison: Comparison, strict: Bool) {
        switch comparison.verdict {
        case .regressed: self = .regressed(Self.culprits(of: comparison))
        case .inconclusive where strict:
            let remedy =
                comparison.method == .paired
                ? "measure on a quieter machine, or with a longer --time-budget"
                : "measure both with `attnbench run --launches 10` on a quieter machine, or use `attnbench gate`"
            self = .inconclusive("nothing is sure; \(remedy)")
        case .inconclusive, .pass, .improved: self = .done
        }
    }

    private static func culprits(of comparison: Comparison) -> String {
        let cells = comparison.cells.filter { $0.verdict == .regressed }.map { "\($0.workload)" }
        let shapes = comparison.shape.filter { !$0.passed }.map { "\($0.kind.rawValue) of \($0.subject)" }
        let all = cells + shapes
        return "the candidate regressed: " + all.prefix(3).joined(separator: ", ")
            + (all.count > 3 ? " and \(all.count - 3) more" : "")
    }

    /// The candidate of a comparison computes something else than the reference does.
    init(wrongCandidate cell: UncomparedCell) {
        self = .wrongResult("the candidate's \(cell.workload) is wrong: \(cell.reason)")
    }
}
