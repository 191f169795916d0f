import Foundation
import Hardware
import Kernels
import Records
import TestSupport
import Testing

@testable import attnbench

/// Who chooses what kernels leave to the machine, as users say it.
@Suite struct TuningCommandTests {
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    private func tuning(_ flag: String) throws -> Tuning {
        let session = Session("machine --json --no-pin --tuning \(flag)")
        #expect(session.status == .done, "\(session.messages)")
        return try JSONDecoder().decode(MachineDescription.self, from: Data(session.output.utf8)).tuning
    }

    @Test func aFileRepeatsItsChoices() throws {
        #expect(try tuning("off") == Tuning(startingOn: Topology()))
        let choices = Tuning(
            keyTile: 96, unsharedBytes: 1 << 20, chunkBytes: 1 << 18,
            bfloat16: Tuning.Products(prefill: .widened, decode: .dot), exponential: .shifted,
            decodePrefetchBytes: 2048)
        let encoded = String(decoding: try JSONEncoder().encode(choices), as: UTF8.self)
        try folder.write("{\"tuning\":\(encoded)}", to: "machine.json")
        #expect(try tuning(folder.path("machine.json")) == choices)
        // The first line of a results file, with others behind it.
        try folder.write(
            "{\"schema\":\"attnbench/2\",\"tuning\":\(encoded)}\n{\"line\":\"cell\"}\n", to: "results.jsonl")
        #expect(try tuning(folder.path("results.jsonl")) == choices)
    }

    @Test func aRunRepeatsItsChoicesAndSaysThem() throws {
        try folder.write("name: tiny\nkernels: [full]\nlengths: [64]\ntimeBudget: 5s\n", to: "tiny.yaml")
        try folder.write(
            """
            {"tuning":{"keyTile":96,"unsharedBytes":0,"chunkBytes":4096,"bfloat16":{"prefill":"widened","decode":"dot"}}}
            """, to: "other.json")
        let session = Session([
            "run", folder.path("tiny.yaml"), "--output", folder.path("out"), "--no-pin", "--rounds", "6", "--tuning",
            folder.path("other.json"),
        ])
        #expect(session.status == .done, "\(session.messages)")
        let header = try ResultsFile.load(folder.path("out/results.jsonl")).header
        #expect(header.tuning?.keyTile == 96 && header.tuning?.bfloat16.prefill == .widened)
        // The file is older than these two choices.
        #expect(header.tuning?.exponential == .scaled && header.tuning?.decodePrefetchBytes == 8192)
        #expect(header.command.contains("--tuning "))
        #expect(folder.text("out/README.md")?.contains("tiles of 96 keys; passes shared above 0 B") == true)
    }

    @Test(arguments: [
        ("{}", "it has no `tuning` that this build understands"),
        ("no JSON", "it has no `tuning` that this build understands"),
        (
            "{\"tuning\":{\"keyTile\":12,\"unsharedBytes\":0,\"chunkBytes\":1,\"bfloat16\":{\"prefill\":\"dot\","
                + "\"decode\":\"dot\"}}}", "`tuning.keyTile` is 12, and not a multiple of 8"
        ),
        (
            "{\"tuning\":{\"keyTile\":8000000000,\"unsharedBytes\":0,\"chunkBytes\":1,\"bfloat16\":{\"prefill\":\"dot\","
                + "\"decode\":\"dot\"}}}", "`tuning.keyTile` is 8000000000; it must be from 8 to 4096"
        ),
        (
            "{\"tuning\":{\"keyTile\":96,\"unsharedBytes\":-1,\"chunkBytes\":1,\"bfloat16\":{\"prefill\":\"dot\","
                + "\"decode\":\"dot\"}}}", "`tuning.unsharedBytes` is -1"
        ),
        (
            "{\"tuning\":{\"keyTile\":96,\"unsharedBytes\":0,\"chunkBytes\":1,\"bfloat16\":{\"prefill\":\"dot\","
                + "\"decode\":\"dot\"},\"decodePrefetchBytes\":-64}}", "`tuning.decodePrefetchBytes` is -64"
        ),
    ])
    func aFileThatSaysNothingUsefulIsRefused(text: String, message: String) throws {
        try folder.write(text, to: "bad.json")
        let session = Session("machine --no-pin --tuning \(folder.path("bad.json"))")
        #expect(session.status == .usage)
        #expect(session.messages.contains(message), "\(session.messages)")
    }

    @Test func aFileThatIsNotThereIsNamed() {
        let session = Session("machine --no-pin --tuning no-such-file")
        #expect(session.status == .usage)
        #expect(session.messages.contains("cannot read no-such-file"), "\(session.messages)")
    }
}
