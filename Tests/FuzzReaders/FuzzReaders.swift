import Foundation

@testable import Attention
@testable import Benchmarking
import Engines
@testable import Records
@testable import Serving

/// One of the program's readers under libFuzzer, which the environment names: `scripts/fuzz` starts this for each.
@main struct FuzzReaders {
    private static let reader: Reader = {
        let name = ProcessInfo.processInfo.environment["ATTNBENCH_READER"] ?? ""
        guard let reader = Reader(rawValue: name) else {
            fatalError("set ATTNBENCH_READER to one of \(Reader.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return reader
    }()

    static func main() {
        var count = CommandLine.argc
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?> = CommandLine.unsafeArgv
        let status = runFuzzer(&count, &arguments) { bytes, count in
            FuzzReaders.reader.read(count == 0 ? Data() : Data(bytes: bytes, count: count))
            return 0
        }
        exit(status)
    }
}

/// Each takes any bytes and either returns a value or throws an error of its own; a trap is a finding.
enum Reader: String, CaseIterable {
    case sweep, results, journal, npy, configuration, prices, reply

    func read(_ bytes: Data) {
        switch self {
        case .sweep: _ = try? SweepFile.parse(String(decoding: bytes, as: UTF8.self), file: "sweep.yaml").workloads()
        case .results:
            // As it is, nearly every change ends at a checksum; sealed again, it goes on to what the line says.
            for text in [bytes, sealed(bytes)] {
                let (lines, isTorn) = JSONLines.split(text)
                _ = try? ResultsLines(lines, isTorn: isTorn, path: "results.jsonl")
            }
        case .journal:
            for text in [bytes, sealed(bytes)] { _ = try? withFile(text) { try SampleJournal.openCells($0) } }
        case .npy: _ = try? withFile(bytes) { try NumPyFile.read($0).dimensions }
        case .configuration: _ = try? Model(Model.Configuration(file: "config.json", json: bytes))
        case .prices: _ = try? PriceList(yaml: String(decoding: bytes, as: UTF8.self), from: "prices.yaml")
        case .reply:
            _ = try? JSONDecoder().decode(EngineReply.self, from: bytes)
            _ = try? JSONDecoder().decode(EngineGreeting.self, from: bytes)
            _ = LaunchEvent(line: bytes)
        }
    }

    /// The lines with the checksums that they would have had if they had been written so.
    private func sealed(_ bytes: Data) -> Data {
        let field = Data(",\"checksum\":".utf8)
        let lines = bytes.split(separator: UInt8(ascii: "\n")).map { line in
            let end = line.range(of: field, options: .backwards)?.lowerBound ?? line.endIndex
            return JSONLines.sealing(end < line.endIndex ? line[..<end] + Data("}".utf8) : Data(line))
        }
        return Data(lines.joined(separator: Data("\n".utf8))) + Data("\n".utf8)
    }

    private func withFile<Value>(_ bytes: Data, _ read: (String) throws -> Value) throws -> Value {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("attnbench-fuzz-\(getpid())")
        defer { try? FileManager.default.removeItem(at: file) }
        try bytes.write(to: file)
        return try read(file.path)
    }
}

/// libFuzzer's main loop, for programs that have a `main` of their own.
@_silgen_name("LLVMFuzzerRunDriver")
private func runFuzzer(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ read: @convention(c) (UnsafePointer<UInt8>, Int) -> CInt
) -> CInt
