import Attention

/// Which problems to run, as axes that are crossed: a sweep file, read and checked.
public struct Sweep: Hashable, Codable, Sendable {
    /// Query heads that share key/value heads.
    public struct Heads: Hashable, Codable, Sendable {
        public let query: Int
        public let keyValue: Int

        public init(query: Int = 1, keyValue: Int = 1) {
            self.query = query
            self.keyValue = keyValue
        }
    }

    /// One set of axes. Every list is crossed with every other, but a kernel takes only the mask parameters it has.
    public struct Axes: Hashable, Codable, Sendable {
        /// Of all kernels of the group.
        public var phase = Phase.prefill
        public var kernels: [String]
        /// Tokens, ascending: those of the text, or in decode those that the last one sees cached, itself included. In a loss those
        /// whose losses are computed together.
        public var lengths: [Int]
        public var windows: [Int] = []
        public var sinks: [Int] = []
        public var chunks: [Int] = []
        /// Of kernels that select blocks: how many, and of how many tokens.
        public var blocks: [Int] = []
        public var blockLengths: [Int] = []
        public var heads: [Heads] = [Heads()]
        /// Of kernels whose values are the first elements of their keys: how many of them.
        public var valueDimensions: [Int] = []
        /// In a loss, elements of a token's hidden state.
        public var headDimensions: [Int] = [64]
        public var elementTypes: [ElementType] = [.float32]
        public var threads: [Int] = [1]
        public var batches: [Int] = [1]
        /// Of decode kernels; empty for the one that stores the element type as it is.
        public var cacheFormats: [CacheFormats] = []
        /// What scores become before softmax; nil for no cap.
        public var softCaps: [Float?] = [nil]
        public var alibi = [false]
        public var sinkLogits = [false]
        /// Words, ascending; of a loss alone.
        public var vocabularies: [Int] = []

        public init(kernels: [String], lengths: [Int]) {
            self.kernels = kernels
            self.lengths = lengths
        }
    }

    public let name: String
    public let description: String
    /// Nil where only the number of rounds ends the run.
    public let timeBudgetSeconds: Double?
    /// The axes of the top level, then those of each group of `also`, complete.
    public let groups: [Axes]

    public init(
        name: String, description: String = "", timeBudgetSeconds: Double? = nil, groups: [Axes]
    ) {
        self.name = name
        self.description = description
        self.timeBudgetSeconds = timeBudgetSeconds
        self.groups = groups
    }
}

extension Sweep.Axes {
    /// An axis that is missing has its default, as in a sweep file: results files that are older than an axis are read.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func value<Value: Decodable>(_ key: CodingKeys, default value: Value) throws -> Value {
            try container.decodeIfPresent(Value.self, forKey: key) ?? value
        }
        self.init(
            kernels: try container.decode([String].self, forKey: .kernels),
            lengths: try container.decode([Int].self, forKey: .lengths))
        phase = try value(.phase, default: phase)
        windows = try value(.windows, default: windows)
        sinks = try value(.sinks, default: sinks)
        chunks = try value(.chunks, default: chunks)
        blocks = try value(.blocks, default: blocks)
        blockLengths = try value(.blockLengths, default: blockLengths)
        valueDimensions = try value(.valueDimensions, default: valueDimensions)
        heads = try value(.heads, default: heads)
        headDimensions = try value(.headDimensions, default: headDimensions)
        elementTypes = try value(.elementTypes, default: elementTypes)
        threads = try value(.threads, default: threads)
        batches = try value(.batches, default: batches)
        cacheFormats = try value(.cacheFormats, default: cacheFormats)
        softCaps = try value(.softCaps, default: softCaps)
        alibi = try value(.alibi, default: alibi)
        sinkLogits = try value(.sinkLogits, default: sinkLogits)
        vocabularies = try value(.vocabularies, default: vocabularies)
    }
}
