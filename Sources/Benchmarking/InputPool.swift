import Attention
import Engines

/// Finds inputs again while some cell still holds them.
struct InputPool {
    struct Key: Hashable {
        let shape: AttentionShape
        let elementType: ElementType

        init(_ problem: AttentionProblem) {
            shape = problem.shape
            elementType = problem.elementType
        }
    }

    private struct Weak {
        weak var inputs: SharedInputs?
    }

    let seed: UInt64
    private var held: [Key: Weak] = [:]

    init(seed: UInt64) { self.seed = seed }

    mutating func inputs(for problem: AttentionProblem) -> SharedInputs {
        if let inputs = held[Key(problem)]?.inputs { return inputs }
        let inputs = SharedInputs(for: problem, seed: seed)
        held[Key(problem)] = Weak(inputs: inputs)
        return inputs
    }

    /// The inputs that others of its shape and element type hold, or `own`, which others will then find.
    mutating func adopt(_ own: SharedInputs, for problem: AttentionProblem) -> SharedInputs {
        if let inputs = held[Key(problem)]?.inputs { return inputs }
        held[Key(problem)] = Weak(inputs: own)
        return own
    }
}

extension AttentionProblem {
    /// Bytes of Q, K and V.
    var inputBytes: Int { (shape.queryCount + 2 * shape.keyCount) * elementType.byteCount }
}
