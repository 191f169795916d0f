import Attention
import Foundation
import Records
import Testing
import TestSupport

@testable import attnbench

@Suite struct QualityTests {
    private static let few = "quality --window 64 --sinks 4 --chunk 64 --blocks 2 --block-length 32 --rounds 6 --no-pin"

    @Test func printsErrorBesideCost() throws {
        let session = Session(Self.few)
        #expect(session.status == .done, "\(session.messages)")
        for label in ["sliding-window(64)", "attention-sink(4+64)", "chunked-local(64)", "top-k-blocks(2×32)"] {
            #expect(session.output.contains("\n\(label) "), "\(label)\n\(session.output)")
        }
        #expect(session.output.contains("512 tokens (12 heads of 32 elements) of layer 3 of all-MiniLM-L6-v2"))
        #expect(session.messages.contains("measuring times, round 6 of 6\n"))
    }

    @Test func jsonReadsBack() throws {
        let session = Session(Self.few + " --json --quiet")
        #expect(session.messages.isEmpty)
        let study = try JSONDecoder().decode(ApproximationStudy.self, from: Data(session.output.utf8))
        #expect(study.approximations.count == 4 && study.comparedRows == 12 * 512 && study.wrong.isEmpty)
    }

    /// Own tensors, and a directory with a figure.
    @Test func ownActivationsAreTakenAndReported() throws {
        let folder = try TestFolder()
        for (index, name) in ["q", "k", "v"].enumerated() {
            var tensor = Tensor(dimensions: [2, 96, 8])
            tensor.fillWithNormals(seed: UInt64(index))
            try NumPyFile.write(tensor, to: folder.path("\(name).npy"))
        }
        let files = ["--query", "q", "--key", "k", "--value", "v"].map { $0.count == 1 ? folder.path("\($0).npy") : $0 }
        let report = folder.path("report")
        let session = Session(
            ["quality"] + files + ["--rounds", "6", "--no-pin", "--output", report, "--window", "3,96"])
        #expect(session.status == .done, "\(session.messages)")
        #expect(session.output.contains("96 tokens (2 heads of 8 elements) of"))
        let page = try String(contentsOfFile: report + "/README.md", encoding: .utf8)
        #expect(page.contains("sliding-window(96)") && page.contains("approximations"))
        let data = try String(contentsOfFile: report + "/figures/approximations.csv", encoding: .utf8)
        #expect(data.contains("\"sliding-window\",measured,") && !data.contains(",0,,"))
    }

    @Test(arguments: [
        ("quality --window none", "write a size like 1024"), ("quality --window 0", "window is 0"),
        ("quality --rounds 5", "--rounds is 5; it must be from 6"), ("quality --query q.npy", "give all three or none"),
        ("quality --query no.npy --key no.npy --value no.npy", "no.npy"), ("quality --blocks 0", "blocks is 0"),
    ]) func mistakesAreNamed(line: String, complaint: String) {
        let session = Session(line + " --no-pin")
        #expect(session.status == .usage)
        #expect(session.messages.contains(complaint), "\(session.messages)")
    }
}
