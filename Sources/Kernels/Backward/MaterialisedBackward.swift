import Attention
import COpenBLAS
import Hardware

/// The gradients of attention as textbooks have them: the forward pass keeps all weights P of all heads, and the backward pass
/// has as much memory again for dP of each worker. Four products over all n × n pairs, whatever the mask shows; OpenBLAS, float32.
///
///     dV = Pᵀ · dO,   dP = dO · Vᵀ,   dS = P ∘ (dP − Σ dO ∘ O),   dQ = scale · dS · K,   dK = scale · dSᵀ · Q
///
/// Its memory is what `FusedBackward` avoids, at the cost of a fifth product. In the training phase each call computes the
/// forward pass too, of which P is what remains.
final class MaterialisedBackward: KernelInstance {
    private let problem: AttentionProblem
    private let team: WorkerTeam
    private let forwardPasses: Int
    /// P [batch][queryHeads][queryLength][keyLength], as the forward pass left it.
    private var weights: Tensor
    /// O [batch][queryHeads][queryLength][headDimension], as the forward pass left it.
    private var output: Tensor
    /// Of each worker: dP, then dS [queryLength][keyLength].
    private let gradients: UnsafeMutablePointer<Float>
    private(set) var countedPairs = 0

    init(_ phase: Phase, for problem: AttentionProblem, on team: WorkerTeam) throws(UnsupportedProblem) {
        guard problem.shape.keyLength < Int(Int32.max) else {
            throw UnsupportedProblem("\(problem.shape.keyLength) keys are more than OpenBLAS can index")
        }
        openblas_set_num_threads(1)
        (self.problem, self.team) = (problem, team)
        forwardPasses = phase.forwardPasses
        weights = Tensor(dimensions: [Self.heads(problem), Self.square(problem)])
        output = Tensor(dimensions: AttentionInputs.queryDimensions(problem.shape))
        gradients = .allocate(capacity: team.threadCount * Self.square(problem))
    }

    deinit { gradients.deallocate() }

    private static func heads(_ problem: AttentionProblem) -> Int { problem.shape.batch * problem.shape.queryHeads }

    private static func square(_ problem: AttentionProblem) -> Int {
        problem.shape.queryLength * problem.shape.keyLength
    }

    static func computedPairs(for problem: AttentionProblem) -> Int { heads(problem) * square(problem) }

    /// Weights and outputs of all heads, and a square for each worker.
    static func scratchBytes(for problem: AttentionProblem, threads: Int) -> Int {
        ((heads(problem) + threads) * square(problem) + problem.shape.queryCount) * MemoryLayout<Float>.size
    }

    func load(from inputs: borrowing AttentionInputs) {
        if forwardPasses == 0 { attend(inputs) }
    }

    func run(_ inputs: borrowing AttentionInputs, into gradients: inout Tensor) {
        for _ in 0..<forwardPasses { attend(inputs) }
        differentiate(inputs, into: &gradients)
    }

    /// The forward pass: P and O.
    private func attend(_ inputs: borrowing AttentionInputs) {
        let (problem, team) = (problem, team)
        weights.withMutableFloats { weights in
            nonisolated(unsafe) let weights = weights.baseAddress!
            TensorPointers.with(inputs, &output) {
                nonisolated(unsafe) let tensors = $0
                team.forEach(count: Self.heads(problem)) { _, head in
                    MaterialisedHead.attend(head, of: problem, tensors, weights: weights)
                }
            }
        }
    }

    private func differentiate(_ inputs: borrowing AttentionInputs, into gradients: inout Tensor) {
        let (problem, shape, square) = (problem, problem.shape, Self.square(problem))
        countedPairs = Self.computedPairs(for: problem)
        nonisolated(unsafe) let (weights, output, scratch) = (
            self.weights.withFloats { $0.baseAddress! }, self.output.withFloats { $0.baseAddress! }, self.gradients
        )
        BackwardPointers.with(inputs, into: &gradients) {
            nonisolated(unsafe) let tensors = $0
            // Heads of a group add to the same dK and dV, so that one worker has them all.
            team.forEach(count: shape.batch * shape.keyValueHeads) { worker, group in
                for member in 0..<shape.groupSize {
                    let head = group * shape.groupSize + member
                    MaterialisedHead(problem, tensors, head: head, isFirstOfGroup: member == 0).differentiate(
                        weights: weights + head * square,
                        output: output + head * shape.queryLength * shape.headDimension,
                        gradients: scratch + worker * square)
                }
            }
        }
    }
}

/// One head of a textbook's passes: its rows of the tensors, the two products of the forward pass and the four of the backward pass.
private struct MaterialisedHead {
    private let query: UnsafePointer<Float>
    private let key: UnsafePointer<Float>
    private let value: UnsafePointer<Float>
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
        outputGradient = tensors.outputGradient.assumingMemoryBound(to: Float.self) + own
        queryGradient = tensors.queryGradient.assumingMemoryBound(to: Float.self) + own
        keyGradient = tensors.keyGradient.assumingMemoryBound(to: Float.self) + ofGroup
        valueGradient = tensors.valueGradient.assumingMemoryBound(to: Float.self) + ofGroup
        scale = problem.scale
        earlier = isFirstOfGroup ? 0 : 1
    }

    /// The forward pass, which leaves P of this head in its place among the weights of all heads.
    static func attend(
        _ head: Int, of problem: AttentionProblem, _ tensors: TensorPointers, weights: UnsafeMutablePointer<Float>
    ) {
        let shape = problem.shape
        let (d, keys, queries) = (shape.headDimension, shape.keyLength, shape.queryLength)
        let (own, ofGroup) = (head * queries * d, head / shape.groupSize * keys * d)
        let scores = weights + head * queries * keys
        cblas_sgemm(
            CblasRowMajor, CblasNoTrans, CblasTrans, Int32(queries), Int32(keys), Int32(d), 1,
            tensors.query.assumingMemoryBound(to: Float.self) + own, Int32(d),
            tensors.key.assumingMemoryBound(to: Float.self) + ofGroup, Int32(d), 0, scores, Int32(keys))
        for row in 0..<queries {
            let visible = problem.pairs.visibleKeys(row: row)
            softmaxRow(
                scores + row * keys, columns: keys,
                visible: VisibleColumns(sinks: 0..<visible.sinks, band: visible.band), scale: problem.scale)
        }
        cblas_sgemm(
            CblasRowMajor, CblasNoTrans, CblasNoTrans, Int32(queries), Int32(d), Int32(keys), 1, scores, Int32(keys),
            tensors.value.assumingMemoryBound(to: Float.self) + ofGroup, Int32(d), 0,
            tensors.output.assumingMemoryBound(to: Float.self) + own, Int32(d))
    }

    /// - Parameters:
    ///   - weights: P [queries][keys]
    ///   - output: O [queries][d]
    ///   - gradients: as much memory, whatever it holds
    func differentiate(
        weights: UnsafePointer<Float>, output: UnsafePointer<Float>, gradients: UnsafeMutablePointer<Float>
    ) {
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
