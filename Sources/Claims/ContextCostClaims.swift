import Attention
import Quantities
import Serving

/// "How much does a 10 million token context window actually cost?" (Society's Backend).
enum ContextCostClaims {
    static let article = ClaimedArticle(
        title: "1. \(Napkin.societysBackend.title) (Society's Backend)", claims: cache + hardware + training)

    private static let napkin = Napkin.societysBackend

    private static var cache: [Claim] {
        let exponent = PairCount(mask: .causal, length: 1 << 20).localExponent
        let uniform = KVCache(Known.llama8B, type: .bf16, formula: .textbook)
        let uniformAgrees =
            uniform.bytes(tokens: 1 << 20) == KVCache(Known.llama8B, type: .bf16).bytes(tokens: 1 << 20)
        let scout = KVCache(Known.scout, type: .bf16).bytes(tokens: Known.tenMillion)
        let textbook = KVCache(Known.scout, type: .bf16, formula: .textbook).bytes(tokens: Known.tenMillion)
        let scaled = napkin.with(bits: StorageType.q40.bitsPerElement)
        let real4Bit = KVCache(Known.scout, type: .int4).bytes(tokens: Known.tenMillion)
        let dimensions = "\(Known.scout.layers.count) layers, 8 KV heads of 128"
        let weights = Known.scout(in: .int4).weightBytes
        return [
            Claim(
                1, "Attention is O(n²) over all pairs.",
                .computed(
                    "exponent \(Quantity.number(exponent, place: -2)) at 1M",
                    holds: Known.agree(exponent, with: 2, within: 0.001),
                    because: "A causal mask allows n(n+1)/2 pairs: half of n², same exponent.")),
            Claim(
                2, "KV cache = 2 · layers · n · KV heads · head dimension · bytes.",
                .computed(
                    "\(Quantity.decimalBytes(textbook)) for Scout at 10M; layer by layer \(Quantity.decimalBytes(scout))",
                    asStated: uniformAgrees, ofTheRealThing: Known.agree(textbook, with: scout),
                    because: "Exact where every layer is full; 36 of Scout's 48 stop at chunks of 8,192.")),
            Claim(
                3, "40 × 8 × 128 at 4 bits is 40,960 B a token.",
                .computed(
                    "\(Quantity.decimalBytes(napkin.bytesPerToken)); q4_0 \(Quantity.decimalBytes(scaled.bytesPerToken))",
                    asStated: napkin.bytesPerToken == 40_960, ofTheRealThing: scaled.bytesPerToken == 40_960,
                    because: "The product is right; real 4-bit formats store scales, 4.5 bits in q4_0.")),
            Claim(
                4, "40.96 GB at 1M tokens, 409.6 GB at 10M.",
                .computed(
                    "\(Quantity.decimalBytes(napkin.cacheBytes(tokens: Known.tenMillion))); real Scout at 4 bits "
                        + Quantity.decimalBytes(real4Bit),
                    asStated: napkin.cacheBytes(tokens: Known.tenMillion) == 409.6e9,
                    ofTheRealThing: Known.agree(real4Bit, with: 409.6e9),
                    because: "The product is right, decimal GB; the real model has other layers, most of them bounded.")
            ),
            Claim(
                5, "Scout's dimensions are not known; 40 layers are taken from Llama 3.",
                .computed(
                    dimensions, asStated: true, ofTheRealThing: Known.scout.layers.count == napkin.layers,
                    because: "So it was; the configuration is public now.")),
            Claim(
                6, "Weights take about 55 GB at 4 bits.",
                .computed(
                    Quantity.decimalBytes(weights), holds: Known.agree(weights, with: 55e9),
                    because: "109 billion parameters of half a byte.")),
        ]
    }

    private static var hardware: [Claim] {
        let h100 = Known.servers("h100-sxm", 1)
        let without = napkin.accelerators(tokens: Known.tenMillion, like: Known.servers("h100-sxm", 1, reserve: 0))
        let with = napkin.accelerators(tokens: Known.tenMillion, like: h100)
        let prices = PriceList.shipped.all(of: h100.accelerator)
        let node = prices.filter { $0.accelerators == 8 }.map(\.dollarsPerHour)
        let single = prices.filter { $0.accelerators == 1 }.map(\.dollarsPerHour)
        func longest(_ cache: StorageType) -> Int {
            MemoryFit(KVCache(Known.scout(in: .int4), type: cache)).longestContext(on: h100) ?? .max
        }
        let weights = Known.scout.weightBytes
        let hybrid = KVCache(Known.scout, type: .bf16).tokens(within: weights) ?? .max
        let full = KVCache(Known.scout.withAllLayersFull, type: .bf16).tokens(within: weights) ?? .max
        let cache = KVCache(Known.scout, type: .bf16)
        let doubling = cache.bytes(tokens: 2 << 20) / cache.bytes(tokens: 1 << 20)
        return [
            Claim(
                7, "7 H100 are needed for 10M tokens.",
                .computed(
                    "\(Quantity.number(without, place: -2)) of 80 GB, \(Quantity.number(with, place: -2)) of 72 GB",
                    asStated: with.rounded(.up) == 7, ofTheRealThing: without.rounded(.up) == 7,
                    because: "Six hold the bytes; it takes a reserve of 10 %, not stated, to need seven.")),
            Claim(
                8, "An 8-GPU server costs about $90 an hour, a single H100 about $10.",
                .computed(
                    "\(range(node)) and \(range(single)) on file",
                    asStated: node.contains { Known.agree($0, with: 90, within: 0.1) },
                    ofTheRealThing: node.allSatisfy { Known.agree($0, with: 90, within: 0.1) },
                    because: "Hyperscalers' lists say so; specialist clouds ask a third.")),
            Claim(
                9, "10M tokens on one H100 will need aggressive engineering.",
                .computed(
                    "at most \(Quantity.rough(longest(.bf16))) tokens in bf16, \(Quantity.rough(longest(.q40))) "
                        + "in q4_0, with 4-bit weights", holds: longest(.q40) < Known.tenMillion,
                    because: "Even the hybrid cache in 4 bits is larger than the card.")),
            Claim(
                10, "The KV cache becomes the main need of memory.",
                .computed(
                    "passes the weights at \(Quantity.rough(hybrid)) tokens, all layers full at "
                        + Quantity.rough(full), holds: hybrid < Known.tenMillion,
                    because: "At 10M it is more than twice the \(Quantity.decimalBytes(weights)) of weights.")),
            Claim(
                11, "The cache stores more relationships between tokens as the context grows.",
                .computed(
                    "\(Quantity.ratio(doubling)) for twice the tokens", holds: doubling > 3,
                    because: "One key and one value a token and layer: linear; pairs are computed, never stored.")),
        ]
    }

    private static var training: [Claim] {
        let hours = 5.0e6
        let flops = 6 * 17e9 * 40e12
        let h100 = Known.servers("h100-sxm", 1).accelerator
        let utilization = flops / (hours * 3600 * h100.flopsPerSecond)
        let share = attentionShare(of: Known.scout)
        let full = attentionShare(of: Known.scout.withAllLayersFull)
        return [
            Claim(
                12, "Scout was trained with 256K tokens a forward pass.",
                .notComputed(because: "A matter of its makers' word.")),
            Claim(
                13, "It saw 40 trillion tokens.", .notComputed(because: "A matter of its model card, which says so.")),
            Claim(
                14, "Training took tens to hundreds of millions of GPU hours, above $500M.",
                .computed(
                    "5.0 million H100 hours (model card): $\(millions(hours * 10)) at $10, "
                        + "$\(millions(hours * 3.5)) at $3.50", holds: hours >= 1e7,
                    because:
                        "6 · 17·10⁹ · 40·10¹² FLOPs in that time are \(Quantity.percent(utilization)) of peak, which is "
                        + "plausible.")),
            Claim(
                15, "At 256K tokens the quadratic term is significant.",
                .computed(
                    "\(Quantity.percent(share)) of the forward pass, \(Quantity.percent(full)) if all were full",
                    holds: share > 0.3, because: "Counted over the exact pairs of 12 full and 36 chunked layers.")),
            Claim(16, "Models lose what stands in the middle.", .notComputed(because: "Needs a model's answers.")),
            Claim(17, "A 100M-token context exists (Magic).", .notComputed(because: "Not public.")),
        ]
    }

    private static func millions(_ value: Double) -> String { Quantity.significant(value / 1e6, digits: 3) + "M" }

    /// Attention's part of reading 256K tokens.
    private static func attentionShare(of model: Model) -> Double {
        let prefill = Prefill(model, tokens: 256 << 10)
        return prefill.attentionFLOPs / prefill.flops
    }

    private static func range(_ values: [Double]) -> String {
        guard let low = values.min(), let high = values.max() else { return "nothing" }
        return "\(Quantity.dollars(low)) to \(Quantity.dollars(high))"
    }
}
