import Foundation
import Testing
@testable import Reporting

@Test func drawToLook() throws {
    for (name, analysis) in [("a", PlantedAnalysis.full), ("b", PlantedAnalysis.withNaive)] {
        let directory = URL(fileURLWithPath: "/tmp/hr-proto/\(name)")
        let report = Report(results: PlantedResults.results, analysis: analysis, figures: Figure.all(for: analysis, closedForm: { PlantedAnalysis.closedForm($0, length: $1) }), gnuplot: .success(try Gnuplot()))
        print(try report.write(to: directory))
        print(TerminalTable.text(ReportTables.series(analysis), width: 80))
        print(TerminalTable.text(ReportTables.series(analysis), width: 120))
        print(TerminalTable.text(ReportTables.cells(analysis), width: 80))
        print(TerminalTable.text(ReportTables.cells(analysis), width: 120))
        print(TerminalTable.text(ReportTables.forecasts(analysis), width: 80))
    }
}
