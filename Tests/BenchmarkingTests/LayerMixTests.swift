import Attention
import Faults
import Kernels
import Testing

@testable import Benchmarking

/// Which layers a mix has, and in which order.
@Suite struct LayerMixTests {
    static let heads = HeadCounts(batch: 1, query: 1, keyValue: 1, dimension: 8)

    /// - Parameter text: of kernels without sizes.
    static func mix(_ text: String, among kernels: [Kernel] = Kernel.builtIn) throws -> LayerMix {
        let counted = try LayerCounts(text, among: kernels).counts.map { count in
            let masks: [MaskFamily.Parameter: Int] = [.window: 16, .sinks: 2, .chunk: 16]
            let layer = AttendingLayer(
                mask: try count.kernel.masks.mask(masks), weighting: count.kernel.weighting,
                selection: count.kernel.selectsBlocks ? try BlockSelection(blocks: 2, blockLength: 8) : nil,
                heads: heads)
            return (kind: LayerMix.Kind(count.kernel, layer), layers: count.layers)
        }
        return try LayerMix(counted, among: kernels)
    }

    @Test(
        arguments: [
            ("full:1,gated-delta:3", [1, 1, 1, 0]), ("full:12,chunked-local:36", [1, 1, 1, 0]),
            ("full:1,sliding-window:1", [1, 0]), ("sliding-window:1,full:1", [0, 1]),
            ("gated-delta:3,full:2", [0, 1, 0, 0, 1]), ("full:1,sliding-window:2,linear:3", [2, 1, 2, 2, 1, 0]),
        ] as [(String, [Int])])
    func layersAreSpreadAsModelsHaveThem(text: String, order: [Int]) throws {
        #expect(try Self.mix(text).order == order)
    }

    @Test(
        arguments: [
            ([1, 1, 0, 1, 1, 0, 1], [1, 1, 0]), ([0, 1, 0, 1], [0, 1]), ([0, 1, 1, 0], [0, 1, 1, 0]),
            ([0, 0, 0], [0]), ([0], [0]), ([], []),
        ] as [([Int], [Int])])
    func aModelIsCutWhereItRepeatsItself(layers: [Int], period: [Int]) {
        #expect(LayerOrder(periodOf: layers).places == period)
    }

    @Test func fullAttentionIsMeasuredBesideAMixWithoutIt() throws {
        let mix = try Self.mix("sliding-window:1,gated-delta:1")
        #expect(mix.kinds.map(\.label) == ["sliding-window(16)", "gated-delta", "full"])
        #expect(mix.full == 2 && mix.counts == [1, 1, 0] && mix.totals == [1, 1, 0])
        #expect(try Self.mix("full:1,gated-delta:3").full == 0)
        #expect(try Self.mix("full-bidirectional:1,symmetric-window:2").full == 0)
        #expect(try Self.mix("decode-window:1,decode-linear:1").kinds[2].label == "decode-full")
    }

    @Test(
        arguments: [
            ("full", .notCounted("full")), ("", .notCounted("")), ("full:1:2,linear:1", .notCounted("full:1:2")),
            ("full:1,", .notCounted("")), ("full:0", .count(kernel: "full", written: "0")),
            ("full:1001,linear:1", .count(kernel: "full", written: "1001")),
            ("full:99999999999999999999", .count(kernel: "full", written: "99999999999999999999")),
            ("full:one", .count(kernel: "full", written: "one")), ("full:1,full:2", .repeated(kernel: "full")),
            ("full:4", .oneKind("full")), ("full:1,backward-full:1", .noLayer(kernel: "backward-full")),
            ("decode-full:1,decode-latent:1", .valuesInKeys(kernel: "decode-latent")),
            ("full:1,decode-full:1", .twoPhases(prefill: "full", decode: "decode-full")),
            ("decode-full:1,full:1", .twoPhases(prefill: "full", decode: "decode-full")),
        ] as [(String, LayerMixError)])
    func whatIsNoMixIsRefused(text: String, error: LayerMixError) {
        #expect(throws: error) { try Self.mix(text) }
        #expect("\(error)".count > 40 && error.exitStatus == .usage)
    }

    @Test func aMisspeltKernelIsNamedWithTheNearest() {
        #expect { try Self.mix("ful:1,linear:1") } throws: {
            "\($0)" == "\"ful\" is not a kernel; did you mean \"full\"?"
        }
    }

    /// The layers of a model get the kernel that is for their mask alone, and its variants are passed by.
    @Test func layersOfAModelFindTheirKernels() throws {
        func layer(_ mask: Mask, _ weighting: Weighting = .softmax) -> AttendingLayer {
            AttendingLayer(mask: mask, weighting: weighting, heads: Self.heads)
        }
        let layers = [layer(.slidingWindow(4)), layer(.chunkedLocal(4)), layer(.causal, .gatedDelta), layer(.causal)]
        let mix = try LayerMix(layers: layers, .prefill, among: Kernel.builtIn)
        #expect(mix.kinds.map(\.label) == ["sliding-window(4)", "chunked-local(4)", "gated-delta", "full"])
        #expect(throws: LayerMixError.noKernel(layer: "chunked-local(4)", .decode)) {
            try LayerMix(layers: layers, .decode, among: Kernel.builtIn)
        }
        let decoded = try LayerMix(layers: [layers[0], layers[2], layers[3]], .decode, among: Kernel.builtIn)
        #expect(decoded.kinds.map(\.kernel.name) == ["decode-window", "decode-gated-delta", "decode-full"])
    }

    @Test func lengthsAreAListOfRanges() throws {
        #expect(try LengthRange.list("4K,1K..2K*2,1K") == [1024, 2048, 4096])
        #expect(throws: LengthRange.Malformed.self) { try LengthRange.list("1K,,2K") }
    }
}
