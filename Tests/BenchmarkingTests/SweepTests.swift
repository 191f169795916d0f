import Quantities
import Attention
import Foundation
import Kernels
import Records
import Testing

@testable import Benchmarking

struct SweepTests {
    private static let text = """
        name: demo
        description: a demonstration
        kernels: [full, sliding-window, attention-sink]
        lengths: [1K, 2K]
        window: [128, 256]
        sinks: [1, 4]
        timeBudget: 5m
        """

    private func parse(_ text: String, set overrides: [String] = []) throws -> Sweep {
        try SweepFile.parse(text, file: "demo.yaml", overrides: overrides.map { SweepFile.Override($0)! })
    }

    @Test func everyKeyIsRead() throws {
        let sweep = try parse(
            Self.text + "\nheads: [{query: 8, keyValue: 2}, {query: 1}]\nbatch: 2\nthreads: [1, 2]\n"
                + "headDimension: [64, 128]\nchunk: 8192\nelementType: bfloat16\nphase: prefill\n")
        #expect(sweep.name == "demo")
        #expect(sweep.description == "a demonstration")
        #expect(sweep.timeBudgetSeconds == 300)
        let axes = sweep.groups[0]
        #expect(axes.lengths == [1024, 2048])
        #expect(axes.windows == [128, 256])
        #expect(axes.sinks == [1, 4])
        #expect(axes.chunks == [8192])
        #expect(axes.heads == [.init(query: 8, keyValue: 2), .init(query: 1, keyValue: 1)])
        #expect(axes.batches == [2])
        #expect(axes.threads == [1, 2])
        #expect(axes.headDimensions == [64, 128])
        #expect(axes.elementTypes == [.bfloat16])
    }

    @Test func aKernelTakesOnlyTheAxesThatItHas() throws {
        let workloads = try parse(Self.text).workloads()
        let counts = Dictionary(grouping: workloads, by: \.kernel).mapValues(\.count)
        #expect(counts == ["full": 2, "sliding-window": 4, "attention-sink": 8])
        #expect(
            workloads.map(\.description).prefix(4) == [
                "full 1K", "full 2K", "sliding-window(128) 1K", "sliding-window(128) 2K",
            ])
        #expect(workloads == (try parse(Self.text).workloads()))
    }

    /// As a window is crossed, but for kernels without one.
    @Test func blocksAreAxesOfKernelsThatSelectThem() throws {
        let sweep = try parse(
            Self.text + "\nblocks: [4, 8]\nblockLength: [64, 128]\n", set: ["kernels=full,top-k-blocks", "lengths=1K"])
        #expect(sweep.groups[0].blocks == [4, 8] && sweep.groups[0].blockLengths == [64, 128])
        #expect(
            try sweep.workloads().map(\.description) == [
                "full 1K", "top-k-blocks(4×64) 1K", "top-k-blocks(4×128) 1K", "top-k-blocks(8×64) 1K",
                "top-k-blocks(8×128) 1K",
            ])
    }

    @Test func latentsHaveADimensionOfTheirValues() throws {
        let sweep = try parse(
            "name: x\nphase: decode\nkernels: [decode-full, decode-latent]\nlengths: 1K\nheads: {query: 8, keyValue: 1}\n"
                + "headDimension: 64\nvalueDimension: [48, 64]\nelementType: bfloat16\n")
        #expect(sweep.groups[0].valueDimensions == [48, 64])
        let workloads = try sweep.workloads()
        #expect(
            workloads.map(\.description) == [
                "decode-full 1K q=1 h=8:1 bfloat16", "decode-latent 1K q=1 h=8:1 d=64:48 bfloat16",
                "decode-latent 1K q=1 h=8:1 d=64:64 bfloat16",
            ])
        #expect(workloads.map(\.problem.latent?.dimension) == [nil, 48, 64])
        #expect(try workloads[1].with(length: 99).problem.latent?.dimension == 48)
        #expect(try JSONDecoder().decode(Sweep.self, from: JSONEncoder().encode(sweep)) == sweep)
    }

    @Test func groupsOverrideAxesAndCellsAreNotRepeated() throws {
        let sweep = try parse(Self.text + "\nalso:\n  - {kernels: sliding-window, window: 256, lengths: [2K, 1M]}\n")
        #expect(sweep.groups.count == 2)
        #expect(sweep.groups[1].sinks == [1, 4])
        let workloads = try sweep.workloads()
        #expect(workloads.count == 15)
        #expect(workloads.last?.description == "sliding-window(256) 1M")
    }

    @Test func overridesReplaceAnAxisAndTheGroupsThatGiveIt() throws {
        let text = Self.text + "\nalso:\n  - {kernels: sliding-window, lengths: 1M}\n  - {window: 64}\n"
        let sweep = try parse(text, set: ["lengths=256..1K*2", "sinks=2", "kernels = full,sliding-window"])
        #expect(sweep.groups.map(\.lengths) == [[256, 512, 1024], [256, 512, 1024]])
        #expect(sweep.groups[0].kernels == ["full", "sliding-window"])
        #expect(sweep.groups[1].windows == [64])
        #expect(
            try parse(text, set: ["heads={query: 4, keyValue: 2}"]).groups[0].heads == [.init(query: 4, keyValue: 2)])
        #expect(SweepFile.Override("lengths") == nil)
        #expect(SweepFile.Override("=4") == nil)
    }

    /// Words are crossed with tokens; a group of another phase does not take over the axes that it lacks.
    @Test func aLossHasAxesOfItsOwn() throws {
        let sweep = try parse(
            Self.text
                + "\nalso:\n  - {phase: loss, kernels: [cross-entropy-cut, cross-entropy-logits], lengths: [16, 32], "
                + "vocabulary: 1K..4K*2, hiddenSize: [8, 24], elementType: float32}\n")
        let axes = sweep.groups[1]
        #expect(axes.phase == .loss && axes.windows.isEmpty && axes.cacheFormats.isEmpty)
        #expect(axes.vocabularies == [1024, 2048, 4096] && axes.headDimensions == [8, 24])
        let losses = try sweep.workloads().filter { $0.phase == .loss }
        #expect(losses.count == 2 * 2 * 3 * 2)
        #expect(losses.allSatisfy { $0.problem.crossEntropy != nil })
        #expect(losses[0].description == "cross-entropy-cut 1K words, 16 tokens d=8")
        #expect(try losses[0].with(length: 1).problem.crossEntropy?.tokens == 16)
        let attention = try parse(
            "name: x\nphase: loss\nkernels: cross-entropy-cut\nlengths: 16\nvocabulary: 1K\nhiddenSize: 8\n"
                + "also: [{phase: prefill, kernels: full, headDimension: 32}]")
        #expect(attention.groups[1].vocabularies.isEmpty && attention.groups[1].headDimensions == [32])
    }

    @Test func survivesJSON() throws {
        let sweep = try parse(Self.text)
        #expect(try JSONDecoder().decode(Sweep.self, from: JSONEncoder().encode(sweep)) == sweep)
    }

    @Test(arguments: [
        ("1K..8K*2", [1024, 2048, 4096, 8192]),
        ("512..2K*sqrt2", [512, 724, 1024, 1448, 2048]),
        ("1K..10K*2", [1024, 2048, 4096, 8192, 10240]),
        ("8M..10M*2", [8 << 20, 10 << 20]),
        ("100..100*2", [100]),
        ("1..4*1.5", [1, 2, 3, 4]),
        ("10_000_000", [10_000_000]),
    ])
    func ranges(text: String, lengths: [Int]) throws {
        #expect(try LengthRange.parse(text) == lengths)
    }

    @Test(arguments: [("60s", 60.0), ("5m", 300), ("500ms", 0.5), ("1.5h", 5400)])
    func times(text: String, seconds: Double) {
        #expect(TimeBudget.parse(text) == seconds)
    }

    /// Ranges whose next step is no number of tokens, or none that an Int holds, end at their end all the same.
    @Test(arguments: [("1..10*1e300", [1, 10]), ("3..4*4e18", [3, 4]), ("1..2G*1e9", [1, 1_000_000_000, 1 << 31])])
    func rangesWithHugeSteps(text: String, lengths: [Int]) throws {
        #expect(try LengthRange.parse(text) == lengths)
    }

    @Test func lengthsBeyondCountingAreRefused() {
        #expect(
            throws: LengthRange.Malformed(
                description: "9223372036854775807 tokens are too many; a length is at most 2G")
        ) { try LengthRange.parse("1..9223372036854775807*2") }
    }

    @Test func aSweepOfMoreCellsThanARunHoldsIsRefusedBeforeAnyIsMade() throws {
        var axes = Sweep.Axes(kernels: ["full"], lengths: Array(1...1000))
        axes.headDimensions = Array(1...1000)
        axes.batches = Array(1...28)
        let sweep = Sweep(name: "huge", groups: [axes])
        #expect(
            throws: SweepError.wrong(
                location: "huge",
                message: "the axes give 28000000 cells, and a sweep can have at most 100000; give fewer values, or "
                    + "split the sweep")
        ) { try sweep.workloads() }
    }

    @Test(arguments: ["60", "s", "-5s", "0s", "5 parsecs", "infs", "", "1e300h", "1e-300s", "8761h", "nans"])
    func malformedTimes(text: String) {
        #expect(TimeBudget.parse(text) == nil)
    }

    @Test func timesAreWrittenWithTwoDigits() {
        let seconds = [0.00012, 0.0042, 0.5, 7.25, 61, 300, 255_600, 1_000_000]
        #expect(
            seconds.map { TimeBudget.text(seconds: $0) } == [
                "120 µs", "4.2 ms", "500 ms", "7.3 s", "61 s", "5 min", "3 days", "12 days",
            ])
    }
}
