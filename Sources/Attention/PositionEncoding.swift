/// What a kernel does about positions before it takes scores.
public enum PositionEncoding: String, Codable, Hashable, Sendable, CaseIterable {
    /// Nothing: queries and keys come as they are to be used, rotated already where a model rotates them.
    case none
    /// Rotary (Su et al. 2021), in the order of the cache as StreamingLLM has it: keys are cached as they come, and read
    /// as if the visible ones stood at 0, 1, 2, … without gaps; the query stands at the last. A distance to a sink then
    /// never passes the cache's length, however long the text.
    case cacheRelativeRotary = "cache-relative-rotary"
}
