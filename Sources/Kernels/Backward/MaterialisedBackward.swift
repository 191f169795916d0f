import Attention
import COpenBLAS
import Hardware

/// The gradients of attention as textbooks have them: the forward pass keeps all weights P of all heads, and the backward pass
/// has as much memory again for dP of each worker. Four products over all n × n pairs, whatever the mask shows; OpenBLAS, float32.
///
///     dV = Pᵀ · dO,   dP = dO · Vᵀ,   dS = P ∘ (dP − Σ dO ∘ O),   dQ = scale · dS · K,   dK = scale · dSᵀ · Q
///
/// Its memory is what `FusedBackward` avoids, at the cost of a fifth product.
public final class MaterialisedBackward {
    private let problem: AttentionProblem
    private let team: WorkerTeam
    /// [batch][queryHeads][queryLength][keyLength], as the forward pass left them.
    private var weights: Tensor
    /// Of each worker: dP, then dS [queryLength][keyLength].
    private let gradients: UnsafeMutablePointer<Float>

    public init(for problem: AttentionProblem, on team: WorkerTeam) throws(UnsupportedProblem) {
        guard problem.elementType == .float32 else {
            throw UnsupportedProblem("OpenBLAS multiplies float32, not \(problem.elementType)")
        }
        guard problem.shape.keyLength < Int(Int32.max) else {
            throw UnsupportedProblem("\(problem.shape.keyLength) keys are more than OpenBLAS can index")
        }
        openblas_set_num_threads(1)
        (self.problem, self.team) = (problem, team)
        let (heads, square) = (Self.heads(problem), Self.square(problem))
        weights = Tensor(dimensions: [heads, square])
        gradients = .allocate(capacity: team.threadCount * square)
    }

    deinit { gradients.deallocate() }

    private static func heads(_ problem: AttentionProblem) -> Int { problem.shape.batch * problem.shape.queryHeads }

    private static func square(_ problem: AttentionProblem) -> Int {
        problem.shape.queryLength * problem.shape.keyLength
    }

    /// Weights of all heads, and a square for each worker.
    public static func scratchBytes(for problem: AttentionProblem, threads: Int) -> Int {
        (heads(problem) + threads) * square(problem) * MemoryLayout<Float>.size
    }

    /// What the forward pass keeps for the backward pass.
    public func keepWeights(of inputs: borrowing AttentionInputs) {
        let (problem, shape) = (problem, problem.shape)
        let (d, keys, queries) = (shape.headDimension, shape.keyLength, shape.queryLength)
        weights.withMutableFloats { weights in
            inputs.query.withFloats { query in
                inputs.key.withFloats { key in
                    nonisolated(unsafe) let (weights, query, key) = (
                        weights.baseAddress!, query.baseAddress!, key.baseAddress!
                    )
                    team.forEach(count: Self.heads(problem)) { _, head in
                        let scores = weights + head * queries * keys
                        cblas_sgemm(
                            CblasRowMajor, CblasNoTrans, CblasTrans, Int32(queries), Int32(keys), Int32(d), 1,
                            query + head * queries * d, Int32(d), key + head / shape.groupSize * keys * d, Int32(d), 0,
                            scores, Int32(keys))
                        for row in 0..<queries {
                            let visible = problem.pairs.visibleKeys(row: row)
                            softmaxRow(
                                scores + row * keys, columns: keys,
                                visible: VisibleColumns(sinks: 0..<visible.sinks, band: visible.band),
                                scale: problem.scale)
                        }
                    }
                }
            }
        }
    }

    /// Of the inputs whose weights are kept.
    public func run(_ inputs: borrowing BackwardInputs, into gradients: inout AttentionGradients) {
        let (problem, shape, square) = (problem, problem.shape, Self.square(problem))
        weights.withFloats { weights in
            nonisolated(unsafe) let (weights, scratch) = (weights.baseAddress!, self.gradients)
            BackwardPointers.with(inputs, &gradients) {
                nonisolated(unsafe) let tensors = $0
                // Heads of a group add to the same dK and dV, so that one worker has them all.
                team.forEach(count: shape.batch * shape.keyValueHeads) { worker, group in
                    for member in 0..<shape.groupSize {
                        let head = group * shape.groupSize + member
                        MaterialisedHead(problem, tensors, head: head, isFirstOfGroup: member == 0).differentiate(
                            weights: weights + head * square, gradients: scratch + worker * square)
                    }
                }
            }
        }
    }
}

/// One head of a textbook's backward pass: its rows of the tensors, and its four products.
private struct MaterialisedHead {
    private let query: UnsafePointer<Float>
    private let key: UnsafePointer<Float>
    private let value: UnsafePointer<Float>
    private let output: UnsafePointer<Float>
    private let outputGradient: UnsafePointer<Float>
    private let queryGradient: UnsafeMutablePointer<Float>
    private let keyGradient: UnsafeMutablePointer<Float>
    private let valueGradient: UnsafeMutablePointer<Float>
    private let scale: Float
    /// 0 where the sums of dK and dV begin.
    private let earlier: Float
    private let queries: Int
    private let keys: Int
    private let d: Int

    init(_ problem: AttentionProblem, _ tensors: BackwardPointers, head: Int, isFirstOfGroup: Bool) {
        let shape = problem.shape
        (queries, keys, d) = (shape.queryLength, shape.keyLength, shape.headDimension)
        let own = head * queries * d
        let ofGroup = head / shape.groupSize * keys * d
        query = tensors.query.assumingMemoryBound(to: Float.self) + own
        key = tensors.key.assumingMemoryBound(to: Float.self) + ofGroup
        value = tensors.value.assumingMemoryBound(to: Float.self) + ofGroup
        output = tensors.output.assumingMemoryBound(to: Float.self) + own
        outputGradient = tensors.outputGradient.assumingMemoryBound(to: Float.self) + own
        queryGradient = tensors.queryGradient.assumingMemoryBound(to: Float.self) + own
        keyGradient = tensors.keyGradient.assumingMemoryBound(to: Float.self) + ofGroup
        valueGradient = tensors.valueGradient.assumingMemoryBound(to: Float.self) + ofGroup
        scale = problem.scale
        earlier = isFirstOfGroup ? 0 : 1
    }

    /// - Parameters:
    ///   - weights: P [queries][keys]
    ///   - gradients: as much memory, whatever it holds
    func differentiate(weights: UnsafePointer<Float>, gradients: UnsafeMutablePointer<Float>) {
        let (rows, columns, d) = (Int32(queries), Int32(keys), Int32(d))
        cblas_sgemm(
            CblasRowMajor, CblasTrans, CblasNoTrans, columns, d, rows, 1, weights, columns, outputGradient, d, earlier,
            valueGradient, d)
        cblas_sgemm(
            CblasRowMajor, CblasNoTrans, CblasTrans, rows, columns, d, 1, outputGradient, d, value, d, 0, gradients,
            columns)
        for row in 0..<queries {
            var mean: Float = 0
            for x in row * self.d..<(row + 1) * self.d { mean += outputGradient[x] * output[x] }
            for index in row * keys..<(row + 1) * keys { gradients[index] = weights[index] * (gradients[index] - mean) }
        }
        cblas_sgemm(
            CblasRowMajor, CblasNoTrans, CblasNoTrans, rows, d, columns, scale, gradients, columns, key, d, 0,
            queryGradient, d)
        cblas_sgemm(
            CblasRowMajor, CblasTrans, CblasNoTrans, columns, d, rows, scale, gradients, columns, query, d, earlier,
            keyGradient, d)
    }
}
