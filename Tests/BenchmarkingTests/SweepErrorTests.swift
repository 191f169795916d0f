import Foundation
import Testing

@testable import Benchmarking

/// Every message names the place, the value and the remedy.
struct SweepErrorTests {
    private static let start = "name: demo\nlengths: [1K, 2K]\n"

    @Test(arguments: [
        (
            "kernels: [full, sliding]",
            "bad.yaml:3: kernels[1]: \"sliding\" is not a kernel; did you mean \"sliding-window\"?"
        ),
        ("kernels: full\nwindows: 4", "bad.yaml:4: windows: \"windows\" is not a key; did you mean \"window\"?"),
        (
            "kernels: full\nalso: [{name: x}]",
            "bad.yaml:4: also[0].name: \"name\" is not a key; there are phase, kernels, lengths, "
                + "window, sinks, chunk, blocks, blockLength, heads, headDimension, valueDimension, elementType, threads, batch, cacheFormat, "
                + "softCap, alibi, sinkLogits, vocabulary, hiddenSize"
        ),
        (
            "kernels: sliding-window",
            "bad.yaml:3: kernels: sliding-window needs `window`; add for example `window: 1024`"
        ),
        (
            "kernels: top-k-blocks\nblockLength: 128",
            "bad.yaml:3: kernels: top-k-blocks needs `blocks`; add for example `blocks: 8`"
        ),
        (
            "kernels: top-k-blocks\nblocks: 8",
            "bad.yaml:3: kernels: top-k-blocks needs `blockLength`; add for example `blockLength: 128`"
        ),
        (
            "kernels: full\nsoftCap: [none, 0]",
            "bad.yaml:4: softCap[1]: the soft cap of scores is 0.0; it must be a positive number, such as 50"
        ),
        (
            "kernels: full\nsoftCap: some",
            "bad.yaml:4: softCap: \"some\" is no soft cap of scores; write a number such as 50, or none"
        ),
        ("kernels: full\nsinkLogits: 4", "bad.yaml:4: sinkLogits: \"4\" has to be true or false"),
        (
            "kernels: [full, full-bidirectional]\nalibi: true",
            "bad.yaml:3: kernels: full-bidirectional shows keys after the query's own, and ALiBi lowers scores by the distance "
                + "back to a key; leave out `alibi` here, or use a causal kernel such as full"
        ),
        (
            "kernels: decode-latent\nphase: decode",
            "bad.yaml:3: kernels: decode-latent needs `valueDimension`, the elements of a key that are its value; add for example "
                + "`headDimension: 576` and `valueDimension: 512`"
        ),
        (
            "kernels: decode-latent\nphase: decode\nheadDimension: [16, 32]\nvalueDimension: [8, 24]",
            "bad.yaml:6: valueDimension: 24 elements of a value are more than the 16 of its key; `valueDimension` is at most "
                + "`headDimension`"
        ),
        (
            "kernels: decode-latent\nphase: decode\nvalueDimension: 8\nheads: {query: 8, keyValue: 2}",
            "bad.yaml:6: heads: decode-latent has one key for all heads, not 2; write {query: 8, keyValue: 1}, and other heads in a "
                + "group without decode-latent"
        ),
        (
            "kernels: decode-latent\nphase: decode\nvalueDimension: 8\nsoftCap: [none, 50]",
            "bad.yaml:6: softCap: decode-latent computes plain scores; leave out `softCap`, or write it in a group without decode-latent"
        ),
        ("kernels: []", "bad.yaml:3: kernels: the list is empty; give at least one value or leave the key out"),
        (
            "kernels: full\nphase: decode",
            "bad.yaml:3: kernels: full is a kernel for prefill, but the phase here is decode; write it in a group with "
                + "`phase: prefill`"
        ),
        (
            "kernels: full\ncacheFormat: q8_0",
            "bad.yaml:4: cacheFormat: prefill has no cache; leave out `cacheFormat`, or set `phase: decode`"
        ),
        (
            "kernels: full\nvocabulary: 32K",
            "bad.yaml:4: vocabulary: prefill has no `vocabulary`; leave it out, or set `phase: loss`"
        ),
        (
            "kernels: cross-entropy-cut\nphase: loss\nvocabulary: 32K\nhiddenSize: 64\nheads: {query: 8}",
            "bad.yaml:7: heads: a loss has no `heads`; leave it out, and give `vocabulary` and `hiddenSize`"
        ),
        (
            "kernels: full\nalso: [{phase: loss, kernels: cross-entropy-cut, vocabulary: 8K, hiddenSize: 4, window: 4}]",
            "bad.yaml:4: also[0].window: a loss has no `window`; leave it out, and give `vocabulary` and `hiddenSize`"
        ),
        (
            "kernels: cross-entropy-cut\nphase: loss\nvocabulary: 32K",
            "bad.yaml:1: a loss needs `vocabulary` and `hiddenSize`; add for example `vocabulary: 8K..128K*2` and "
                + "`hiddenSize: 2048`"
        ),
        (
            "kernels: cross-entropy-cut\nphase: loss\nvocabulary: 32M\nhiddenSize: 64",
            "bad.yaml:5: vocabulary: 32M words are too many; a vocabulary has at most 16M"
        ),
        (
            "kernels: full\nphase: loss\nvocabulary: 32K\nhiddenSize: 64",
            "bad.yaml:3: kernels: full is a kernel for prefill, but the phase here is loss; write it in a group with "
                + "`phase: prefill`"
        ),
        ("kernels: full\nphase: prefil", "bad.yaml:4: phase: \"prefil\" is not a phase; did you mean \"prefill\"?"),
        (
            "kernels: full\nelementType: [float32, bfloat61]",
            "bad.yaml:4: elementType[1]: \"bfloat61\" is not an element type; did you mean \"bfloat16\"?"
        ),
        ("kernels: full\nwindow: 0", "bad.yaml:4: window: 0 is too small; it must be at least 1"),
        (
            "kernels: full\nwindow: many",
            "bad.yaml:4: window: \"many\" is not a whole number; write it as 4096, 128K or 10M"
        ),
        (
            "kernels: full\nheads: {query: 6, keyValue: 4}",
            "bad.yaml:4: heads: 6 query heads cannot share 4 key/value heads evenly; make the query "
                + "heads a multiple of the key/value heads"
        ),
        (
            "kernels: full\nheads: {keyValue: 4}",
            "bad.yaml:4: heads: `query` is missing; write for example {query: 8, keyValue: 1}"
        ),
        (
            "kernels: full\nheads: 4",
            "bad.yaml:4: heads: this has to be a map of keys to values, with any of query, keyValue"
        ),
        (
            "kernels: full\ntimeBudget: 60",
            "bad.yaml:4: timeBudget: \"60\" is not a time; write 500ms, 30s, 5m or 2h; from 1ms to 8760h"
        ),
        ("kernels: full\nbatch: [1, [2]]", "bad.yaml:4: batch[1]: this has to be one value"),
        (
            "kernels: full\nbatch: 4\nheads: {query: 1G}",
            "bad.yaml:2: lengths: 2K tokens with these heads are more work than can be counted exactly; choose smaller "
                + "sizes"
        ),
        ("sinks: 4", "bad.yaml:1: `kernels` is missing; add for example `kernels: [full, sliding-window]`"),
    ])
    func located(text: String, message: String) {
        #expect(error(in: Self.start + text) == message)
    }

    @Test(arguments: [
        ("1K..2K", "the range \"1K..2K\" has no step; write \"1K..2K*2\" for doubling"),
        ("2K..1K*2", "the range \"2K..1K*2\" runs backwards; write the smaller length first"),
        ("1K..2K*1", "\"*1\" is not a step; write *2 to double, or *sqrt2 for two lengths per doubling"),
        ("0", "\"0\" is not a length; write tokens as 4096, 128K or 10M"),
        ("1k", "\"1k\" is not a length; write tokens as 4096, 128K or 10M"),
    ])
    func lengths(text: String, message: String) {
        #expect(error(in: "name: demo\nkernels: full\nlengths: \(text)") == "bad.yaml:3: lengths: " + message)
    }

    @Test func wholeFiles() {
        #expect(error(in: "") == "bad.yaml: the file is empty")
        #expect(
            error(in: "kernels: full\nlengths: 1K") == "bad.yaml:1: `name` is missing; add for example `name: scaling`")
        #expect(
            error(in: "name: a/b\nkernels: full\nlengths: 1K")
                == "bad.yaml:1: name: \"a/b\" is not a valid name of a directory; use only letters, digits, -, _ and .")
        #expect(error(in: "kernels: [full\nname: x")?.hasPrefix("bad.yaml:2: this is not YAML: ") == true)
        #expect(
            error(in: "name: a\nname: b\nkernels: full\nlengths: 1K")
                == "bad.yaml:1: \"name\" occurs twice; keep one")
    }

    @Test func overridesAreLocatedOnTheCommandLine() {
        let text = Self.start + "kernels: full"
        #expect(
            error(in: text, set: "kernels=ful")
                == "command line: kernels: \"ful\" is not a kernel; did you mean \"full\"?")
        #expect(
            error(in: text, set: "kernel=full")
                == "command line: kernel: \"kernel\" is not a key; did you mean \"kernels\"?")
        #expect(
            error(in: text, set: "window=1,x")
                == "command line: window[1]: \"x\" is not a whole number; write it as 4096, 128K or 10M")
    }

    @Test func sweepsAreFoundByName() throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        for name in ["scaling", "smoke"] {
            try Data().write(to: URL(fileURLWithPath: "\(directory)/\(name).yaml"))
        }
        #expect(SweepFile.list(in: [directory]) == ["\(directory)/scaling.yaml", "\(directory)/smoke.yaml"])
        #expect(try SweepFile.find("smoke", in: [directory]) == "\(directory)/smoke.yaml")
        #expect(try SweepFile.find("\(directory)/smoke.yaml", in: []) == "\(directory)/smoke.yaml")
        let error = #expect(throws: SweepError.self) { try SweepFile.find("scalign", in: [directory]) }
        #expect(
            error?.description
                == "\"scalign\" is not a sweep file, nor the name of a sweep in \(directory); did you mean \"scaling\"?"
        )
        #expect(throws: SweepError.self) { try SweepFile.load("\(directory)/none.yaml") }
    }

    private func error(in text: String, set override: String? = nil) -> String? {
        do {
            _ = try SweepFile.parse(text, file: "bad.yaml", overrides: override.map { [SweepFile.Override($0)!] } ?? [])
            return nil
        } catch {
            return error.description
        }
    }
}
