import Analysis
import Attention
import Records
import Statistics
import TestSupport

@testable import Reporting

/// Results and comparisons of a stranger: each text in them is one of the hostile strings.
enum HostileResults {
    /// Each string of the corpus is the name of a kernel, with three lengths, and the reason why a fourth is missing.
    static let results: Results = {
        let measurements = HostileStrings.all.flatMap { text in
            [1024, 2048, 4096].map { length in
                PlantedSamples.measured(text, length, launch: 0, [length, length + 3, length + 7], 1)
            } + [
                PlantedSamples.absent(text, 8192, .skipped(reason: text)),
                PlantedSamples.absent(text, 16_384, .wrong(reason: text, maximumError: 0.5)),
            ]
        }
        return Results(
            header: try! HostileStrings.filling(PlantedResults.header), measurements: measurements,
            cautions: HostileStrings.all.map { Caution($0) })
    }()

    static let source = source(label: HostileStrings.all[0])

    static func source(label: String) -> ReportSource {
        ReportSource(label: label, results: results)
    }

    static func comparison(_ start: Int) throws -> Comparison {
        try HostileStrings.filling(
            start.isMultiple(of: 2)
                ? PlantedComparison.comparison(shapePasses: false) : PlantedComparison.comparison(guardPasses: false),
            from: start)
    }
}
