import Attention
import Foundation

/// How far a kernel's output is from the Double reference, and how far it may be.
///
/// The bound is not the kernel's author's choice: at most twice the error of the naive loops in the same element type
/// on the same rows (the criterion of flash-attention's tests), plus what no kernel can avoid: a few units in the last
/// place of the output, and one rounding of the score, which moves a weight by score · 2⁻²⁴ of itself; some more where scores are not plain. (With scores of
/// ±10⁴ that last term decides, and the naive loops may be lucky in it.) Where the reference is finite the kernel has to
/// be; where it is infinite, the kernel has to be infinite with the same sign; where it is NaN, NaN.
public struct Accuracy: Hashable, Sendable {
    /// Largest absolute difference; infinite where one of the two is not finite and the other is not the same.
    public let maximumError: Double
    public let bound: Double
    /// Where the largest difference is.
    public let worst: OutputRow
    /// Of which gradient that row is; nil where the output is no gradient.
    public let gradient: String?

    public var isAccepted: Bool { maximumError <= bound }

    /// "4.7e-02 where 1.2e-06 is allowed, in row 7 of head 3": two digits, since the difference is of no use beyond its size.
    public var excess: String {
        String(format: "%.1e where %.1e is allowed", maximumError, bound)
            + ", in row \(worst.row) of head \(worst.head)" + (gradient.map { " of the gradient of the \($0)" } ?? "")
    }

    /// Of the kernels of this program.
    public static let ownTolerance = 2.0

    /// One row of the output; `head` counts over batches.
    public struct OutputRow: Hashable, Sendable, Codable {
        public let head: Int
        public let row: Int

        public init(head: Int, row: Int) {
            self.head = head
            self.row = row
        }
    }

    /// Compares some rows of an output.
    /// - Parameter rows: not empty.
    public init(
        of output: borrowing Tensor, for problem: AttentionProblem, _ inputs: borrowing AttentionInputs,
        rows: [OutputRow]
    ) {
        self = ExpectedRows(for: problem, inputs, rows).accuracy(of: output)
    }

    init(maximumError: Double, bound: Double, worst: OutputRow, gradient: String? = nil) {
        (self.maximumError, self.bound, self.worst, self.gradient) = (maximumError, bound, worst, gradient)
    }

    /// How much of its bound the error takes; more than 1 where it is not accepted.
    var share: Double { maximumError == 0 ? 0 : maximumError / bound }

    /// Every row of every head.
    public static func allRows(of problem: AttentionProblem) -> [OutputRow] {
        (0..<problem.shape.batch * problem.shape.queryHeads).flatMap { head in
            (0..<problem.shape.queryLength).map { OutputRow(head: head, row: $0) }
        }
    }

    /// Of a sample of rows: the pairs that it may cost to check them, and how many rows are enough.
    public static let pairBudget = 1 << 20
    public static let mostRows = 64

    /// Rows worth checking when all are too many: the ends, the middle, and seeded random ones, for as long as the
    /// reference's pairs stay within `pairBudget` (the first and the last row always).
    public static func sampledRows(
        of problem: AttentionProblem, pairBudget: Int = pairBudget, atMost count: Int = mostRows, seed: UInt64
    ) -> [OutputRow] {
        let shape = problem.shape
        let heads = shape.batch * shape.queryHeads
        // To restore rows of a quantised cache costs some ten times what a pair does.
        let pairBudget = problem.cacheFormat.areQuantised ? pairBudget / 8 : pairBudget
        guard heads * problem.pairs.allowed > pairBudget || heads * shape.queryLength > count else {
            return allRows(of: problem)
        }
        var generator = SplitMix64(seed: seed)
        var rows = [
            OutputRow(head: 0, row: 0), OutputRow(head: heads - 1, row: shape.queryLength - 1),
            OutputRow(head: heads / 2, row: shape.queryLength / 2),
        ]
        while rows.count < count {
            rows.append(
                OutputRow(
                    head: Int.random(in: 0..<heads, using: &generator),
                    row: Int.random(in: 0..<shape.queryLength, using: &generator)))
        }
        var seen: Set<OutputRow> = []
        rows.removeAll { !seen.insert($0).inserted }
        var pairs = 0
        let affordable = rows.prefix { place in
            pairs += problem.pairs.visibleKeys(row: place.row).count
            return pairs <= pairBudget
        }
        return affordable.count >= 2 ? Array(affordable) : Array(rows.prefix(2))
    }
}

extension ScoreForm {
    /// Roundings of a score, each as large as half a unit in its last place. tanh adds its own error of 3 units, and a sink logit is brought
    /// to the scale of the products that it is compared with.
    fileprivate var roundingsOfScore: Double { 1 + (softCap == nil ? 0 : 6) + (hasSinkLogits ? 1 : 0) }
}

/// What some rows of an output have to be. Computed once, for all outputs that are held against it: it takes far longer
/// than a kernel does.
public struct ExpectedRows: Sendable {
    public let rows: [Accuracy.OutputRow]
    private let queryLength: Int
    private let exact: [[Double]]
    private let bound: Double

    /// - Parameters:
    ///   - rows: not empty.
    ///   - tolerance: times the naive loops' error.
    public init(
        for problem: AttentionProblem, _ inputs: borrowing AttentionInputs, _ rows: [Accuracy.OutputRow],
        tolerance: Double = Accuracy.ownTolerance
    ) {
        self.init(reading: inputs, of: problem, rows, tolerance: tolerance)
    }

    /// The same rows as those of tensors of this seed; a block of keys is drawn where it is read.
    public init(
        for problem: AttentionProblem, _ inputs: DrawnInputs, _ rows: [Accuracy.OutputRow],
        tolerance: Double = Accuracy.ownTolerance
    ) {
        self.init(reading: inputs, of: problem, rows, tolerance: tolerance)
    }

    /// Not public: other modules would call it without the types of its parameters, which is far slower.
    private init<Inputs: InputElements & ~Copyable>(
        reading inputs: borrowing Inputs, of problem: AttentionProblem, _ rows: [Accuracy.OutputRow], tolerance: Double
    ) {
        var (naiveError, largestOutput, largestScore) = (0.0, 0.0, 0.0)
        var exact: [[Double]] = []
        let storing = ReferenceAttention.Arithmetic<Float>.storing(problem.elementType)
        for place in rows {
            let reference = ReferenceAttention.row(
                place, of: problem, inputs, ReferenceAttention.Arithmetic<Double>.exact)
            let naive = ReferenceAttention.row(place, of: problem, inputs, storing)
            largestScore = max(largestScore, reference.largestScore)
            let elements = reference.output.map { Self.stored($0, as: problem.elementType) }
            for (element, naive) in zip(elements, naive.output) where element.isFinite {
                largestOutput = max(largestOutput, abs(element))
                if naive.isFinite { naiveError = max(naiveError, abs(Double(naive) - element)) }
            }
            exact.append(elements)
        }
        // Without softmax a score that is rounded moves its weight by that rounding, whatever its size.
        let moved = problem.weighting == .softmax ? largestScore * problem.scoreForm.roundingsOfScore : 1
        let roundings = 4 * problem.elementType.epsilon + moved * Double(Float.ulpOfOne) / 2
        bound = tolerance * naiveError + roundings * largestOutput
        (self.rows, self.exact) = (rows, exact)
        queryLength = problem.shape.queryLength
    }

    /// What the element type is too small for is infinite there. A mean of values is never that, but a sum of them may be.
    static func stored(_ element: Double, as type: ElementType) -> Double {
        let rounded = type.rounded(Float(element))
        return rounded.isInfinite ? Double(rounded) : element
    }

    /// - Parameter output: of the problem and the inputs that these rows are for.
    public func accuracy(of output: borrowing Tensor) -> Accuracy {
        accuracy(in: output) { (rows[$0].head * queryLength + rows[$0].row) * exact[$0].count }
    }

    /// - Parameter output: these rows alone, in their order [rows][headDimension].
    public func accuracy(ofRows output: borrowing Tensor) -> Accuracy {
        accuracy(in: output) { $0 * exact[$0].count }
    }

    /// - Parameter start: of the elements of a row, by its place among the rows.
    private func accuracy(in elements: borrowing Tensor, from start: (Int) -> Int) -> Accuracy {
        var largestError = 0.0
        var worst = rows[0]
        for (index, exact) in exact.enumerated() {
            let start = start(index)
            for (x, element) in exact.enumerated() {
                let error = Self.difference(Double(elements[start + x]), from: element)
                if error > largestError { (largestError, worst) = (error, rows[index]) }
            }
        }
        return Accuracy(maximumError: largestError, bound: bound, worst: worst)
    }

    static func difference(_ value: Double, from reference: Double) -> Double {
        if value.isFinite && reference.isFinite { return abs(value - reference) }
        return value == reference || value.isNaN && reference.isNaN ? 0 : .infinity
    }
}
