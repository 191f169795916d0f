import Faults
import Foundation

/// Where reports go, and what must not be lost there.
enum ReportDirectory {
    /// `reports/2026-03-01-scaling`; with -2, -3 … where that is taken.
    static func name(for sweep: String, date: Date = Date(), in folder: String = "reports") -> String {
        let calendar = Calendar(identifier: .gregorian)
        let day = calendar.dateComponents([.year, .month, .day], from: date)
        return firstFree(String(format: "%@/%04d-%02d-%02d-%@", folder, day.year!, day.month!, day.day!, sweep))
    }

    /// The name itself, or with -2, -3 … where that is taken.
    private static func firstFree(_ name: String) -> String {
        let names = [name] + (2...).lazy.prefix(10_000).map { "\(name)-\($0)" }
        return names.first { !FileManager.default.fileExists(atPath: $0) } ?? name
    }

    /// Files that `run` and `report` call results, in order of their names; journals are none.
    static func results(in directory: URL) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? []
        return names.filter { $0 == "results.jsonl" || $0.hasPrefix("results-") && $0.hasSuffix(".jsonl") }.sorted()
    }

    /// Before the pages of something else are written there.
    ///
    /// - Parameter own: results to which the pages belong.
    static func requireNoResults(in directory: URL, besides own: String? = nil) throws(DirectoryTaken) {
        guard let name = results(in: directory).first(where: { $0 != own }) else { return }
        throw taken(directory, by: name, .otherResults)
    }

    /// Before the first report is written there: pages without results beside them are not those of a report.
    static func requireNoForeignPages(in directory: URL) throws(DirectoryTaken) {
        guard results(in: directory).isEmpty else { return }
        for name in ["README.md", "index.html", "report.tex"] {
            let page = directory.appendingPathComponent(name)
            if FileManager.default.fileExists(atPath: page.path) { throw taken(directory, by: name, .foreignPage) }
        }
    }

    static func taken(_ directory: URL, by name: String, _ reason: DirectoryTaken.Reason) -> DirectoryTaken {
        let isNamed = ![".", ".."].contains((directory.relativePath as NSString).lastPathComponent)
        let other = isNamed ? directory : directory.appendingPathComponent("report")
        return DirectoryTaken(
            path: directory.appendingPathComponent(name).relativePath, reason: reason,
            other: firstFree(other.relativePath))
    }
}

/// What lies in a directory would be lost, or would no longer belong to what lies beside it.
struct DirectoryTaken: Fault, Equatable {
    enum Reason {
        case otherResults
        case foreignPage
    }

    /// What lies there.
    let path: String
    let reason: Reason
    /// A directory that is free.
    let other: String

    var exitStatus: ExitStatus { .usage }

    var description: String {
        switch reason {
        case .otherResults:
            "\(path) contains other results, and these or the pages of their report would be overwritten; choose another "
                + "place, such as --output \(other)"
        case .foreignPage:
            "\(path) would be overwritten, and is not part of a report of these results; choose another place, "
                + "such as --output \(other)"
        }
    }
}
