/// What the gated delta rule takes beside Q, K and V: two numbers for each token of each key/value head. A model computes them from
/// the token; here they are inputs.
public struct StateGates: ~Copyable, Sendable {
    /// ln α [batch, keyValueHeads, keyLength]: α is what is left of the state when the token comes. The logarithm is kept, as in
    /// flash-linear-attention, since an α near 1 would lose its digits in 16 bits.
    public var logDecay: Tensor
    /// β [batch, keyValueHeads, keyLength]: which part of what the state holds for the token's key is replaced by its value.
    public var writingStrength: Tensor

    /// A caller's own tensors.
    ///
    /// - Precondition: the same sizes and the same element type.
    public init(logDecay: consuming Tensor, writingStrength: consuming Tensor) {
        precondition(
            logDecay.dimensions == writingStrength.dimensions && logDecay.elementType == writingStrength.elementType,
            "decays \(logDecay.dimensions) and writing strengths \(writingStrength.dimensions) do not fit together")
        self.logDecay = logDecay
        self.writingStrength = writingStrength
    }

    /// As `InputTensor` draws them; the same for the same seed.
    public init(shape: AttentionShape, elementType: ElementType, seed: UInt64) {
        func drawn(_ gate: InputTensor) -> Tensor {
            var tensor = Tensor(elementType, dimensions: Self.dimensions(shape))
            tensor.fillWithNormals(seed: gate.seed(of: seed))
            for index in 0..<tensor.count { tensor[index] = gate.element(ofNormal: tensor[index]) }
            return tensor
        }
        self.init(logDecay: drawn(.logDecay), writingStrength: drawn(.writingStrength))
    }

    public static func dimensions(_ shape: AttentionShape) -> [Int] {
        [shape.batch, shape.keyValueHeads, shape.keyLength]
    }
}
