import Attention
import Foundation
import Hardware
import Kernels
import Records
import Testing

@testable import attnbench

@Suite final class AttendTests {
    private let folder = FileManager.default.temporaryDirectory
        .appendingPathComponent("attnbench-attend-\(UUID().uuidString)", isDirectory: true)

    init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(at: folder) }

    private func path(_ name: String) -> String { folder.appendingPathComponent(name + ".npy").path }

    private func write(_ name: String, _ dimensions: [Int], seed: UInt64 = 1) throws {
        var tensor = Tensor(dimensions: dimensions)
        tensor.withMutableFloats { elements in
            for index in elements.indices {
                elements[index] = Float(SplitMix64.value(seed: seed, index: UInt64(index)) >> 40) / 0x1p23 - 1
            }
        }
        try NumPyFile.write(tensor, to: path(name))
    }

    private func writeInputs(query: [Int], key: [Int]) throws {
        try write("q", query, seed: 1)
        try write("k", key, seed: 2)
        try write("v", key, seed: 3)
    }

    private func attend(_ flags: String) -> Session {
        Session(
            ["attend", "--query", path("q"), "--key", path("k"), "--value", path("v"), "--output", path("o")]
                + flags.split(separator: " ").map(String.init))
    }

    private func output() throws -> (dimensions: [Int], values: [Float]) {
        let tensor = try NumPyFile.read(path("o"))
        return (tensor.dimensions, tensor.withFloats { Array($0) })
    }

    /// Every registered kernel, on grouped heads, against the reference with the same mask; decoding with its one query.
    /// Keys that a kernel rotates are not those of the reference, and neither are weights without softmax; `--check` knows both.
    @Test(arguments: Kernel.builtIn.filter { $0.phase.givesOutput && !$0.readsLatents }.names)
    func everyKernelAgreesWithTheReference(name: String) throws {
        let kernel = try Kernel.builtIn.named(name)
        let (family, queries) = (kernel.masks, kernel.phase == .decode ? 1 : 33)
        try writeInputs(query: [4, queries, 16], key: [2, 33, 16])
        var flags = family.parameters.map { "--\($0.rawValue) 5" }.joined(separator: " ")
        if kernel.weighting.hasGates { flags += try writeGates([2, 33]) }
        if kernel.selectsBlocks { flags += " --blocks 3 --block-length 4" }
        let session = attend("--kernel \(name) \(flags) --check")
        #expect(session.status == .done, "\(session.messages)")
        let rows = 4 * queries
        #expect(session.output.hasPrefix("\(rows) of \(rows) rows checked against the reference: largest error "))
        let computed = try output()
        #expect(computed.dimensions == [4, queries, 16])
        guard kernel.positions == .none, kernel.weighting == .softmax, !kernel.selectsBlocks else { return }
        if family != .any { flags += " --mask \(family.name)" }
        #expect(attend("--kernel reference \(flags)").status == .done)
        let expected = try output()
        for (a, b) in zip(computed.values, expected.values) { #expect(abs(a - b) < 1e-5) }
    }

    /// Files of gates, and the flags that name them.
    private func writeGates(_ dimensions: [Int]) throws -> String {
        for (name, gate) in [("decay", -0.1), ("strength", 0.5)] as [(String, Float)] {
            var tensor = Tensor(dimensions: dimensions)
            for index in 0..<tensor.count { tensor[index] = gate }
            try NumPyFile.write(tensor, to: path(name))
        }
        return " --log-decay \(path("decay")) --writing-strength \(path("strength"))"
    }

    @Test func gatesHaveTheirKernel() throws {
        try writeInputs(query: [4, 33, 16], key: [2, 33, 16])
        #expect(attend("--kernel gated-delta").messages.contains("give --log-decay and --writing-strength"))
        let gates = try writeGates([2, 33])
        #expect(attend("--kernel full" + gates).messages.contains("full has no gates; leave out --log-decay"))
        #expect(attend("--kernel gated-delta" + gates).status == .done)
        let others = try writeGates([4, 33])
        let session = attend("--kernel gated-delta" + others)
        #expect(
            session.status == .usage
                && session.messages.contains("--log-decay is [4, 33]; with these keys it has to be [1, 2, 33]"))
    }

    @Test func scoresHaveTheFormThatIsAskedFor() throws {
        try writeInputs(query: [4, 33, 16], key: [2, 33, 16])
        try write("z", [4], seed: 4)
        #expect(attend("--kernel full").status == .done)
        var seen = [try output().values]
        for form in ["--soft-cap 0.5", "--alibi", "--sink-logits \(path("z"))"] {
            let session = attend("--kernel full \(form) --check")
            #expect(session.status == .done, "\(session.messages)")
            let values = try output().values
            #expect(!seen.contains(values), "\(form) changes the output")
            seen.append(values)
        }
        #expect(attend("--kernel full-blas --alibi").messages.contains("the scores of the problem have ALiBi"))
        #expect(
            attend("--kernel full-bidirectional --alibi").messages.contains("use a causal mask, or leave out ALiBi"))
        #expect(attend("--kernel full --soft-cap 0").messages.contains("the soft cap of scores is 0.0"))
        try write("z", [2], seed: 4)
        let wrong = attend("--kernel full --sink-logits \(path("z"))")
        #expect(
            wrong.status == .usage
                && wrong.messages.contains("--sink-logits is [2]; with these queries it has to be [4]"))
        #expect(
            attend("--kernel full --sink-logits \(path("o"))").messages.contains("is the same file as --sink-logits"))
    }

    /// Values are in the keys, and the output is as long as they are.
    @Test func latentsHaveNoFileOfValues() throws {
        try write("q", [4, 1, 16], seed: 1)
        try write("k", [1, 33, 16], seed: 2)
        func attendLatents(_ flags: String) -> Session {
            Session(
                ["attend", "--query", path("q"), "--key", path("k"), "--output", path("o")]
                    + flags.split(separator: " ").map(String.init))
        }
        let session = attendLatents("--kernel decode-latent --value-dimension 10 --check")
        #expect(session.status == .done, "\(session.messages)")
        #expect(session.output.hasPrefix("4 of 4 rows checked against the reference: largest error "))
        #expect(try output().dimensions == [4, 1, 10])
        try write("v", [1, 33, 16], seed: 3)
        let refusals = [
            (attendLatents("--kernel decode-latent"), "decode-latent reads values from the keys; leave out --value"),
            (
                attendLatents("--kernel decode-latent --value-dimension 10 --value \(path("v"))"),
                "leave out --value, and give --value-dimension"
            ),
            (attendLatents("--kernel decode-full"), "decode-full needs --value"),
            (
                attendLatents("--kernel decode-full --value-dimension 10 --value \(path("v"))"),
                "leave out --value-dimension, or use decode-latent"
            ),
            (attendLatents("--kernel decode-latent --value-dimension 17"), "headDimension 16 and valueDimension 17"),
            (attendLatents("--kernel decode-latent --value-dimension 0"), "valueDimension is 0; it must be at least 1"),
            (attendLatents("--kernel decode-latent --value-dimension 10 --alibi"), "scores with ALiBi"),
        ]
        for (refused, reason) in refusals {
            #expect(refused.status == .usage && refused.messages.contains(reason), "\(refused.messages)")
        }
    }

    @Test func blocksAreAskedForByBothTheirSizes() throws {
        try writeInputs(query: [4, 33, 16], key: [2, 33, 16])
        let without = attend("--kernel top-k-blocks --blocks 3")
        #expect(without.messages.contains("top-k-blocks needs --blocks and --block-length"))
        let unused = attend("--kernel full --blocks 3")
        #expect(
            unused.messages.contains("full selects no blocks of keys; leave out --blocks and --block-length, or use "))
        let none = attend("--kernel top-k-blocks --blocks 3 --block-length 0")
        #expect([without, unused, none].allSatisfy { $0.status != .done })
    }

    /// Fused kernels and the reference take every type; the bound of `--check` is the type's own.
    @Test(arguments: [ElementType.bfloat16, .float16], ["full", "sliding-window --window 5", "reference"])
    func computesInTheTypeThatIsAskedFor(type: ElementType, kernel: String) throws {
        try writeInputs(query: [4, 33, 16], key: [2, 33, 16])
        let session = attend("--kernel \(kernel) --type \(type) --check")
        #expect(session.status == .done, "\(session.messages)")
        #expect(session.output.hasPrefix("132 of 132 rows checked"))
        #expect(session.messages.contains(", \(type), batch 1"))
        let rounded = try output()
        #expect(rounded.dimensions == [4, 33, 16])
        #expect(rounded.values.allSatisfy { type.rounded($0) == $0 }, "the kernel stores its own type")
        #expect(attend("--kernel \(kernel) --type float32").status == .done)
        let (exact, unit) = (try output().values, Float(type.epsilon))
        #expect(zip(rounded.values, exact).allSatisfy { abs($0 - $1) < 4 * unit })
        #expect(rounded.values != exact)
    }

    @Test func aKernelThatLacksTheTypeSaysSo() throws {
        try writeInputs(query: [9, 4], key: [9, 4])
        let session = attend("--kernel full-blas --type bfloat16")
        #expect(session.status == .usage)
        #expect(session.messages.contains("full-blas takes float32, not bfloat16"))
        #expect(attend("--kernel full --type float8").status == .usage)
    }

    @Test(arguments: [[9, 4], [2, 9, 4], [3, 2, 9, 4]]) func theOutputHasTheShapeOfTheQuery(dimensions: [Int]) throws {
        try writeInputs(query: dimensions, key: dimensions)
        #expect(attend("--kernel full").status == .done)
        #expect(try output().dimensions == dimensions)
    }

    @Test func oneSharedKeyHeadMayLackItsDimension() throws {
        try writeInputs(query: [8, 5, 4], key: [12, 4])
        #expect(attend("--kernel full --check").status == .done)
    }

    @Test func threadsShareTheWork() throws {
        try writeInputs(query: [4, 200, 16], key: [2, 200, 16])
        #expect(attend("--kernel full").status == .done)
        let alone = try output().values
        #expect(attend("--kernel full --threads 3 --check").status == .done)
        for (a, b) in zip(try output().values, alone) { #expect(abs(a - b) < 1e-5) }
        #expect(attend("--kernel full --threads 0").status == .usage)
    }

    @Test func wrongResultsAreRefused() throws {
        let shape = try AttentionShape(queryHeads: 2, queryLength: 9, headDimension: 4)
        let problem = try AttentionProblem(shape: shape, mask: .causal)
        let inputs = AttentionInputs(shape: shape, seed: 1)
        var output = Tensor(dimensions: AttentionInputs.queryDimensions(shape))
        ReferenceAttention(for: problem).run(inputs, into: &output)
        let full = Workload(kernel: "full", phase: .prefill, problem: problem)
        let right = AttendCommand.check(output, of: full, inputs, tolerance: 2)
        #expect(right.verdict == .done && right.sentence.hasPrefix("18 of 18 rows checked"))
        output[9 * 4 + 3 * 4 + 1] += 0.01
        let wrong = AttendCommand.check(output, of: full, inputs, tolerance: 2).verdict
        #expect(wrong.exitStatus == .wrongResult)
        #expect(wrong.complaint?.hasPrefix("full is wrong in head 1, row 3; 18 of 18 rows checked") == true)
    }

    /// With a window of one key each query copies the value at its place.
    @Test func aWindowOfOneCopiesTheValues() throws {
        try writeInputs(query: [2, 4], key: [6, 4])
        #expect(attend("--kernel sliding-window --window 1").status == .done)
        let values = try NumPyFile.read(path("v")).withFloats { Array($0) }
        for (a, b) in zip(try output().values, values.suffix(8)) { #expect(abs(a - b) < 1e-6) }
    }

    /// Scores that hardly differ make the mean of the values.
    @Test func theScaleIsTheCallers() throws {
        try writeInputs(query: [1, 4], key: [6, 4])
        #expect(attend("--kernel full --scale 1e-9").status == .done)
        let values = try NumPyFile.read(path("v")).withFloats { Array($0) }
        for x in 0..<4 {
            let mean = (0..<6).map { values[$0 * 4 + x] }.reduce(0, +) / 6
            #expect(abs(try output().values[x] - mean) < 1e-6)
        }
    }

    @Test func resultsAloneAreOnTheOutput() throws {
        try writeInputs(query: [9, 4], key: [9, 4])
        let loud = attend("--kernel full")
        #expect(loud.output.isEmpty)
        #expect(
            loud.messages
                == "\(path("o")): full, float32, batch 1, 1 query and 1 key/value heads, 9 queries, 9 keys, d 4; 45 pairs\n"
        )
        #expect(attend("--kernel full --quiet").messages.isEmpty)
    }

    /// Every kernel whose mask has a chunk.
    private static let chunked = Kernel.builtIn.filter {
        $0.masks.parameters.contains(.chunk) && $0.phase.givesOutput
    }.names
        .joined(separator: " or ")

    @Test(arguments: [
        ("--kernel fulll", #""fulll" is not a kernel; did you mean "full"?"#),
        (
            "--kernel backward-full",
            "backward-full gives gradients, and this command computes outputs; use a kernel such as full"
        ),
        ("--kernel sliding-window", "sliding-window needs --window"),
        ("--kernel attention-sink --window 4", "attention-sink needs --sinks"),
        (
            "--kernel full --chunk 4",
            "full (causal) has no chunk; leave out --chunk, or use \(chunked) or reference with --mask"
        ),
        (
            "--kernel full --mask full",
            "full has the mask causal, not full; use full-bidirectional or reference with --mask"
        ),
        ("--kernel reference --mask chunked-local", "reference with the mask chunked-local needs --chunk"),
        ("--kernel sliding-window --window 0", "window is 0; it must be at least 1"),
        ("--kernel full --scale nan", "scale is nan; it must be a positive number"),
    ]) func flagsThatDoNotFitAreRefused(flags: String, message: String) throws {
        try writeInputs(query: [9, 4], key: [9, 4])
        let session = attend(flags)
        #expect(session.status == .usage)
        #expect(session.messages == "Error: \(message)\n")
        #expect(!FileManager.default.fileExists(atPath: path("o")))
    }

    @Test(arguments: [
        ([9, 4], [9, 5], "the queries are [9, 4] and the keys [9, 5]; give both the same last dimension"),
        (
            [2, 1, 9, 4], [3, 1, 9, 4],
            "the queries are [2, 1, 9, 4] and the keys [3, 1, 9, 4]; give both the same batch"
        ),
        (
            [3, 9, 4], [2, 9, 4],
            "3 query heads cannot share 2 key/value heads evenly; make the query heads a multiple of the key/value heads"
        ),
        (
            [9, 4], [8, 4],
            "9 queries against 8 keys: the last query is at the position of the last key, so the first query would see nothing; "
                + "give at least as many keys as queries"
        ),
    ]) func shapesThatDoNotFitAreRefused(query: [Int], key: [Int], message: String) throws {
        try writeInputs(query: query, key: key)
        let session = attend("--kernel full")
        #expect(session.status == .usage)
        #expect(session.messages == "Error: \(message)\n")
    }

    @Test func keysAndValuesHaveOneShape() throws {
        try writeInputs(query: [9, 4], key: [9, 4])
        try write("v", [9, 8])
        #expect(
            attend("--kernel full").messages
                == "Error: the keys are [9, 4] and the values [9, 8]; give both the same shape\n")
    }

    @Test func misspeltMasksAreNamedWithTheNearest() {
        let messages = attend("--kernel reference --mask causl").messages
        #expect(messages.contains(#""causl" is not a mask; did you mean "causal"?"#))
    }

    @Test func filesThatCannotBeReadOrWritten() throws {
        try writeInputs(query: [9, 4], key: [9, 4])
        try FileManager.default.removeItem(atPath: path("k"))
        let unreadable = attend("--kernel full")
        #expect(unreadable.status == .usage)
        #expect(unreadable.messages == "Error: \(path("k")): cannot be read: no such file or directory\n")
        try write("k", [9, 4])
        let unwritable = attend("--kernel full --output \(folder.path)/no/o.npy")
        #expect(unwritable.status == .internalFailure)
        #expect(
            unwritable.messages
                == "Error: cannot write \(folder.path)/no/o.npy: no such file or directory; choose another place\n")
    }

    /// By whatever name.
    @Test func theOutputReplacesNoInputAndNothingButATensor() throws {
        try writeInputs(query: [9, 4], key: [9, 4])
        try FileManager.default.createSymbolicLink(atPath: path("o"), withDestinationPath: "v.npy")
        let value = try Data(contentsOf: URL(fileURLWithPath: path("v")))
        let session = attend("--kernel full")
        #expect(session.status == .usage)
        #expect(
            session.messages.contains("is the same file as --value, which would be overwritten"), "\(session.messages)")
        #expect(try Data(contentsOf: URL(fileURLWithPath: path("v"))) == value)

        try FileManager.default.removeItem(atPath: path("o"))
        try Data("{\"schema\": 1}".utf8).write(to: URL(fileURLWithPath: path("o")))
        let other = attend("--kernel full")
        #expect(other.status == .usage && other.messages.contains("is a file of another kind than .npy"))
        #expect(try String(contentsOfFile: path("o"), encoding: .utf8) == "{\"schema\": 1}")

        try write("o", [2, 2])
        #expect(attend("--kernel full").status == .done)
        #expect(try output().dimensions == [9, 4])
    }
}
