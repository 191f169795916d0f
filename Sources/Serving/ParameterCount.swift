/// Weights counted from the dimensions: matrices only. Norms and biases, below 0.1 %, are left out.
public struct ParameterCount: Sendable, Hashable {
    /// Attention, recurrences, dense feed-forward, routers and shared experts of all layers.
    public let denseInLayers: Int
    public let routedExperts: Int
    /// Multiplied for each token inside the layers; no embedding, no output head.
    public let activeInLayers: Int
    /// One vocabulary × hidden table.
    public let vocabularyTable: Int
    public let tiedEmbeddings: Bool
    /// Vision and audio towers, embeddings of layers: resident, but not multiplied for a token of text.
    public let components: Int

    public init(_ architecture: Architecture) {
        func parameters(_ matrices: [WeightMatrix], _ isWanted: (WeightMatrix.Role) -> Bool = { _ in true }) -> Int {
            matrices.reduce(0) { isWanted($1.role) ? $0 + $1.parameters : $0 }
        }
        let inLayers = architecture.layers.indices.flatMap(architecture.matrices(ofLayer:))
        vocabularyTable = architecture.hidden * architecture.vocabulary.size
        tiedEmbeddings = architecture.vocabulary.isTied
        components = parameters(architecture.components.flatMap(\.matrices))
        routedExperts = parameters(inLayers) { $0 == .expert }
        denseInLayers =
            parameters(architecture.matrices) - components - routedExperts
            - vocabularyTable * (tiedEmbeddings ? 1 : 2)
        activeInLayers =
            parameters(inLayers) { $0 != .expert }
            + architecture.layers.reduce(0) { sum, layer in
                guard case .experts(let experts) = layer.feedForward else { return sum }
                return sum + experts.active * experts.parametersOfOne(hidden: architecture.hidden)
            }
    }

    public var total: Int {
        denseInLayers + routedExperts + components + vocabularyTable * (tiedEmbeddings ? 1 : 2)
    }

    /// Multiplied for each token: the input embedding is looked up, not multiplied, but the output head is.
    public var active: Int { activeInLayers + vocabularyTable }
}

extension Model {
    /// Parameters that must be resident: the published total, which knows of norms and vision towers; the counted one
    /// where none is published.
    public var residentParameters: Double { release.published?.parameters ?? Double(parameterCount.total) }

    /// Bytes of the weights, all experts included. Published parameters that the matrices do not explain, such as norms,
    /// stay in the plain type.
    public var weightBytes: Double {
        let unexplained = residentParameters - Double(parameterCount.total)
        return storedBytes.resident + unexplained * weights.plain.bitsPerElement / 8
    }

    /// Bytes of weights that one decode step over `batch` sequences reads: everything but the input embedding, and of
    /// the routed experts those that the batch wakes.
    public func weightBytesRead(batch: Double) -> Double {
        storedBytes.readOnce
            + storedBytes.experts.reduce(0) {
                $0 + Double($1.layers) * $1.bytesOfOne * $1.experts.awake(tokens: batch)
            }
    }
}

/// Bytes of a model's weights as they are stored, added up once.
struct StoredBytes: Sendable, Hashable {
    struct ExpertLayers: Sendable, Hashable {
        let experts: FeedForward.Experts
        let bytesOfOne: Double
        var layers: Int
    }

    let resident: Double
    /// By a step of any batch: no input embedding, no towers, no routed experts.
    let readOnce: Double
    private(set) var experts: [ExpertLayers] = []

    init(_ architecture: Architecture, weights: WeightStorage) {
        func bytes(_ matrices: [WeightMatrix]) -> Double { matrices.reduce(0) { $0 + weights.bytes(of: $1) } }
        let all = architecture.matrices
        resident = bytes(all)
        let head = all.first { $0.role == (architecture.vocabulary.isTied ? .embedding : .head) }
        var read = bytes(head.map { [$0] } ?? [])
        for (index, layer) in architecture.layers.enumerated() {
            let matrices = architecture.matrices(ofLayer: index)
            read += bytes(matrices.filter { $0.role != .expert })
            guard case .experts(let experts) = layer.feedForward else { continue }
            let one = bytes(matrices.filter { $0.role == .expert }) / Double(experts.count)
            if let last = self.experts.last, last.experts == experts, last.bytesOfOne == one {
                self.experts[self.experts.count - 1].layers += 1
            } else {
                self.experts.append(ExpertLayers(experts: experts, bytesOfOne: one, layers: 1))
            }
        }
        readOnce = read
    }
}
