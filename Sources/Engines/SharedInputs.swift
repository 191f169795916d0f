import Attention

/// Q, K and V that cells of one shape and element type share: a kernel only reads them.
public final class SharedInputs {
    public let tensors: AttentionInputs

    public init(for problem: AttentionProblem, seed: UInt64) {
        tensors = AttentionInputs(shape: problem.shape, elementType: problem.elementType, seed: seed)
    }

    public init(_ tensors: consuming AttentionInputs) { self.tensors = tensors }
}
