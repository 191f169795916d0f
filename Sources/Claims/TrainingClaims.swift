import Attention
import Quantities
import Serving
import Statistics

/// A digest of posts on scaling the context in training.
enum TrainingClaims {
    static let article = ClaimedArticle(
        title: "4. Scaling context size for Llama 4 training (a digest of posts)", claims: work + windows + memory)

    private static let gibibyte = Double(1 << 30)

    private static func ratio(
        _ model: Model, from: Int, to: Int, counting convention: TrainingMemory.ParameterConvention = .all
    ) -> Double {
        TrainingMemory.flopsPerToken(model, tokens: to, counting: convention)
            / TrainingMemory.flopsPerToken(model, tokens: from, counting: convention)
    }

    private static var work: [Claim] {
        let doubled = ratio(Known.llama2, from: 2048, to: 4096)
        let models = [Known.llama8B, Known.llama70B, Known.llama405B]
        let long = models.map { ratio($0, from: 8 << 10, to: 128 << 10) }
        let strict = models.map { ratio($0, from: 8 << 10, to: 128 << 10, counting: .multiplied) }
        let pairs = [8 << 10, 128 << 10, 1 << 20].map { PairCount(mask: .full, length: $0).allowed }
        let exponent = PairCount(mask: .causal, length: 1 << 20).localExponent
        let twice = [8 << 10, 64 << 10].map { tokens in
            Prefill(Known.llama8B, tokens: 2 * tokens).flops / Prefill(Known.llama8B, tokens: tokens).flops
        }
        return [
            Claim(
                47, "Llama 2 at 4K cost twice Llama 1 at 2K because of the context.",
                .computed(
                    "+\(Quantity.percent(doubled - 1)) FLOPs a token for 7B", holds: doubled > 1.5,
                    because: "It saw twice the tokens; the context adds a few per cent.")),
            Claim(
                48, "From 8K to 128K costs at least 16 times.",
                .computed(
                    "\(long.map(Quantity.ratio).joined(separator: ", ")) a token for 8B, 70B, 405B "
                        + "(\(strict.map(Quantity.ratio).joined(separator: ", ")) without the input embedding)",
                    holds: long.allSatisfy { $0 >= 16 },
                    because: "Matrices, not attention, are most of the work; 6 · parameters + attention a token.")),
            Claim(
                49, "Llama 3 saw 15.6T tokens at 8K, then 128K.",
                .notComputed(because: "A matter of its paper, which says so.")),
            Claim(50, "PoSE goes from 8K to 64K on 300M tokens.", .notComputed(because: "Needs training.")),
            Claim(
                51, "8K, 128K and 1M tokens are 64M, 16B and 1T pairs.",
                .computed(
                    pairs.map(Quantity.rough).joined(separator: ", "),
                    holds: zip(pairs, [64e6, 16e9, 1e12]).allSatisfy {
                        Known.agree(Double($0), with: $1, within: 0.11)
                    }, because: "Of all pairs; a causal mask allows half.")),
            Claim(
                52, "Long context is exponential pain.",
                .computed(
                    "exponent \(Quantity.number(exponent, place: -2))", holds: exponent > 3, because: "Quadratic.")),
            Claim(
                54, "Twice the context is four times the work.",
                .computed(
                    "\(twice.map(Quantity.ratio).joined(separator: " and ")) for Llama 3.1 8B from 8K and from 64K",
                    asStated: Known.agree(
                        Double(PairCount(mask: .causal, length: 2 << 16).allowed)
                            / Double(PairCount(mask: .causal, length: 1 << 16).allowed), with: 4),
                    ofTheRealThing: twice.allSatisfy { $0 > 3.9 },
                    because: "Of attention; the whole model takes 2 to 3 times until attention overtakes.")),
        ]
    }

    private static var windows: [Claim] {
        let window = 1024
        let slope = PairCount(mask: .slidingWindow(window), length: 16 * window).localExponent
        let layers = 32
        let needed = (100_000 - 2) / layers + 2
        let reach = layers * (needed - 1) + 1
        let (n, w) = (64.0 * 256, 256.0)
        let useful = n * (2 * w + 1) - w * (w + 1)
        let (scores, values) = ((4 * n * w - 4 * w * w) / useful, 3 * n * w / useful)
        let naive = TrainingMemory(Known.llama8B, tokens: 100_000).scoreMatrixBytes(bytesPerElement: 4)
        let tiled = 100_000.0 * Double(Known.llama8B.attention.prefillElementsPerToken) * 4
        return [
            Claim(
                55, "Sliding windows are O(n · w).",
                .computed(
                    "exponent \(Quantity.number(slope, place: -3)) at n = 16 w", holds: slope < 1.05,
                    because: "2 at n = w, 1.33 at 2 w, towards 1 from 16 w on.")),
            Claim(
                56, "32 layers carry token 1 to token 100,000.",
                .computed(
                    "from windows of \(Quantity.count(needed)) on (reach \(Quantity.count(reach)))",
                    asStated: reach >= 100_000, ofTheRealThing: layers * (1024 - 1) + 1 >= 100_000,
                    because: "layers · (w − 1) + 1 tokens at most, and a bound on what can arrive, not on what does.")),
            Claim(
                57, "Chunks of 2 w that overlap by w: one product, twice the work.",
                .computed(
                    "scores \(Quantity.ratio(scores)), values \(Quantity.ratio(values)), both "
                        + "\(Quantity.ratio((scores + values) / 2)) at n = 64 w",
                    asStated: Known.agree(scores, with: 2, within: 0.02),
                    ofTheRealThing: Known.agree((scores + values) / 2, with: 2, within: 0.02),
                    because: "Twice the scores only; skewing, masking and a second product come with it.")),
            Claim(
                58, "From impossible to one GPU.",
                .computed(
                    "\(Quantity.decimalBytes(naive)) of scores a layer at 100,000 tokens, tiled \(Quantity.decimalBytes(tiled))",
                    asStated: naive > 80e9, ofTheRealThing: tiled > 80e9,
                    because: "Windows do it, and so do tiled kernels with full attention.")),
        ]
    }

    private static var memory: [Claim] {
        let million = TrainingMemory(Known.llama8B, tokens: 1_000_000)
        let head = million.scoreMatrixBytes(bytesPerElement: 4) / Double(Known.llama8B.attention.queryHeads)
        let long = TrainingMemory(Known.llama70B, tokens: 89_000).checkpointBytes
        let small = [128 << 10, 342_000].map { TrainingMemory(Known.llama8B, tokens: $0).checkpointBytes / gibibyte }
        let page = KVCache(Known.llama70B, type: .bf16).tokens(within: 80e9) ?? .max
        let perTokenMHA = 2.0 * 80 * 64 * 128 * 2
        let speedup = windowSpeedup
        return [
            Claim(
                53, "A 1M × 1M matrix of 1T floats must be held.",
                .computed(
                    "\(Quantity.decimalBytes(head)) a head in float32",
                    holds: head <= Double(million.tokens * 2 * 128 * 4),
                    because: "If written out; online softmax holds one tile of it, beside keys and values.")),
            Claim(
                59, "89K tokens on 80 GB, 13 times more.",
                .computed(
                    Quantity.ratio(89_389.0 / 6_916), holds: Known.agree(89_389.0 / 6_916, with: 13, within: 0.02),
                    because: "89,389 against 6,916 as published.")),
            Claim(
                60, "Offloading 89K tokens of Llama 70B takes 109 GB.",
                .computed(
                    "\(Quantity.number(long / gibibyte, place: -1)) GiB = \(Quantity.decimalBytes(long))",
                    asStated: Known.agree(long / gibibyte, with: 109),
                    ofTheRealThing: Known.agree(long / 1e9, with: 109),
                    because: "layers · hidden · 2 · n, in binary gigabytes.")),
            Claim(
                61, "8B: 32 GB at 128K, 84 GB at 342K.",
                .computed(
                    small.map { Quantity.number($0, place: -1) + " GiB" }.joined(separator: ", "),
                    asStated: Known.agree(small[0], with: 32) && Known.agree(small[1], with: 84),
                    ofTheRealThing: Known.agree(small[0] * gibibyte / 1e9, with: 32),
                    because: "Binary gigabytes of activations; the KV cache at 128K is another "
                        + Quantity.decimalBytes(KVCache(Known.llama8B, type: .bf16).bytes(tokens: 128 << 10)) + ".")),
            Claim(
                62, "Cut cross-entropy gives 1.85 to 3.6 times, checkpointing costs 1 %.",
                .notComputed(because: "Needs a GPU's kernels; the published lengths do divide to 1.85.")),
            Claim(
                63, "Llama 70B is 140 GB.",
                .computed(
                    Quantity.decimalBytes(Known.llama70B.weightBytes),
                    holds: Known.agree(Known.llama70B.weightBytes, with: 140e9),
                    because: "70.6 billion parameters of two bytes.")),
            Claim(
                64, "A page takes 80 GB of cache in a 70B model.",
                .computed(
                    "\(Quantity.rough(page)) tokens; \(Quantity.rough(Int(saturating: 80e9 / perTokenMHA))) without grouped "
                        + "heads", holds: page < 2000, because: "80 GB are a long novel, not a page.")),
            Claim(
                65, "Test-time training is 2.7 times faster than full attention at 128K.",
                .computed(
                    "a pure 8K window: \(Quantity.ratio(speedup)) fewer FLOPs (26 layers of 3,072)",
                    holds: speedup > 2.7,
                    because: "Plausible: the quoted figure lies below what the window alone saves.")),
        ]
    }

    /// FLOPs of full attention over those of a window of 8K, at 128K, for a model of about 3 billion parameters.
    private static var windowSpeedup: Double {
        func model(_ mask: Mask) -> Model {
            let attention = AttentionLayer(
                .grouped(queryHeads: 24, keyValueHeads: 24, headDimension: 128), mask: mask)
            let layer = DecoderLayer(attention: attention, feedForward: .dense(width: 8192))
            return Model(
                id: "3b", name: "3B",
                architecture: Architecture(
                    hidden: 3072, vocabulary: Architecture.Vocabulary(size: 32_000, isTied: true),
                    layers: Array(repeating: layer, count: 26)),
                release: Model.Release(context: DeclaredContext(tokens: 128 << 10)))
        }
        return Prefill(model(.causal), tokens: 128 << 10).flops
            / Prefill(model(.slidingWindow(8 << 10)), tokens: 128 << 10).flops
    }
}
