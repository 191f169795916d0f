import Attention

/// Axes as results files have them. Phase and cache formats are younger than the rest: files without them are of prefill.
extension Sweep.Axes: Decodable {
    private enum Key: String, CodingKey {
        case phase, kernels, lengths, windows, sinks, chunks, heads, headDimensions, elementTypes, threads, batches,
            cacheFormats
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        self.init(
            kernels: try container.decode([String].self, forKey: .kernels),
            lengths: try container.decode([Int].self, forKey: .lengths))
        phase = try container.decodeIfPresent(Phase.self, forKey: .phase) ?? .prefill
        windows = try container.decode([Int].self, forKey: .windows)
        sinks = try container.decode([Int].self, forKey: .sinks)
        chunks = try container.decode([Int].self, forKey: .chunks)
        heads = try container.decode([Sweep.Heads].self, forKey: .heads)
        headDimensions = try container.decode([Int].self, forKey: .headDimensions)
        elementTypes = try container.decode([ElementType].self, forKey: .elementTypes)
        threads = try container.decode([Int].self, forKey: .threads)
        batches = try container.decode([Int].self, forKey: .batches)
        cacheFormats = try container.decodeIfPresent([CacheFormat].self, forKey: .cacheFormats) ?? []
    }
}
