import Attention
import Foundation
import Testing

@testable import Records

/// Results files of version 1: read, never written.
@Suite struct Version1Tests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static func committed(_ report: String) throws -> Results {
        try ResultsFile.load(root.appendingPathComponent("reports/\(report)/results.jsonl").path)
    }

    @Test func committedResultsAreRead() throws {
        let results = try Self.committed("2026-11-21-long-context")
        #expect(results.header.schema == "attnbench/1" && results.measurements.count == 98)
        #expect(results.launches.count == 1 && results.cacheQuality.isEmpty && results.cautions.isEmpty)
        let step = try #require(results.measurements.first { $0.workload.kernel == "decode-window" })
        #expect(step.workload.phase == .decode && step.origin.place == 12)
        #expect(step.origin.engine == EngineIdentity(name: "attnbench", version: results.header.build.commit))
        #expect(results.measurements.allSatisfy { $0.scratchBytes != nil })
    }

    /// What the kernels of that time said, on a CPU with vectors of 16 lanes: every kernel, element type and cache format
    /// that it takes, on one thread and on three. The file was written by the last build of version 1.
    @Test func scratchIsThatOfTheKernelsOfThatTime() throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("version1-scratch.jsonl")
        struct Line: Decodable {
            let workload: Version1Workload
            let scratchBytes: Int
        }
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
        var kernels = Set<String>()
        for text in lines {
            let line = try JSONDecoder().decode(Line.self, from: Data(text.utf8))
            let workload = line.workload.workload
            kernels.insert(workload.kernel)
            let kernel = try #require(Version1Kernel(rawValue: workload.kernel))
            let scratch = Version1Scratch(problem: workload.problem, threads: workload.threads, lanes: 16)
            #expect(scratch.bytes(of: kernel) == line.scratchBytes, "\(text)")
        }
        #expect(kernels == Set(Version1Kernel.allCases.map(\.rawValue)) && lines.count > 300)
    }

    @Test(arguments: [
        (Mask.full, #"{"kind":"full"}"#),
        (.causal, #"{"kind":"causal"}"#),
        (.slidingWindow(1024), #"{"kind":"sliding-window","window":1024}"#),
        (.symmetricWindow(radius: 256), #"{"kind":"symmetric-window","radius":256}"#),
        (.attentionSink(sinks: 4, window: 1020), #"{"kind":"attention-sink","sinks":4,"window":1020}"#),
        (.chunkedLocal(8192), #"{"chunk":8192,"kind":"chunked-local"}"#),
    ]) func masksHaveKinds(mask: Mask, json: String) throws {
        #expect(try JSONDecoder().decode(Version1Mask.self, from: Data(json.utf8)).mask == mask)
        #expect(String(decoding: try JSONLines.object(Version1Mask(mask: mask)), as: UTF8.self) == json)
    }

    /// Workers of two builds of today speak of these.
    @Test func masksWithoutAKindAreFourNumbers() throws {
        let mask = try Mask(sinks: 4, left: nil, right: 0, chunk: 64)
        let json = try JSONLines.object(Version1Mask(mask: mask))
        #expect(String(decoding: json, as: UTF8.self) == #"{"chunk":64,"left":null,"right":0,"sinks":4}"#)
        #expect(try JSONDecoder().decode(Version1Mask.self, from: json).mask == mask)
    }

    @Test(arguments: [
        #"{"kind":"dilated"}"#, #"{"kind":"sliding-window"}"#, #"{"kind":"attention-sink","window":8}"#,
        #"{"kind":"chunked-local","chunk":"8"}"#, #"{"kind":"sliding-window","window":0}"#,
    ]) func incompleteMasksAreRefused(json: String) {
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(Version1Mask.self, from: Data(json.utf8)) }
    }

    @Test func aFileOfVersion1IsNotResumed() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("attnbench-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("results.jsonl").path
        let original = Self.root.appendingPathComponent("reports/2026-11-21-scaling/results.jsonl")
        try FileManager.default.copyItem(at: original, to: URL(fileURLWithPath: path))
        let header = try ResultsFile.load(path).header
        let error = #expect(throws: ResultsError.self) { try RunLog.resume(path, header: header) }
        #expect(
            error?.description
                == "\(path) has schema \"attnbench/1\", which this build reads and does not write, so it cannot be resumed; "
                + "continue with the build that wrote it, or choose another --output")
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data(contentsOf: original))
    }

    /// Own kernels could be measured with version 1 too, and the table cannot know them.
    @Test func aKernelThatTheTableLacksComesLast() throws {
        let shape = try AttentionShape(queryLength: 1, keyLength: 64, headDimension: 64)
        let step = try AttentionProblem(shape: shape, mask: .causal)
        #expect(Version1Kernel.place(of: "row") == Version1Kernel.allCases.count)
        #expect(Version1Kernel.phase(of: "row", step) == .decode)
        #expect(Version1Kernel.phase(of: "reference", step) == .prefill)
    }
}
