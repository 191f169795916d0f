import Attention
import Testing

@testable import Analysis

@Suite struct SeriesLabelsTests {
    private func labels(_ keys: (String, SeriesParameters)...) -> [String] {
        SeriesLabels.labels(for: keys.map { SeriesKey(kernel: $0.0, parameters: $0.1) })
    }

    @Test func kernelsAndTheirSizes() {
        #expect(
            labels(
                ("full", SeriesParameters(mask: .causal, headDimension: 64)),
                ("sliding-window", SeriesParameters(mask: .slidingWindow(1024), headDimension: 64)),
                ("sliding-window", SeriesParameters(mask: .slidingWindow(256), headDimension: 64)),
                ("attention-sink", SeriesParameters(mask: .attentionSink(sinks: 4, window: 1024), headDimension: 64)),
                ("chunked-local", SeriesParameters(mask: .chunkedLocal(8192), headDimension: 64)))
                == [
                    "full", "sliding-window(1024)", "sliding-window(256)", "attention-sink(4+1024)",
                    "chunked-local(8192)",
                ])
    }

    /// A form of scores is always named, so that a series does not pass for one with plain scores.
    @Test func formsOfScores() throws {
        let capped = SeriesParameters(
            mask: .slidingWindow(256), headDimension: 64, scoreForm: try ScoreForm(softCap: 50))
        let sink = SeriesParameters(mask: .causal, headDimension: 64, scoreForm: try ScoreForm(hasSinkLogits: true))
        #expect(
            labels(
                ("sliding-window", capped.withPlainScores), ("sliding-window", capped), ("full", sink),
                ("full", sink.withPlainScores))
                == ["sliding-window(256)", "sliding-window(256, soft cap 50)", "full(sink logits)", "full"])
        #expect(capped.withPlainScores < capped && capped.fullAttention.scoreForm == capped.scoreForm)
        #expect(sink.isFullAttention && !capped.isFullAttention)
    }

    @Test func onlyWhatDiffersIsAdded() {
        #expect(
            labels(
                ("full", SeriesParameters(mask: .causal, headDimension: 64)),
                ("full", SeriesParameters(mask: .causal, headDimension: 128)),
                ("sliding-window", SeriesParameters(mask: .slidingWindow(256), headDimension: 128)))
                == ["full, d=64", "full, d=128", "sliding-window(256)"])
        #expect(
            labels(
                ("full", SeriesParameters(mask: .causal, headDimension: 64)),
                ("full", SeriesParameters(mask: .causal, headDimension: 64, elementType: .bfloat16)),
                ("full", SeriesParameters(mask: .causal, headDimension: 64, elementType: .bfloat16, threads: 2)))
                == [
                    "full, float32, 1 thread", "full, bfloat16, 1 thread", "full, bfloat16, 2 threads",
                ])
        #expect(
            labels(
                ("full", SeriesParameters(mask: .causal, queryHeads: 32, keyValueHeads: 8, headDimension: 64)),
                ("full", SeriesParameters(phase: .decode, mask: .causal, headDimension: 64, queryLength: 1)),
                ("reference", SeriesParameters(mask: .slidingWindow(64), headDimension: 64)),
                ("reference", SeriesParameters(mask: .chunkedLocal(64), headDimension: 64)))
                == [
                    "full, 32:8 heads, prefill", "full, 1 head, 1 query", "reference(64), sliding window",
                    "reference(64), chunks",
                ])
    }
}
