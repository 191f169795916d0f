import Foundation

/// A program of others that reads what we write.
struct OutsideTool {
    let path: String

    private init(path: String) { self.path = path }

    /// Nil where it is not installed.
    init?(_ name: String) {
        guard let first = Self.all(name).first else { return nil }
        self = first
    }

    /// In the order of PATH.
    private static func all(_ name: String) -> [OutsideTool] {
        ProcessInfo.processInfo.environment["PATH", default: "/usr/bin"].split(separator: ":").map { "\($0)/\(name)" }
            .filter(FileManager.default.isExecutableFile(atPath:)).map(OutsideTool.init(path:))
    }

    static let xmllint = OutsideTool("xmllint")
    static let sqlite = OutsideTool("sqlite3")
    static let python = OutsideTool("python3")
    static let sha256sum = OutsideTool("sha256sum")
    /// With SciPy, which google/benchmark's tools import.
    static let pythonWithSciPy = all("python3").first { tool in
        (try? tool.run(["-c", "import scipy.stats"]))?.status == 0
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

    func run(_ arguments: [String], input: String = "", in directory: URL? = nil) throws -> Result {
        try Self.inFolder { folder in
            let (stdin, stdout) = (folder.appendingPathComponent("in"), folder.appendingPathComponent("out"))
            try Data(input.utf8).write(to: stdin)
            try Data().write(to: stdout)
            let process = Process()
            process.executableURL = URL(fileURLWithPath: path)
            process.arguments = arguments
            process.currentDirectoryURL = directory
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
