import Foundation

/// A program of others that reads what we write.
struct OutsideTool {
    let path: String

    /// Nil where it is not installed.
    init?(_ name: String) {
        let folders = ProcessInfo.processInfo.environment["PATH", default: "/usr/bin"].split(separator: ":")
        let paths = folders.map { "\($0)/\(name)" }
        guard let found = paths.first(where: FileManager.default.isExecutableFile(atPath:)) else { return nil }
        path = found
    }

    static let xmllint = OutsideTool("xmllint")
    static let sqlite = OutsideTool("sqlite3")
    /// With SciPy, which google/benchmark's tools import.
    static let pythonWithSciPy = OutsideTool("python3").flatMap { tool in
        (try? tool.run(["-c", "import scipy.stats"]))?.status == 0 ? tool : nil
    }

    /// google/benchmark's own comparison: Debian's libbenchmark-tools, or GOOGLE_BENCHMARK_TOOLS, the `tools` of a checkout.
    static let googleCompare = [
        ProcessInfo.processInfo.environment["GOOGLE_BENCHMARK_TOOLS"] ?? "", "/usr/share/benchmark",
    ].map { $0 + "/compare.py" }.first(where: FileManager.default.isReadableFile(atPath:))

    struct Result {
        let status: Int32
        /// Of both streams.
        let output: String
    }

    func run(_ arguments: [String], input: String = "") throws -> Result {
        try Self.inFolder { folder in
            let (stdin, stdout) = (folder.appendingPathComponent("in"), folder.appendingPathComponent("out"))
            try Data(input.utf8).write(to: stdin)
            try Data().write(to: stdout)
            let process = Process()
            process.executableURL = URL(fileURLWithPath: path)
            process.arguments = arguments
            process.standardInput = try FileHandle(forReadingFrom: stdin)
            let output = try FileHandle(forWritingTo: stdout)
            process.standardOutput = output
            process.standardError = output
            try process.run()
            process.waitUntilExit()
            return Result(
                status: process.terminationStatus, output: String(decoding: try Data(contentsOf: stdout), as: UTF8.self)
            )
        }
    }

    static func inFolder<Value>(_ body: (URL) throws -> Value) throws -> Value {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("attnbench-export-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try body(folder)
    }
}
