import Attention

/// What the forward pass leaves for the backward pass: O [batch, queryHeads, queryLength, headDimension], and in float32 the
/// log-sum-exp of each row [batch, queryHeads, queryLength].
struct ForwardResults: ~Copyable {
    var output: Tensor
    var logSumExp: Tensor

    init(for problem: AttentionProblem) {
        let dimensions = AttentionInputs.queryDimensions(problem.shape)
        output = Tensor(problem.elementType, dimensions: dimensions)
        logSumExp = Tensor(dimensions: Array(dimensions.dropLast()))
    }

    static func byteCount(_ problem: AttentionProblem) -> Int {
        let rows = problem.shape.queryCount / problem.shape.headDimension
        return problem.shape.queryCount * problem.elementType.byteCount + rows * MemoryLayout<Float>.size
    }

    /// Computes them.
    mutating func take(_ inputs: borrowing AttentionInputs, from forward: FusedAttention) {
        forward.run(inputs, into: &output, logSumExp: &logSumExp)
    }

    /// Lends the tensors of a forward pass that writes these results.
    mutating func withTensors(_ inputs: borrowing AttentionInputs, _ body: (TensorPointers) -> Void) {
        let sums = logSumExp.withMutableFloats { $0.baseAddress! }
        TensorPointers.with(inputs, &output, logSumExp: sums, body)
    }

    /// The pointers are good for as long as these results are not changed.
    var pointers: ForwardPointers {
        ForwardPointers(
            output: output.withBytes { $0.baseAddress! }, logSumExp: logSumExp.withFloats { $0.baseAddress! })
    }
}

struct ForwardPointers {
    let output: UnsafeRawPointer
    let logSumExp: UnsafePointer<Float>
}

/// Where the tensors lie that a backward pass reads and writes, whatever their type.
struct BackwardPointers: AttendedTensors {
    let query: UnsafeRawPointer
    let key: UnsafeRawPointer
    let value: UnsafeRawPointer
    let outputGradient: UnsafeRawPointer
    let queryGradient: UnsafeMutableRawPointer
    let keyGradient: UnsafeMutableRawPointer
    let valueGradient: UnsafeMutableRawPointer
    /// Problems with such logits have no gradients here.
    var sinkLogits: UnsafePointer<Float>? { nil }

    /// The pointers are good within `body` only.
    ///
    /// - Parameter gradients: of Q, K and V, one after the other.
    static func with(
        _ inputs: borrowing AttentionInputs, into gradients: inout Tensor, _ body: (BackwardPointers) -> Void
    ) {
        let wordBytes = gradients.elementType.byteCount
        let (queryBytes, keyBytes) = (inputs.query.count * wordBytes, inputs.key.count * wordBytes)
        let (query, key, value) = (
            inputs.query.withBytes { $0.baseAddress! }, inputs.key.withBytes { $0.baseAddress! },
            inputs.value.withBytes { $0.baseAddress! }
        )
        let outputGradient = inputs.withOutputGradient { $0.withBytes { $0.baseAddress! } }
        gradients.withMutableBytes { bytes in
            precondition(bytes.count == queryBytes + 2 * keyBytes, "gradients have the sizes of Q, K and V")
            let start = bytes.baseAddress!
            body(
                BackwardPointers(
                    query: query, key: key, value: value, outputGradient: outputGradient, queryGradient: start,
                    keyGradient: start + queryBytes, valueGradient: start + queryBytes + keyBytes))
        }
    }
}
