import Attention
import Foundation
import Testing

@testable import Serving

@Suite struct ModelCatalogueTests {
    @Test func modelsHaveDistinctNames() {
        let names = ModelCatalogue.shipped.models.map { ModelCatalogue.lettersAndDigits($0.id) }
        #expect(names.count >= 21 + 8)
        #expect(Set(names).count == names.count)
    }

    /// By name, since each argument is printed whole, and a model takes seconds.
    @Test(arguments: ModelCatalogue.shipped.models.map(\.id))
    func countedParametersAgreeWithPublishedOnes(id: String) throws {
        let model = try model(id)
        let published = try #require(model.release.published)
        let counted = Double(model.parameterCount.total) + published.visionParameters
        #expect(abs(counted / published.parameters - 1) < 0.02, "\(model.id): \(counted)")
        #expect(!model.release.sources.isEmpty)
    }

    @Test(arguments: [
        ("llama-4-scout", 17e9, 0.06), ("mixtral-8x7b", 12.9e9, 0.02), ("gpt-oss-20b", 3.6e9, 0.02),
        ("gpt-oss-120b", 5.1e9, 0.02), ("deepseek-v3", 37e9, 0.02),
    ])
    func countedActiveParametersAgreeWithPublishedOnes(id: String, published: Double, tolerance: Double) throws {
        #expect(abs(Double(try model(id).parameterCount.active) / published - 1) < tolerance)
    }

    /// Counted independently from the same dimensions.
    @Test(arguments: [
        ("llama-4-scout", 107_769_364_480, 16_137_912_320, 15_103_426_560),
        ("llama-4-maverick", 400_711_352_320, 16_149_708_800, 15_115_223_040),
        ("llama-3.1-70b", 70_552_387_584, 69_501_714_432, 68_451_041_280),
        ("llama-3.1-405b", 405_849_243_648, 403_747_897_344, 401_646_551_040),
        ("mixtral-8x7b", 46_702_526_464, 12_748_587_008, 12_617_515_008),
        ("gemma-3-27b", 27_007_647_744, 27_007_647_744, 25_598_361_600),
        ("gpt-oss-20b", 20_907_786_240, 3_607_142_400, 3_028_008_960),
        ("deepseek-v3", 671_025_397_760, 36_624_596_992, 35_697_917_952),
    ])
    func parametersAreExact(id: String, total: Int, active: Int, inLayers: Int) throws {
        let count = try model(id).parameterCount
        #expect(count.total == total)
        #expect(count.active == active)
        #expect(count.activeInLayers == inLayers)
    }

    @Test func layersFollowTheirPattern() throws {
        let scout = try model("llama-4-scout")
        #expect(scout.layers.count { $0.attention?.mask == .causal } == 12)
        #expect(scout.layers.count { $0.attention?.mask == .chunkedLocal(8192) } == 36)
        #expect(scout.layers[3].attention?.mask == .causal && scout.layers[47].attention?.mask == .causal)
        let gemma = try model("gemma-3-4b")
        #expect(gemma.layers.count { $0.attention?.mask == .causal } == 5)
        #expect(gemma.layers.count { $0.attention?.mask == .slidingWindow(1024) } == 29)
        let deepSeek = try model("deepseek-v3")
        #expect(deepSeek.layers[2].feedForward == .dense(width: 18432))
        #expect(deepSeek.layers[3].feedForward != .dense(width: 18432))
        let maverick = try model("llama-4-maverick")
        #expect(maverick.layers[0].feedForward == .dense(width: 16384))
        #expect(maverick.layers.count { $0.feedForward == .dense(width: 16384) } == 24)
    }

    /// What a release's own configuration says of windows, recurrences and selections comes with the entry.
    @Test func releasesAreReadAsTheirConfigurations() throws {
        #expect(KVCache(try model("gemma-4-31b"), type: .bf16).growingBytesPerToken == 81_920)
        #expect(try model("qwen3-next-80b-a3b").layerKinds.map(\.count) == [12])
        #expect(try model("glm-5").layerKinds.first?.attention.selection?.keys == 2048)
        #expect(KVCache(try model("nemotron-h-56b"), type: .bf16).stateBytes > 0)
        #expect(
            try ModelSource("Qwen/Qwen3-Next-80B-A3B-Thinking").model(standardInput: { Data() }).id
                == "qwen3-next-80b-a3b")
    }

    @Test func punctuationDoesNotCount() throws {
        #expect(try model("llama3.1-70b").id == "llama-3.1-70b")
        #expect(try model("Llama-3.1-70B").id == "llama-3.1-70b")
        #expect(try accelerator("H100-SXM").id == "h100-sxm")
        #expect(try accelerator("h200").id == "h200-sxm")
    }

    @Test func anUnknownNameGetsASuggestion() {
        #expect {
            try model("llama-3.1-71b")
        } throws: {
            "\($0)" == "\"llama-3.1-71b\" is not a model; did you mean \"llama-3.1-70b\"? "
                + "`attnbench list models` shows them; the folder of a downloaded model or its config.json can be given too"
        }
        #expect {
            try accelerator("h100-sxn")
        } throws: {
            "\($0)" == "\"h100-sxn\" is not an accelerator; did you mean \"h100-sxm\"? "
                + "`attnbench list accelerators` shows them"
        }
    }
}
