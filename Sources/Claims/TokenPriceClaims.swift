import Attention
import Quantities
import Serving
import Statistics

/// A forum's question on the cost of input against output tokens.
enum TokenPriceClaims {
    static let article = ClaimedArticle(
        title: "3. Why do output tokens cost more than input tokens? (a forum)", claims: growth + prices)

    private static let node = Known.servers("h100-sxm", 8, dollarsPerHour: 28)

    private static var growth: [Claim] {
        let overtaking = [Known.llama8B, Known.llama70B, Known.scout].compactMap { AttentionShare($0).overtakes }
        let first = overtaking.min().map(Quantity.rough) ?? "never"
        let last = overtaking.max().map(Quantity.rough) ?? "never"
        let cache = KVCache(Known.llama8B, type: .bf16)
        let readBytes = [64 << 10, 128 << 10].map { Decode(cache, context: $0).cacheBytes }
        let written = (0..<4096).reduce(0) { $0 + PairCount(mask: .causal, queryLength: 1, keyLength: $1 + 1).allowed }
        let isOnePass = written == PairCount(mask: .causal, length: 4096).allowed
        let again = [4096, 8192].map(pairsWithoutCache)
        let groups = ModelCatalogue.shipped.models.compactMap { model -> Double? in
            guard case .grouped(let queries, let keys, _) = model.attention else { return nil }
            return Double(queries) / Double(keys)
        }
        let intensity = groups.max() ?? 0
        return [
            Claim(
                38, "Reading input is quadratic and there is no way around it.",
                .computed(
                    "attention passes the matrices at \(first) (Llama 3.1 8B) to \(last) tokens (Scout)",
                    asStated: true, ofTheRealThing: overtaking.allSatisfy { $0 < 8192 },
                    because: "Only attention is quadratic, below half of the work until then, and windows avoid it.")),
            Claim(
                39, "Output is linear thanks to the cache.",
                .computed(
                    "\(Quantity.ratio(readBytes[1] / readBytes[0])) the bytes of a token at twice the context",
                    holds: readBytes[1] == 2 * readBytes[0] && isOnePass,
                    because: "Linear a token; all tokens together cover the same n(n+1)/2 pairs as reading.")),
            Claim(
                40, "Without a cache output is quadratic.",
                .computed(
                    "\(Quantity.ratio(Double(again[1]) / Double(again[0]))) the pairs for twice the tokens",
                    holds: Double(again[1]) / Double(again[0]) < 5,
                    because: "Understated: each token anew is quadratic, all of them cubic.")),
            Claim(
                41, "Memory and its bandwidth limit output.",
                .computed(
                    "at most \(Quantity.significant(intensity, digits: 2)) FLOP/B in grouped attention; an H100 balances at "
                        + Quantity.count(Int(saturating: node.accelerator.ridge)),
                    holds: intensity < node.accelerator.ridge,
                    because: "A key is read for every query head that shares it, and for nothing else.")),
        ]
    }

    /// Σ over tokens of the pairs of a prompt that ends there.
    private static func pairsWithoutCache(_ tokens: Int) -> Int {
        (1...tokens).reduce(0) { $0 + PairCount(mask: .causal, length: $1).allowed }
    }

    private static var prices: [Claim] {
        let cache = KVCache(Known.llama70B, type: .bf16)
        func input(_ tokens: Int) -> Double {
            Prefill(Known.llama70B, tokens: tokens).dollarsPerMillionTokens(on: node) ?? .nan
        }
        func output(_ batch: Int) -> Double {
            Decode(cache, context: 8192, batch: batch).dollarsPerMillionTokens(on: node) ?? .nan
        }
        let ratios = [1, 8, 32, 128].map { output($0) / input(8192) }
        let rise = input(128 << 10) / input(1 << 10)
        let reads = 8192.0
        return [
            Claim(
                42, "Input is 2 to 5 times cheaper.",
                .computed(
                    "\(ratios.map(Quantity.ratio).joined(separator: ", ")) at batch 1, 8, 32, 128 (Llama 3.1 70B, 8×H100, "
                        + "8K)", asStated: ratios.contains { $0 < 6 }, ofTheRealThing: ratios.allSatisfy { $0 < 6 },
                    because: "It is the batch that decides, not the quadratic term.")),
            Claim(
                43, "Providers price input linearly although it is quadratic.",
                .computed(
                    "\(Quantity.ratio(rise)) a token from 1K to 128K", asStated: rise < 3,
                    ofTheRealThing: input(1 << 20) / input(1 << 10) < 3,
                    because: "Nearly linear is nearly right below 128K; above, some charge double.")),
            Claim(
                44, "There are 3 to 10 times more input than output tokens.",
                .notComputed(because: "Depends on who asks what.")),
            Claim(
                45, "Cost a token can be estimated from rent and utilisation.",
                .computed(
                    "\(Quantity.dollars(input(8192))) in, \(Quantity.dollars(output(32))) out at batch 32",
                    holds: input(8192) > 0 && output(32) > 0, because: "attnbench plan does.")),
            Claim(
                46, "You run the model once for an output token, the same as for an input token.",
                .computed(
                    "reading 8K tokens reads the weights once, writing them \(Quantity.count(Int(saturating: reads))) times",
                    asStated: true, ofTheRealThing: reads == 1,
                    because: "Same FLOPs; the weights are read once a step, and a prompt is one step.")),
        ]
    }
}
