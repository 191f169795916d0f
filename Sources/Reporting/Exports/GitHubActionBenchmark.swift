import Foundation
import Quantities

/// What github-action-benchmark takes as `customSmallerIsBetter`: an array of names, values and units, with a range and
/// a remark. The unit is always nanoseconds: its charts hold a value against those of earlier commits.
enum GitHubActionBenchmark {
    private struct Entry: Encodable {
        let name: String
        let unit = "ns"
        let value: Double
        let range: String
        let extra: String
    }

    static func text(_ source: ReportSource) throws(ReportError) -> String {
        let build = source.results.header.build
        let entries = MeasuredCell.all(in: source).map { cell in
            let (point, median) = (cell.point, cell.point.median)
            // It reads a range as a number only behind "±", and the number only with a second digit.
            let halfWidth = max(median.high - median.value, median.value - median.low)
            let launches = cell.records.count
            return Entry(
                name: cell.name, value: median.value, range: String(format: "± %.1f", halfWidth),
                extra: """
                    median of \(point.sampling.samples) samples in \(launches) launch\(launches == 1 ? "" : "es"), \
                    \(Quantity.percent(median.level)) interval \
                    [\(Quantity.time(nanoseconds: median.low, digits: 4)), \
                    \(Quantity.time(nanoseconds: median.high, digits: 4))]
                    \(Quantity.percent(point.utilisation.fractionOfPeak)) of peak, \
                    \(point.work.computedPairs.map { Quantity.count($0) } ?? "–") pairs
                    commit \(build.commit)\(build.dirty ? " with uncommitted changes" : "")
                    """)
        }
        return try ExportJSON.text(entries, file: "github-action-benchmark.json")
    }
}
