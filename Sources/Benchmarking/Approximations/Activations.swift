import Attention
import Engines
import Faults
import Kernels
import Quantities

/// Queries, keys and values of a text, on which approximations are compared with full attention.
public struct Activations {
    /// Where they come from, in words.
    let name: String
    /// Full causal attention over them.
    let problem: AttentionProblem
    let inputs: SharedInputs

    public var keyLength: Int { problem.shape.keyLength }

    /// - Parameters:
    ///   - shape: that of the inputs.
    ///   - name: where they come from, in words.
    public init(_ inputs: consuming AttentionInputs, shape: AttentionShape, name: String) throws {
        problem = try AttentionProblem(shape: shape, mask: .causal)
        try Self.requireNumbers(inputs, .query, count: inputs.query.count)
        try Self.requireNumbers(inputs, .key, count: inputs.key.count)
        try Self.requireNumbers(inputs, .value, count: inputs.value.count)
        self.name = name
        self.inputs = SharedInputs(inputs)
    }

    /// Those of the program. The encoder that computed them let each token see later ones too.
    public static func bundled() throws -> Activations {
        let shape = try AttentionShape(
            queryHeads: RealActivations.heads, keyValueHeads: RealActivations.heads,
            queryLength: RealActivations.tokens, headDimension: RealActivations.headDimension)
        return try Activations(
            RealActivations.inputs(), shape: shape,
            name: "layer 3 of all-MiniLM-L6-v2 (an encoder, which has no causal mask itself) reading the GNU GPL v3")
    }

    /// One NaN would make every error NaN.
    private static func requireNumbers(
        _ inputs: borrowing AttentionInputs, _ tensor: InputTensor, count: Int
    ) throws(ActivationsError) {
        let step = 1 << 16
        for start in stride(from: 0, to: count, by: step) {
            let piece = inputs.elements(start..<min(start + step, count), of: tensor)
            if let place = piece.firstIndex(where: { !$0.isFinite }) {
                throw .notFinite(tensor: "\(tensor)", element: start + place, value: piece[place])
            }
        }
    }
}

public enum ActivationsError: Fault {
    case notFinite(tensor: String, element: Int, value: Float)
    case zeroOutput
    case tooLarge(neededBytes: Int, freeBytes: Int)

    public var exitStatus: ExitStatus { .usage }

    public var description: String {
        switch self {
        case .notFinite(let tensor, let element, let value):
            "element \(element) of the \(tensor) is \(value), and no error can be computed from it; give finite numbers"
        case .zeroOutput:
            "the output of full attention is zero everywhere, and no error can be related to it; give other values"
        case .tooLarge(let needed, let free):
            "the outputs of all approximations take \(Quantity.bytes(needed)), and \(Quantity.bytes(free)) of memory are free; "
                + "give fewer sizes, or files with fewer heads"
        }
    }
}
