import Analysis
import ArgumentParser
import Attention
import Foundation
import Reporting

/// Where a comparison goes beside the terminal, and in which forms.
struct ComparisonOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("The directory for files. Without --format, comparison.json is written.", valueName: "dir"),
        completion: .directory)
    var output: String?

    @Option(
        help: ArgumentHelp(
            "One or more of \(ExportNames.list(Export<Comparison>.all)). github is also written to $GITHUB_STEP_SUMMARY.",
            valueName: "list"), transform: Self.formats)
    var format: [Export<Comparison>]?

    /// Called before anything is measured: what cannot be written is known then.
    func requirePlaces(environment: [String: String]) throws {
        guard output == nil else { return }
        let homeless = format?.first { $0.name != "github" || environment["GITHUB_STEP_SUMMARY", default: ""].isEmpty }
        if let homeless { throw ValidationError("give --output, the directory for \(homeless.fileName)") }
    }

    private static func formats(_ text: String) throws -> [Export<Comparison>] {
        try text.split(separator: ",").map { try ExportNames.find(String($0), among: Export<Comparison>.all) }
    }
}

/// The words after `--format`.
enum ExportNames {
    static func list(_ exports: [Export<some Sendable>]) -> String { exports.map(\.name).joined(separator: ",") }

    static func find<Subject>(_ name: String, among exports: [Export<Subject>]) throws -> Export<Subject> {
        guard let export = exports.first(where: { $0.name == name }) else {
            throw unknown(name, among: exports.map(\.name))
        }
        return export
    }

    static func unknown(_ name: String, among names: [String]) -> ValidationError {
        ValidationError("\(UnknownName(name, isNot: "a format", known: names))")
    }
}
