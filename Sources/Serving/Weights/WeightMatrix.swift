/// A linear map inside a module, by the last part of its name in the checkpoint.
public struct Projection: Sendable, Hashable {
    public let name: String
    public let inputs: Int
    public let outputs: Int

    public init(_ name: String, inputs: Int, outputs: Int) {
        self.name = name
        self.inputs = inputs
        self.outputs = outputs
    }

    public var parameters: Int { inputs * outputs }

    func widened(by factor: Int) -> Projection { Projection(name, inputs: inputs, outputs: outputs * factor) }
}

/// A matrix of the model under its name in the checkpoint, which says how quantisation stores it.
public struct WeightMatrix: Sendable, Hashable {
    public enum Role: Sendable, Hashable, CaseIterable {
        case embedding, head, attention, recurrence, feedForward, sharedExpert, router, expert
        /// Vision and audio encoders with what joins them to the language model.
        case tower
        /// Convolutions, decay rates and the like: no linear layer, and never quantised.
        case other

        /// Linear layers inside the decoder's layers.
        public static let linear: Set<Role> = [.attention, .recurrence, .feedForward, .sharedExpert, .expert]
    }

    /// Such as "model.layers.3.mlp.down_proj". Experts are numbered in one name: "model.layers.3.mlp.experts.0.up_proj".
    public let name: String
    public let role: Role
    public let inputs: Int
    public let outputs: Int
    /// Experts of the same shape.
    public let copies: Int

    public init(_ name: String, _ role: Role, _ projection: Projection, copies: Int = 1) {
        self.name = name
        self.role = role
        self.inputs = projection.inputs
        self.outputs = projection.outputs
        self.copies = copies
    }

    public var parameters: Int { inputs * outputs * copies }
}

extension Architecture {
    /// Every matrix that a checkpoint of this model holds, once.
    public var matrices: [WeightMatrix] {
        let table = Projection("embed_tokens", inputs: hidden, outputs: vocabulary.size)
        let ends =
            [WeightMatrix("model.embed_tokens", .embedding, table)]
            + (vocabulary.isTied ? [] : [WeightMatrix("lm_head", .head, table)])
        let ownOfBorrower: Set<WeightMatrix.Role> = [.recurrence, .other]
        let inLayers = layers.indices.flatMap { index in
            matrices(ofLayer: index).filter { !layers[index].borrowsBlock || ownOfBorrower.contains($0.role) }
        }
        return ends + components.flatMap(\.matrices) + inLayers
    }

    /// What a token meets in one layer, with all experts.
    func matrices(ofLayer index: Int) -> [WeightMatrix] {
        let layer = layers[index]
        var matrices: [WeightMatrix] = []
        func add(_ module: String, _ role: WeightMatrix.Role, _ projections: [Projection], copies: Int = 1) {
            matrices += projections.map {
                WeightMatrix("model.layers.\(index).\(module).\($0.name)", role, $0, copies: copies)
            }
        }
        add("self_attn", .attention, layer.attention?.projections(hidden: hidden) ?? [])
        if let recurrence = layer.recurrence {
            add("mixer", .recurrence, recurrence.projections(hidden: hidden))
            add("mixer", .other, [Projection("conv1d", inputs: 1, outputs: recurrence.otherParameters)])
        }
        switch layer.feedForward {
        case nil: break
        case .dense(let width, let isGated):
            add("mlp", .feedForward, FeedForward.projections(inputs: hidden, width: width, isGated: isGated))
        case .experts(let experts):
            add("mlp", .router, [Projection("gate", inputs: hidden, outputs: experts.count)])
            add("mlp.shared_experts", .sharedExpert, experts.sharedProjections(hidden: hidden))
            add("mlp.experts.0", .expert, experts.projections(hidden: hidden), copies: experts.count)
        }
        add("extra", .feedForward, layer.extras)
        return matrices
    }
}
