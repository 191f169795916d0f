/// What storing a cache in fewer bits costs in accuracy: relative root-mean-square errors against float32, of keys, of
/// values, and of the attention output of one query over all cached tokens. A run with quantised caches measures it, and
/// its results file has a line for each way to store a cache.
///
/// Outputs over random values average towards zero, so that their relative errors look worse than a model would feel: they
/// rank the formats, no more.
public struct CacheQuality: Hashable, Sendable, Codable {
    public let scheme: String
    /// Scales included.
    public let bitsPerElement: Double
    /// Whether 32 tokens of a key channel share a scale, rather than 32 channels of a token.
    public let keysArePerChannel: Bool
    public let errors: [Errors]

    public struct Errors: Hashable, Sendable, Codable {
        public let sample: CacheSample
        public let keys: Double
        public let values: Double
        public let output: Double

        public init(sample: CacheSample, keys: Double, values: Double, output: Double) {
            self.sample = sample
            self.keys = keys
            self.values = values
            self.output = output
        }
    }

    public init(scheme: String, bitsPerElement: Double, keysArePerChannel: Bool, errors: [Errors]) {
        self.scheme = scheme
        self.bitsPerElement = bitsPerElement
        self.keysArePerChannel = keysArePerChannel
        self.errors = errors
    }

    public subscript(sample: CacheSample) -> Errors? { errors.first { $0.sample == sample } }
}

/// Keys, values and queries on which cache formats are compared.
public enum CacheSample: String, Codable, Hashable, Sendable, CaseIterable {
    /// Standard normals, 4096 tokens of 128 channels.
    case normal
    /// The same with four key channels far from zero at every token, as keys of trained models have them (Liu et al.,
    /// arXiv 2402.02750, figure 2).
    case outlierChannels = "outlier-channels"
    /// Queries, keys and values of a real model, all heads.
    case realActivations = "real-activations"
}
