import Attention

/// How an engine hands out memory for cached tokens: in pages, and for windows with room for the tokens of a step.
public struct CacheAllocation: Sendable, Hashable {
    /// Tokens are handed out in multiples of it.
    public let pageTokens: Int
    /// Tokens that a window is handed beside its own, because a step adds them before the oldest can go; nil where windows
    /// are handed what they keep.
    public let stepTokens: Int?
    /// Name, and where the rule was read.
    public let name: String
    public let source: String

    init(_ name: String, pageTokens: Int, stepTokens: Int?, source: String) {
        self.name = name
        self.pageTokens = pageTokens
        self.stepTokens = stepTokens
        self.source = source
    }

    public static let exact = CacheAllocation(
        "exact", pageTokens: 1, stepTokens: nil, source: "what the masks need, and no token more")
    public static let vLLM = CacheAllocation(
        "vllm", pageTokens: 16, stepTokens: 2048,
        source: "pages of 16 tokens; a window of w holds w − 1 and a step of 2,048 (vllm/v1/kv_cache_interface.py)")
    public static let llamaCpp = CacheAllocation(
        "llama.cpp", pageTokens: 256, stepTokens: 512,
        source: "multiples of 256 cells; a window of w holds w and a micro-batch of 512 (llama-kv-cache-iswa.cpp)")

    public static let all = [exact, vLLM, llamaCpp]

    public func with(pageTokens: Int?, stepTokens: Int?) -> CacheAllocation {
        guard pageTokens != nil || stepTokens != nil else { return self }
        return CacheAllocation(
            name, pageTokens: pageTokens ?? self.pageTokens, stepTokens: stepTokens ?? self.stepTokens,
            source: "pages of \(pageTokens ?? self.pageTokens) tokens, steps of \(stepTokens ?? self.stepTokens ?? 0), "
                + "as given")
    }

    /// Tokens that a layer with this mask is handed after `context` tokens.
    public func tokens(for mask: Mask, context: Int) -> Int {
        guard let bound = mask.mostVisibleKeys else { return paged(context) }
        return paged(min(context, bound + (stepTokens ?? 0)))
    }

    private func paged(_ tokens: Int) -> Int {
        guard pageTokens > 1, tokens < .max - pageTokens else { return tokens }
        return (tokens + pageTokens - 1) / pageTokens * pageTokens
    }
}
