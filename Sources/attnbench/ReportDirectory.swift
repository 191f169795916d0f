import Attention
import Faults
import Foundation

/// Where a run's report goes when nobody says.
enum ReportDirectory {
    /// `reports/2026-03-01-scaling`; with -2, -3 … where that is taken.
    static func name(for sweep: String, date: Date = Date(), in folder: String = "reports") -> String {
        let calendar = Calendar(identifier: .gregorian)
        let day = calendar.dateComponents([.year, .month, .day], from: date)
        let base = String(format: "%@/%04d-%02d-%02d-%@", folder, day.year!, day.month!, day.day!, sweep)
        let names = [base] + (2...).lazy.prefix(10_000).map { "\(base)-\($0)" }
        return names.first { !FileManager.default.fileExists(atPath: $0) } ?? base
    }

    static func make(_ directory: URL) throws(UnwritableDirectory) {
        do {
            try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        } catch {
            throw UnwritableDirectory(path: directory.relativePath, reason: error.systemWords)
        }
        guard FileManager.default.isWritableFile(atPath: directory.path) else {
            throw UnwritableDirectory(path: directory.relativePath, reason: "it may not be written to")
        }
    }
}

struct UnwritableDirectory: Fault {
    let path: String
    let reason: String

    var exitStatus: ExitStatus { .internalFailure }

    var description: String { "cannot write to \(path): \(reason); choose another place with --output" }
}
