import Attention
import Foundation

/// The oracle: the formula in Double, three loops, nothing clever. Every other kernel is held to it. Without softmax, scores are
/// the weights, and a row is the IEEE result of that formula. The form of scores (`ScoreForm`) comes before softmax: a cap makes every
/// score finite that is not NaN, and a sink logit is one more term of the sum, so that a row whose scores are all −inf is 0.
///
/// Non-finite input, here and in every kernel: a row is the IEEE result of the formula over the keys that it sees.
/// A NaN or +inf score makes the whole row NaN; a −inf score has weight 0; a row whose scores are all −inf is NaN.
/// Non-finite values at keys that a row does not see never reach it.
///
/// Since it is only a reference and its speed does not matter, it allocates in `run`, again for each row.
public final class ReferenceAttention: KernelInstance {
    private let problem: AttentionProblem
    public private(set) var countedPairs = 0

    public init(for problem: AttentionProblem) { self.problem = problem }

    public static func computedPairs(for problem: AttentionProblem) -> Int {
        problem.shape.batch * problem.shape.queryHeads * problem.pairs.allowed
    }

    public static func scratchBytes(for problem: AttentionProblem, threads: Int) -> Int {
        // Of the row that sees most: scores and weights and the output as Double, and one block of keys or values.
        let (keys, d) = (problem.mostVisibleKeys, problem.shape.headDimension)
        return min(keys, blockRows) * d * MemoryLayout<Float>.size + (2 * keys + d)
            * MemoryLayout<Double>.size
    }

    public func run(_ inputs: borrowing AttentionInputs, into output: inout Tensor) {
        let shape = problem.shape
        countedPairs = 0
        for head in 0..<shape.batch * shape.queryHeads {
            for row in 0..<shape.queryLength {
                let result = Self.row(row, ofHead: head, of: problem, inputs)
                countedPairs += problem.pairs.visibleKeys(row: row).count
                let start = (head * shape.queryLength + row) * result.count
                for (x, element) in result.enumerated() { output[start + x] = Float(element) }
            }
        }
    }

    /// Rows that are copied at a time: all of them at once would take as much memory as the problem.
    static let blockRows = 4096

    /// One output row, from the elements as they are stored. `head` counts over batches: batch · queryHeads + head.
    public static func row(
        _ row: Int, ofHead head: Int, of problem: AttentionProblem, _ inputs: borrowing AttentionInputs
    ) -> [Double] {
        self.row(.init(head: head, row: row), of: problem, inputs, Arithmetic<Double>.exact).output
    }

    /// The log-sum-exp of one row of scores: −∞ where all of them are −∞.
    public static func logSumExp(
        ofRow row: Int, head: Int, of problem: AttentionProblem, _ inputs: borrowing AttentionInputs
    ) -> Double {
        softmaxRow(.init(head: head, row: row), of: problem, inputs).logSumExp
    }

    /// An output row, and the log-sum-exp of its scores.
    public struct SoftmaxRow: Sendable {
        public let output: [Double]
        public let logSumExp: Double
    }

    public static func softmaxRow(
        _ place: Accuracy.OutputRow, of problem: AttentionProblem, _ inputs: borrowing AttentionInputs
    ) -> SoftmaxRow {
        let row = self.row(place, of: problem, inputs, Arithmetic<Double>.exact)
        return SoftmaxRow(
            output: row.output, logSumExp: row.largest == -.infinity ? row.largest : row.largest + log(row.sum))
    }

    struct Row<Real: BinaryFloatingPoint> {
        var output: [Real]
        /// The largest score, or the sink logit: NaN where any is.
        let largest: Real
        /// Of e^(score − largest); 1 without softmax.
        let sum: Real
        /// Largest absolute value of the finite scores, scaled and capped, without their distances, and of the sink logit. A key that is
        /// far away has a low score and no weight.
        let largestScore: Real
    }

    /// How a row is computed.
    struct Arithmetic<Real: BinaryFloatingPoint> {
        let exponential: (Real) -> Real
        let tanh: (Real) -> Real
        /// To the element type, where a kernel that stores it would: weights and outputs.
        let rounded: (Real) -> Real
    }

    /// One output row in any precision: in Float it is the naive kernel, whose error is the measure of all others'.
    static func row<Real: BinaryFloatingPoint, Inputs: InputElements & ~Copyable>(
        _ place: Accuracy.OutputRow, of problem: AttentionProblem, _ inputs: borrowing Inputs,
        _ arithmetic: Arithmetic<Real>
    ) -> Row<Real> {
        if problem.weighting == .gatedDelta { return ReferenceDeltaRow(problem, arithmetic).row(place, inputs) }
        let (head, row) = (place.head, place.row)
        let (exponential, rounded) = (arithmetic.exponential, arithmetic.rounded)
        let shape = problem.shape
        let d = shape.headDimension
        let visible = problem.pairs.visibleKeys(row: row)
        let queryStart = (head * shape.queryLength + row) * d
        let keyStart = head / shape.groupSize * shape.keyLength
        let keys = ReferenceSelection.keys(of: place, problem, inputs)
        let stored = StoredRows(problem, keys, from: keyStart)
        var query = inputs.elements(queryStart..<queryStart + d, of: .query).map(Real.init)
        if problem.positions == .cacheRelativeRotary {
            query = Rotary.turned(query, position: visible.count - 1)
        }
        let form = RowScores(of: place, problem)
        var scores: [Real] = []
        scores.reserveCapacity(visible.count)
        stored.forEachKey(inputs) { key in
            var dot: Real = 0
            switch problem.positions {
            case .none:
                for (x, element) in key.enumerated() { dot += query[x] * Real(element) }
            case .cacheRelativeRotary:
                let turned = Rotary.turned(key.map(Real.init), position: scores.count)
                for x in 0..<d { dot += query[x] * turned[x] }
            }
            scores.append(form.capped(dot * Real(problem.scale), by: arithmetic.tanh))
        }
        let sinkLogit = Self.sinkLogit(of: head, problem, inputs).map { Real($0) } ?? -.infinity
        let ofKeys = scores.lazy.filter(\.isFinite).map { abs($0) }.max() ?? 0
        let largestScore = sinkLogit.isFinite ? max(ofKeys, abs(sinkLogit)) : ofKeys
        if problem.scoreForm.hasALiBi {
            for (place, key) in keys.joined().enumerated() { scores[place] -= form.penalty(ofKey: key) }
        }
        let isNaN = sinkLogit.isNaN || scores.contains { $0.isNaN }
        let largest = isNaN ? .nan : max(scores.max()!, sinkLogit)
        let isSoftmax = problem.weighting == .softmax
        let weights = isSoftmax ? scores.map { exponential($0 - largest) } : scores
        let ofSink = problem.scoreForm.hasSinkLogits ? exponential(sinkLogit - largest) : 0
        let sum = isSoftmax ? weights.reduce(ofSink, +) : 1
        var output = [Real](repeating: 0, count: problem.valueDimension)
        var place = 0
        stored.forEachValue(inputs) { value in
            let share = rounded(weights[place] / sum)
            for (x, element) in value.enumerated() { output[x] += share * Real(element) }
            place += 1
        }
        return Row(output: output.map(rounded), largest: largest, sum: sum, largestScore: largestScore)
    }

    /// Nil where heads have none.
    private static func sinkLogit<Inputs: InputElements & ~Copyable>(
        of head: Int, _ problem: AttentionProblem, _ inputs: borrowing Inputs
    ) -> Float? {
        guard problem.scoreForm.hasSinkLogits else { return nil }
        let head = head % problem.shape.queryHeads
        return inputs.elements(head..<head + 1, of: .sinkLogits)[0]
    }
}

extension ReferenceAttention.Arithmetic<Double> {
    static var exact: Self { Self(exponential: { exp($0) }, tanh: { Foundation.tanh($0) }, rounded: { $0 }) }
}

extension ReferenceAttention.Arithmetic<Float> {
    /// Of plain loops that store what they compute in this type.
    static func storing(_ type: ElementType) -> Self {
        Self(exponential: { Foundation.exp($0) }, tanh: { Foundation.tanh($0) }, rounded: type.rounded)
    }
}

extension Kernel {
    public static let reference = Kernel(
        "reference", summary: "three loops in Double, any mask; all other kernels are compared with it", masks: .any,
        scoreOptions: Set(ScoreOption.allCases), computedPairs: ReferenceAttention.computedPairs,
        scratchBytes: ReferenceAttention.scratchBytes,
        make: { problem, _ in ReferenceAttention(for: problem) })
}

/// The keys and values that one row sees, in order, as the problem's cache gives them back.
private struct StoredRows {
    private let ranges: [Range<Int>]
    private let d: Int
    private let latent: LatentValues?
    /// Nil where rows are used as they come.
    private let keys: CacheFormat?
    private let values: CacheFormat?

    init(_ problem: AttentionProblem, _ visible: [Range<Int>], from start: Int) {
        ranges = visible.map { start + $0.lowerBound..<start + $0.upperBound }
        d = problem.shape.headDimension
        latent = problem.latent
        let own = CacheFormat(problem.elementType)
        keys = problem.cacheFormat.key == own ? nil : problem.cacheFormat.key
        values = problem.cacheFormat.value == own ? nil : problem.cacheFormat.value
    }

    func forEachKey<Inputs: InputElements & ~Copyable>(
        _ inputs: borrowing Inputs, _ body: (ArraySlice<Float>) -> Void
    ) {
        forEachRow(inputs, .key, restored: keys.map { format in { format.restoredKeys($0, headDimension: d) } }, body)
    }

    func forEachValue<Inputs: InputElements & ~Copyable>(
        _ inputs: borrowing Inputs, _ body: (ArraySlice<Float>) -> Void
    ) {
        if let latent { return forEachKey(inputs) { body($0.prefix(latent.dimension)) } }
        forEachRow(
            inputs, .value, restored: values.map { format in { format.restoredValues($0, headDimension: d) } }, body)
    }

    private func forEachRow<Inputs: InputElements & ~Copyable>(
        _ inputs: borrowing Inputs, _ tensor: InputTensor, restored: (([Float]) -> [Float])?,
        _ body: (ArraySlice<Float>) -> Void
    ) {
        func visit(_ rows: [Float]) {
            for start in stride(from: 0, to: rows.count, by: d) { body(rows[start..<start + d]) }
        }
        if let restored {
            // Blocks of a cache may span any rows: these are taken whole.
            var rows: [Float] = []
            for range in ranges { rows += inputs.elements(range.lowerBound * d..<range.upperBound * d, of: tensor) }
            visit(restored(rows))
            return
        }
        for range in ranges {
            for start in stride(from: range.lowerBound, to: range.upperBound, by: ReferenceAttention.blockRows) {
                let rows = start..<min(start + ReferenceAttention.blockRows, range.upperBound)
                visit(inputs.elements(rows.lowerBound * d..<rows.upperBound * d, of: tensor))
            }
        }
    }
}
