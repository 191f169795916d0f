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
        case .wrong: self = .wrongResult(Self.first(comparison.wrong))
        case .engineFailed: self = .engineFailed(Self.first(comparison.engineFailures))
        case .regressed: self = .regressed(Self.culprits(of: comparison))
        case .inconclusive where strict: self = .inconclusive(Self.doubt(of: comparison))
        case .inconclusive, .pass, .improved: self = .done
        }
    }

    private static func doubt(of comparison: Comparison) -> String {
        let missing = comparison.missing.map { "\($0.workload)" }
        if !missing.isEmpty {
            return "the baseline has \(missing.count) of the cells that the candidate has not: \(first(missing)); "
                + "measure them in the candidate, or leave them out of the baseline"
        }
        return "nothing is sure; "
            + (comparison.method == .paired
                ? "measure on a quieter machine, or with a longer --time-budget"
                : "measure both with `attnbench run --launches 10` on a quieter machine, or use `attnbench gate`")
    }

    private static func culprits(of comparison: Comparison) -> String {
        let cells = comparison.cells.filter { $0.verdict == .regressed }.map { "\($0.workload)" }
        let shapes = comparison.shape.filter { !$0.passed }.map { "\($0.kind.rawValue) of \($0.subject)" }
        return "the candidate regressed: " + first(cells + shapes)
    }

    /// - Parameter cells: not empty.
    static func first(_ cells: [UncomparedCell]) -> String {
        let more = cells.count > 1 ? " (and so in \(cells.count - 1) more)" : ""
        return "\(cells[0].workload): \(cells[0].reason)\(more)"
    }

    /// Three names, and how many more there are.
    private static func first(_ names: [String]) -> String {
        names.prefix(3).joined(separator: ", ") + (names.count > 3 ? " and \(names.count - 3) more" : "")
    }
}
