import Foundation

/// Printed text, kept in files under Golden/ beside the test that compares with it.
///
/// `ATTNBENCH_UPDATE_GOLDEN=1 scripts/test` writes what is printed now; review the difference like code.
public enum Golden {
    /// The stored text; empty where there is none.
    public static func text(_ name: String, updatingTo actual: String, file: String = #filePath) -> String {
        let url = URL(fileURLWithPath: file).deletingLastPathComponent().appendingPathComponent("Golden/\(name).txt")
        if ProcessInfo.processInfo.environment["ATTNBENCH_UPDATE_GOLDEN"] == "1" {
            try? FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try? Data(actual.utf8).write(to: url)
        }
        return (try? String(contentsOf: url, encoding: .utf8)) ?? ""
    }
}
