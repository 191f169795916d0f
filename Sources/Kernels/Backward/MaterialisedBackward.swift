import Attention
import COpenBLAS
import Hardware

/// The gradients of attention as textbooks have them: the forward pass keeps all weights P of all heads, and the backward pass
/// has as much memory again for dP of each worker. Four products over all n × n pairs, whatever the mask shows; OpenBLAS, float32.
///
///     dV = Pᵀ · dO,   dP = dO · Vᵀ,   dS = P ∘ (dP − Σ dO ∘ O),   dQ = scale · dS · K,   dK = scale · dSᵀ · Q
///
/// Its memory is what `FusedBackward` avoids, at the cost of a fifth product. In the training phase each call computes the
/// forward pass too, of which P is what remains. Rows that are not finite are written again in Double, since these products go over
/// pairs that the mask does not show.
final class MaterialisedBackward: KernelInstance {
    private let problem: AttentionProblem
    private let team: WorkerTeam
    private let forwardPasses: Int
    /// P [batch][queryHeads][queryLength][keyLength], as the forward pass left it.
    private var weights: Tensor
    private var forward: ForwardResults
    /// Of each row of Q.
    private let statistics: UnsafeMutablePointer<RowStatistics>
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
        forward = ForwardResults(for: problem)
        statistics = .allocate(capacity: Self.heads(problem) * problem.shape.queryLength)
        gradients = .allocate(capacity: team.threadCount * Self.square(problem))
    }

    deinit {
        statistics.deallocate()
        gradients.deallocate()
    }

    private static func heads(_ problem: AttentionProblem) -> Int { problem.shape.batch * problem.shape.queryHeads }

    private static func square(_ problem: AttentionProblem) -> Int {
        problem.shape.queryLength * problem.shape.keyLength
    }

    static func computedPairs(for problem: AttentionProblem) -> Int { heads(problem) * square(problem) }

    /// Weights of all heads and a square for each worker; outputs, and two numbers of each row.
    static func scratchBytes(for problem: AttentionProblem, threads: Int) -> Int {
        (heads(problem) + threads) * square(problem) * MemoryLayout<Float>.size + ForwardResults.byteCount(problem)
            + heads(problem) * problem.shape.queryLength * MemoryLayout<RowStatistics>.stride
    }

    func load(from inputs: borrowing AttentionInputs) {
        if forwardPasses == 0 { attend(inputs) }
    }

    func run(_ inputs: borrowing AttentionInputs, into gradients: inout Tensor) {
        for _ in 0..<forwardPasses { attend(inputs) }
        differentiate(inputs, into: &gradients)
    }

    /// The forward pass: P, O, and the log-sum-exps.
    private func attend(_ inputs: borrowing AttentionInputs) {
        let (problem, team) = (problem, team)
        weights.withMutableFloats { weights in
            nonisolated(unsafe) let weights = weights.baseAddress!
            forward.withTensors(inputs) {
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
        nonisolated(unsafe) let (weights, scratch) = (self.weights.withFloats { $0.baseAddress! }, self.gradients)
        nonisolated(unsafe) let (forward, statistics) = (self.forward.pointers, self.statistics)
        BackwardPointers.with(inputs, into: &gradients) {
            nonisolated(unsafe) let tensors = $0
            // Heads of a group add to the same dK and dV, so that one worker has them all.
            team.forEach(count: shape.batch * shape.keyValueHeads) { worker, group in
                let rows = shape.groupSize * shape.queryLength
                for row in group * rows..<(group + 1) * rows {
                    statistics[row] = RowStatistics(ofRow: row, of: problem, tensors, forward)
                }
                for member in 0..<shape.groupSize {
                    let head = group * shape.groupSize + member
                    MaterialisedHead(problem, tensors, head: head, isFirstOfGroup: member == 0).differentiate(
                        weights: weights + head * square, statistics: statistics + head * shape.queryLength,
                        gradients: scratch + worker * square)
                }
                WideGradients(problem: problem, tensors: tensors, statistics: statistics).mend(group: group)
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

    /// The forward pass, which leaves P of this head in its place among the weights of all heads, and its rows of O and of the
    /// log-sum-exps.
    static func attend(
        _ head: Int, of problem: AttentionProblem, _ tensors: TensorPointers, weights: UnsafeMutablePointer<Float>
    ) {
        let shape = problem.shape
        let (d, keys, queries) = (shape.headDimension, shape.keyLength, shape.queryLength)
        let (own, ofGroup) = (head * queries * d, head / shape.groupSize * keys * d)
        let scores = weights + head * queries * keys
        let output = tensors.output.assumingMemoryBound(to: Float.self) + own
        cblas_sgemm(
            CblasRowMajor, CblasNoTrans, CblasTrans, Int32(queries), Int32(keys), Int32(d), 1,
            tensors.query.assumingMemoryBound(to: Float.self) + own, Int32(d),
            tensors.key.assumingMemoryBound(to: Float.self) + ofGroup, Int32(d), 0, scores, Int32(keys))
        for row in 0..<queries {
            let visible = problem.pairs.visibleKeys(row: row)
            let sum = softmaxRow(
                scores + row * keys, columns: keys,
                visible: VisibleColumns(sinks: 0..<visible.sinks, band: visible.band), scale: problem.scale)
            tensors.logSumExp?[head * queries + row] = Float(Double(sum.largest) + sum.logarithm)
        }
        cblas_sgemm(
            CblasRowMajor, CblasNoTrans, CblasNoTrans, Int32(queries), Int32(d), Int32(keys), 1, scores, Int32(keys),
            tensors.value.assumingMemoryBound(to: Float.self) + ofGroup, Int32(d), 0, output, Int32(d))
        for row in 0..<queries where !areFinite(output + row * d, count: d) {
            WideRow.write(row, ofHead: head, of: problem, tensors)
        }
    }

    /// - Parameters:
    ///   - weights: P [queries][keys]
    ///   - statistics: of each query
    ///   - gradients: as much memory as P has, whatever it holds
    func differentiate(
        weights: UnsafePointer<Float>, statistics: UnsafePointer<RowStatistics>,
        gradients: UnsafeMutablePointer<Float>
    ) {
        let (rows, columns, d) = (Int32(queries), Int32(keys), Int32(d))
        cblas_sgemm(
            CblasRowMajor, CblasTrans, CblasNoTrans, columns, d, rows, 1, weights, columns, outputGradient, d, earlier,
            valueGradient, d)
        cblas_sgemm(
            CblasRowMajor, CblasNoTrans, CblasTrans, rows, columns, d, 1, outputGradient, d, value, d, 0, gradients,
            columns)
        for row in 0..<queries {
            let mean = Float(statistics[row].outputDot)
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

extension WideGradients {
    /// Writes those rows of a group's gradients again in which something is not finite. float32.
    fileprivate func mend(group: Int) {
        let (shape, d) = (problem.shape, problem.shape.headDimension)
        func isFinite(_ row: Int, of gradient: UnsafeMutableRawPointer) -> Bool {
            areFinite(gradient.assumingMemoryBound(to: Float.self) + row * d, count: d)
        }
        let queries = shape.groupSize * shape.queryLength
        for row in group * queries..<(group + 1) * queries where !isFinite(row, of: tensors.queryGradient) {
            writeQuery(row)
        }
        for row in group * shape.keyLength..<(group + 1) * shape.keyLength
        where !isFinite(row, of: tensors.keyGradient) || !isFinite(row, of: tensors.valueGradient) { writeKey(row) }
    }
}
