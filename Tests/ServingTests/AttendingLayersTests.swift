import Attention
import Testing

@testable import Serving

/// The layers of models as kernels compute them.
@Suite struct AttendingLayersTests {
    @Test func hybridsHaveBothKindsOfLayers() throws {
        let layers = try model("qwen3-next-80b-a3b").attendingLayers()
        let delta = AttendingLayer(
            mask: .causal, weighting: .gatedDelta,
            heads: HeadCounts(batch: 1, query: 32, keyValue: 32, dimension: 128))
        let full = AttendingLayer(
            mask: .causal, heads: HeadCounts(batch: 1, query: 16, keyValue: 2, dimension: 256))
        #expect(layers == (0..<12).flatMap { _ in [delta, delta, delta, full] })
    }

    @Test func masksFollowTheModel() throws {
        let scout = try model("llama-4-scout").attendingLayers()
        #expect(scout.count { $0.isFull } == 12 && scout.count { $0.mask == .chunkedLocal(8192) } == 36)
        let oss = try model("gpt-oss-20b").attendingLayers()
        #expect(oss.prefix(4).map(\.mask) == [.slidingWindow(128), .causal, .slidingWindow(128), .causal])
    }

    @Test(arguments: [
        ("deepseek-v3", "deepseek-v3 has 61 layers of latent attention, which a mix cannot measure"),
        ("nemotron-h-56b", "layers of Mamba-2"),
    ]) func layersWithoutAKernelAreNamed(id: String, complaint: String) {
        #expect { try model(id).attendingLayers() } throws: { "\($0)".contains(complaint) }
    }
}
