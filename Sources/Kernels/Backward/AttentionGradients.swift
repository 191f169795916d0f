import Attention
import Hardware

/// What a backward pass starts from: the inputs and outputs of the forward pass, and how much the loss changes with each
/// element of the output.
public struct BackwardInputs: ~Copyable, Sendable {
    public var attention: AttentionInputs
    /// O [batch, queryHeads, queryLength, headDimension]
    public var output: Tensor
    /// float32 [batch, queryHeads, queryLength]
    public var logSumExp: Tensor
    /// dO [batch, queryHeads, queryLength, headDimension]
    public var outputGradient: Tensor

    /// Computes the forward pass.
    public init(
        _ attention: consuming AttentionInputs, outputGradient: consuming Tensor, of problem: AttentionProblem,
        on team: WorkerTeam
    ) throws(UnsupportedProblem) {
        let dimensions = AttentionInputs.queryDimensions(problem.shape)
        precondition(
            outputGradient.dimensions == dimensions && outputGradient.elementType == problem.elementType,
            "the gradient of the output has its sizes and its type")
        output = Tensor(problem.elementType, dimensions: dimensions)
        logSumExp = Tensor(dimensions: Array(dimensions.dropLast()))
        let forward = try FusedAttention(for: problem, on: team)
        forward.run(attention, into: &output, logSumExp: &logSumExp)
        self.attention = attention
        self.outputGradient = outputGradient
    }
}

/// How much the loss changes with each element of the query, the key and the value: dQ, dK and dV, in the sizes and the type of
/// these.
public struct AttentionGradients: ~Copyable, Sendable {
    public var query: Tensor
    public var key: Tensor
    public var value: Tensor

    /// Zeros.
    public init(for problem: AttentionProblem) {
        query = Tensor(problem.elementType, dimensions: AttentionInputs.queryDimensions(problem.shape))
        key = Tensor(problem.elementType, dimensions: AttentionInputs.keyDimensions(problem.shape))
        value = Tensor(problem.elementType, dimensions: AttentionInputs.keyDimensions(problem.shape))
    }
}

/// Where the elements of a backward pass lie, whatever their type.
struct BackwardPointers {
    let query: UnsafeRawPointer
    let key: UnsafeRawPointer
    let value: UnsafeRawPointer
    let output: UnsafeRawPointer
    let outputGradient: UnsafeRawPointer
    let logSumExp: UnsafePointer<Float>
    let queryGradient: UnsafeMutableRawPointer
    let keyGradient: UnsafeMutableRawPointer
    let valueGradient: UnsafeMutableRawPointer

    /// The pointers are good within `body` only.
    static func with(
        _ inputs: borrowing BackwardInputs, _ gradients: inout AttentionGradients, _ body: (BackwardPointers) -> Void
    ) {
        let (query, key, value) = (
            inputs.attention.query.withBytes { $0.baseAddress! }, inputs.attention.key.withBytes { $0.baseAddress! },
            inputs.attention.value.withBytes { $0.baseAddress! }
        )
        inputs.output.withBytes { output in
            inputs.outputGradient.withBytes { outputGradient in
                inputs.logSumExp.withFloats { logSumExp in
                    gradients.query.withMutableBytes { queryGradient in
                        gradients.key.withMutableBytes { keyGradient in
                            gradients.value.withMutableBytes { valueGradient in
                                body(
                                    BackwardPointers(
                                        query: query, key: key, value: value, output: output.baseAddress!,
                                        outputGradient: outputGradient.baseAddress!,
                                        logSumExp: logSumExp.baseAddress!, queryGradient: queryGradient.baseAddress!,
                                        keyGradient: keyGradient.baseAddress!,
                                        valueGradient: valueGradient.baseAddress!))
                            }
                        }
                    }
                }
            }
        }
    }
}
