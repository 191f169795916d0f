import Attention
import CVector

/// A block of queries as a tile of keys meets it: its queries and the gradients of its outputs, both ways round, and for each
/// lane the two numbers that the forward pass leaves behind.
final class BackwardBlock<Rows: ElementRows> {
    /// Qᵀ and dOᵀ [d][width]
    let queries: UnsafeMutablePointer<Float>
    let outputGradients: UnsafeMutablePointer<Float>
    /// Q and dO, a row for each lane
    let queryRows: ColumnPanels
    let outputGradientRows: ColumnPanels
    private(set) var bounds: LaneBounds
    private(set) var lanes: BlockLanes
    /// [width]
    private let logSumExp: UnsafeMutablePointer<Float>
    /// Σ dO · O of each lane [width]
    private let outputDots: UnsafeMutablePointer<Float>
    private let problem: AttentionProblem

    private static func columns(_ d: Int) -> Int { (d + Lanes.lanes) * QueryBlock.width }

    private static func panels(_ d: Int) -> Int { ColumnPanels.floatCount(rows: QueryBlock.width, d: d) }

    static func floatCount(_ problem: AttentionProblem) -> Int {
        let d = problem.shape.headDimension
        return 2 * columns(d) + 2 * panels(d) + LaneBounds.wordCount + 2 * QueryBlock.width
    }

    init(_ problem: AttentionProblem, storage: UnsafeMutablePointer<Float>) {
        let d = problem.shape.headDimension
        self.problem = problem
        queries = storage
        outputGradients = queries + Self.columns(d)
        queryRows = ColumnPanels(floats: outputGradients + Self.columns(d), rows: QueryBlock.width, d: d)
        outputGradientRows = ColumnPanels(floats: queryRows.floats + Self.panels(d), rows: QueryBlock.width, d: d)
        bounds = LaneBounds(storage: outputGradientRows.floats + Self.panels(d))
        logSumExp = outputGradientRows.floats + Self.panels(d) + LaneBounds.wordCount
        outputDots = logSumExp + QueryBlock.width
        lanes = BlockLanes(block: 0, group: 0, shape: problem.shape)
    }

    func take(_ block: Int, group: Int, of call: BackwardCall) {
        let tensors = call.tensors
        lanes = BlockLanes(block: block, group: group, shape: problem.shape)
        lanes.loadQueries(tensors.query, Rows.layout, into: queries)
        lanes.loadQueries(tensors.outputGradient, Rows.layout, into: outputGradients)
        let rowBytes = problem.shape.headDimension * Rows.layout.byteCount
        for lane in 0..<QueryBlock.width {
            let row = lanes.rowIndex(lane)
            if lanes.taken.contains(lane) {
                queryRows.take(Rows.self, tensors.query + row * rowBytes, row: lane)
                outputGradientRows.take(Rows.self, tensors.outputGradient + row * rowBytes, row: lane)
            }
            logSumExp[lane] = call.statistics[row].narrowLogSumExp
            outputDots[lane] = Float(call.statistics[row].outputDot)
        }
    }

    func setBounds(_ range: (VisibleKeys) -> Range<Int>) { bounds.set(lanes, problem.pairs, range) }

    /// Turns scores into weights where they lie [count][width]: e^(scale · score − logSumExp), which is what the forward pass
    /// divided at its end. The difference comes before the factor log2(e), so that only the log-sum-exp itself is rounded.
    @inline(__always)
    func weigh<Form: ExponentialForm>(_: Form.Type, _ scores: UnsafeMutablePointer<Float>, count: Int) {
        let second = Lanes.lanes
        let (left, right) = (-load(logSumExp, 0), -load(logSumExp, second))
        let (scale, base) = (broadcast(problem.scale), broadcast(log2E))
        var score = scores
        for _ in 0..<count {
            store(Form.exp2(vector_fma(load(score, 0), scale, left) * base), score, 0)
            store(Form.exp2(vector_fma(load(score, second), scale, right) * base), score, second)
            score += QueryBlock.width
        }
    }

    /// Turns the gradients of weights into those of scores before scaling, where they lie [count][width]: each weight times
    /// what its gradient has more than the mean.
    @inline(__always)
    func differentiate(_ gradients: UnsafeMutablePointer<Float>, weights: UnsafePointer<Float>, count: Int) {
        let second = Lanes.lanes
        let (left, right) = (load(outputDots, 0), load(outputDots, second))
        var (gradient, weight) = (gradients, weights)
        for _ in 0..<count {
            store((load(gradient, 0) - left) * load(weight, 0), gradient, 0)
            store((load(gradient, second) - right) * load(weight, second), gradient, second)
            gradient += QueryBlock.width
            weight += QueryBlock.width
        }
    }

    /// Writes the gradients of the queries from sums [d][width], by way of the block's own columns.
    func writeQueryGradients(_ sums: UnsafePointer<Float>, block: Int, group: Int, of call: BackwardCall) {
        let d = problem.shape.headDimension
        lanes = BlockLanes(block: block, group: group, shape: problem.shape)
        let rows = queryRows
        for half in [0, Lanes.lanes] {
            for x in stride(from: 0, to: d, by: Lanes.lanes) {
                rows.takeColumns(sums + x * QueryBlock.width + half, firstColumn: x, firstRow: half)
            }
        }
        for lane in lanes.taken {
            let row = lanes.rowIndex(lane)
            guard rows.isFinite(row: lane) else {
                call.wide.writeQuery(row)
                continue
            }
            rows.write(
                Rows.self, row: lane, times: problem.scale,
                to: call.tensors.queryGradient + row * d * Rows.layout.byteCount)
        }
    }
}
