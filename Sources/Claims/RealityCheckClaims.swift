import Attention
import Quantities
import Serving
import Statistics

/// "Llama 4 and the 10 Million-Token Context: An Engineering Reality Check" (Unboxing LLMs).
enum RealityCheckClaims {
    static let article = ClaimedArticle(
        title: "2. \(Napkin.unboxingLLMs.title) (Unboxing LLMs)", claims: cache + hardware + techniques)

    static let napkin = Napkin.unboxingLLMs
    /// The article's eight rows: bits, tokens, and GB as printed.
    static let rows: [(bits: Double, tokens: Int, gigabytes: Double)] = [
        (16, 1000, 0.123), (16, 10_000, 1.229), (16, 1_000_000, 122.88), (16, 10_000_000, 1228.8),
        (8, 1000, 0.061), (8, 10_000, 0.614), (8, 1_000_000, 61.44), (8, 10_000_000, 614.4),
    ]

    private static var scout: KVCache { KVCache(Known.scout, type: .bf16) }
    private static var scoutFull: KVCache { KVCache(Known.scout.withAllLayersFull, type: .bf16) }

    private static var cache: [Claim] {
        let grouped = ModelCatalogue.shipped.models.compactMap { model -> Bool? in
            guard case .grouped(_, let heads, let dimension) = model.attention else { return nil }
            return heads * heads * dimension == model.hidden
        }
        let textbook = KVCache(Known.llama70B, type: .bf16, formula: .textbook)
        let reproduced = rows.count { row in
            abs(napkin.with(bits: row.bits).cacheBytes(tokens: row.tokens) / 1e9 - row.gigabytes) < 0.000_6
        }
        let real = scout.bytes(tokens: Known.tenMillion)
        let full = scoutFull.bytes(tokens: Known.tenMillion)
        let tokens = 1e9 / napkin.bytesPerToken
        return [
            Claim(
                18, "The formula for grouped-query attention, a layer and in all.",
                .computed(
                    "\(Quantity.decimalBytes(textbook.bytesPerToken)) a token for Llama 3.1 70B",
                    holds: textbook.bytes(tokens: 1000) == KVCache(Known.llama70B, type: .bf16).bytes(tokens: 1000),
                    because: "The same as counted layer by layer where all are full.")),
            Claim(
                19, "KV heads · head dimension can be written hidden / KV heads = 640.",
                .computed(
                    "holds for \(grouped.count(where: { $0 })) of \(grouped.count) models; Scout 1,024",
                    holds: grouped.allSatisfy { $0 },
                    because: "Needs KV heads² · dimension = hidden, which holds by accident.")),
            Claim(
                20, "Scout has 48 layers, hidden 5120, 8 KV heads, heads of 80, 64 query heads.",
                .computed(
                    "48, 5120, 8; heads of 128, 40 query heads",
                    asStated: Known.scout.layers.count == 48 && Known.scout.hidden == 5120,
                    ofTheRealThing: Known.scout.attention
                        == .grouped(queryHeads: 64, keyValueHeads: 8, headDimension: 80),
                    because: "The last two were invented to make the width come out.")),
            Claim(
                21, "10M tokens in 16 bits take 1,228.8 GB.",
                .computed(
                    "\(Quantity.decimalBytes(real)); \(Quantity.decimalBytes(full)) if all layers were full",
                    asStated: Known.agree(napkin.cacheBytes(tokens: Known.tenMillion), with: 1228.8e9, within: 1e-6),
                    ofTheRealThing: Known.agree(real, with: 1228.8e9),
                    because: "The product is right; the width is too small and the layers that grow are too many.")),
            Claim(
                22, "The script prints 0.123 to 1,228.8 GB, and half of each in fp8.",
                .computed(
                    "\(reproduced) of \(rows.count) rows reproduced", holds: reproduced == rows.count,
                    because: "Same formula, same numbers.")),
            Claim(
                23, "1 GB holds 8,000 tokens.",
                .computed(
                    "\(Quantity.count(Int(saturating: tokens))) by its formula; "
                        + "\(Quantity.count(Int(saturating: 1e9 / scoutFull.bytesPerToken))) all full, "
                        + "\(Quantity.count(Int(saturating: 1e9 / scout.growingBytesPerToken))) of a long context",
                    asStated: Known.agree(tokens, with: 8000, within: 0.02),
                    ofTheRealThing: Known.agree(1e9 / scout.growingBytesPerToken, with: 8000, within: 0.02),
                    because: "Only 12 layers grow, each with keys of 1,024.")),
            Claim(
                24, "The weights take about 34 GB.",
                .computed(
                    Quantity.decimalBytes(Known.scout.weightBytes),
                    holds: Known.agree(Known.scout.weightBytes, with: 34e9, within: 0.1),
                    because: "34 GB are the 17 billion active parameters; all 109 billion must be resident.")),
        ]
    }

    private static var hardware: [Claim] {
        let h100 = Known.servers("h100-sxm", 8)
        let h200 = Known.servers("h200-sxm", 8)
        let (small, large) = (napkin.longestContext(on: h100), napkin.longestContext(on: h200))
        func real(_ cache: KVCache, _ deployment: Deployment) -> Int {
            MemoryFit(cache).longestContext(on: deployment) ?? .max
        }
        let needed = napkin.accelerators(tokens: Known.tenMillion, like: h100)
        let nodes = h100.with(count: Int(saturating: needed.rounded(.up))).nodes
        let prices = PriceList.shipped.all(of: h100.accelerator)
        let range = PriceList.shipped.range(of: h100.accelerator)
        let isOnFile = prices.contains { $0.accelerators == 32 && $0.dollarsPerHour == 115 }
        return [
            Claim(
                25, "8×H100 hold about 4.5M tokens, 8×H200 about 8M.",
                .computed(
                    "\(millions(small)) and \(millions(large)) its way; \(millions(real(scoutFull, h100))) and "
                        + "\(millions(real(scoutFull, h200))) all full; \(millions(real(scout, h100))) and "
                        + "\(millions(real(scout, h200))) as Scout is",
                    asStated: Known.agree(Double(small), with: 4.5e6, within: 0.03)
                        && Known.agree(Double(large), with: 8e6, within: 0.03),
                    ofTheRealThing: Known.agree(Double(real(scout, h100)), with: 4.5e6, within: 0.03),
                    because:
                        "90 % of memory, less the weights, over bytes a token. An engine that knows chunks holds more, "
                        + "one that does not holds less.")),
            Claim(
                26, "10M tokens need 32 H100, at least four nodes.",
                .computed(
                    "\(Quantity.number(needed, place: -1)): \(Int(saturating: needed.rounded(.up))) in \(nodes) nodes; real Scout "
                        + "\(MemoryFit(scout).fewestAccelerators(tokens: Known.tenMillion, like: h200)) H200 in one",
                    holds: nodes >= 4,
                    because: "Wrong by its own numbers; 32 would hold "
                        + "\(millions(napkin.longestContext(on: h100.with(count: 32)))) tokens.")),
            Claim(
                27, "$28, $47, $115 and $72 an hour for 8×H100, 8×H200, 32×H100, 32×A100.",
                .computed(
                    range.map {
                        "an H100 hour is \(Quantity.dollars($0.lowerBound)) to \(Quantity.dollars($0.upperBound))"
                    } ?? "", asStated: isOnFile && Known.agree(4 * 28, with: 115, within: 0.05),
                    ofTheRealThing: range.map { Known.agree($0.lowerBound, with: $0.upperBound, within: 0.1) } ?? true,
                    because: "A snapshot of April 2025, consistent with itself.")),
            Claim(
                28, "fp8 halves the cache.",
                .computed(
                    "8 of 16 bits; int8 \(Quantity.bits(KVCache(Known.scout, type: .int8).bitsPerElement)), q8_0 "
                        + Quantity.bits(StorageType.q80.bitsPerElement),
                    holds: KVCache(Known.scout, type: .fp8).bytes(tokens: 1 << 20) * 2 == scout.bytes(tokens: 1 << 20),
                    because: "Exactly, with one scale a tensor; formats with more scales take a little more.")),
        ]
    }

    private static func millions(_ tokens: Int) -> String {
        Quantity.significant(Double(tokens) / 1e6, digits: 3) + "M"
    }

    private static var techniques: [Claim] {
        let window = 4096
        let recompute = Prefill(Known.llama2, tokens: window).flops
        let streamed = Decode(KVCache(Known.llama2, type: .bf16), context: window).flops
        let kept = Double(4 + window) / 1e6
        let h100 = Known.servers("h100-sxm", 8).accelerator
        let hide = Parallelism.ring.tokensToHide(
            Known.llama2, flopsPerSecond: h100.flopsPerSecond, bytesPerSecond: 50e9)
        let group = Double(Known.llama70B.attention.queryHeads) / Double(Known.llama70B.attention.shardableHeads)
        let exponent = PairCount(mask: .causal, length: 1 << 20).localExponent
        let chunked = Known.scout.layers.count { $0.attention?.mask == .chunkedLocal(8192) }
        let minutes = Prefill(Known.scout, tokens: Known.tenMillion).seconds(on: Known.servers("h200-sxm", 8))
        return [
            Claim(
                29, "fp8 costs no quality, below 4 bits it is severe.",
                .notComputed(because: "Needs a model's answers.")),
            Claim(30, "HQQ caches in 4 or 2 bits.", .notComputed(because: "A matter of which library does what.")),
            Claim(
                31, "StreamingLLM saves memory by computing its history again.",
                .computed(
                    "computing again takes \(Quantity.count(Int(saturating: (recompute / streamed).rounded()))) times the FLOPs of a streamed token",
                    holds: recompute <= streamed,
                    because: "It drops its history; computing again is the baseline that it beats (window 4,096, "
                        + "Llama 2 7B).")),
            Claim(
                32, "It keeps a window and anchors and is weak where the task is not local.",
                .computed(
                    "\(Quantity.percent(kept)) of 1M tokens kept", holds: kept < 0.01,
                    because: "What left the window cannot be looked up again.")),
            Claim(
                33, "Tensor and pipeline parallelism split the model; the interconnect matters.",
                .computed(
                    hide.map { "a ring needs \(Quantity.count(Int(saturating: $0))) tokens each to hide 50 GB/s" }
                        ?? "",
                    holds: (hide ?? 0) > 10_000,
                    because: "Context parallelism, which long contexts are served with, is left out.")),
            Claim(
                34, "Grouped-query attention keeps costs from growing quadratically.",
                .computed(
                    "cache ÷ \(Quantity.count(Int(saturating: group))) for Llama 3.1 70B; exponent still "
                        + Quantity.number(exponent, place: -2), holds: exponent < 1.9,
                    because: "It shares keys and values; every query still meets every key.")),
            Claim(
                35, "Interleaved attention without positions is a likely candidate.",
                .computed(
                    "\(chunked) chunked layers with rotary positions, \(Known.scout.layers.count - chunked) full ones "
                        + "without", holds: chunked == 36, because: "The configuration says so now.")),
            Claim(
                36, "Reading 10M tokens is orders of magnitude slower than a vector search.",
                .computed(
                    "\(Quantity.time(seconds: minutes)) on 8×H200 at 50 % of peak", holds: minutes > 60,
                    because: "A search answers in milliseconds.")),
            Claim(
                37, "It was trained far shorter than it advertises.",
                .notComputed(because: "A matter of its makers' word: 256K.")),
        ]
    }
}
