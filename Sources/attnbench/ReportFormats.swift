import ArgumentParser
import Reporting

/// What a report is to be written as: pages, figures and data, and forms that other programs read.
struct ReportFormats {
    let report: Set<Report.Format>
    let exports: [Export<ReportSource>]

    static var names: [String] { Report.Format.allCases.map(\.rawValue) + Export<ReportSource>.all.map(\.name) }

    /// - Parameter text: names between commas.
    init(_ text: String) throws {
        var report: Set<Report.Format> = []
        var exports: [Export<ReportSource>] = []
        for name in text.split(separator: ",").map(String.init) {
            if let format = Report.Format(rawValue: name) {
                report.insert(format)
            } else if let export = Export<ReportSource>.all.first(where: { $0.name == name }) {
                exports.append(export)
            } else {
                throw ExportNames.unknown(name, among: Self.names)
            }
        }
        self.report = report
        self.exports = exports
    }
}
