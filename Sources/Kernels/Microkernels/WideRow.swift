import Attention
import CVector
import Foundation

/// One row of attention in Double: where float32 is too narrow on the way to an answer that it can hold.
///
/// A kernel adds up weights times values and divides at the end, so that a sum may overflow though its mean does not
/// (ten values of 10³⁸); the product of a query and a key may overflow though the softmax of such scores is plain; and a
/// non-finite value in a tile reaches the rows that do not see its key, since 0 · inf is NaN. All of these leave an
/// output that is not finite, or a sum of weights that is 0. So a kernel looks at its outputs once, at the end, and
/// writes the rows again in which it finds that: what it costs where nothing is wrong is that look. Where an answer is
/// NaN or infinite, it is so here too, and such rows are slow: some ten times the time of a kernel.
///
/// Rejected: values scaled down by a power of two, which would lose small ones beside large ones and still leave the
/// scores; weights divided by their sum early, which takes a pass over the scores before the values are read.
struct WideRow {
    /// Scaled.
    private(set) var largestScore = -Double.greatestFiniteMagnitude
    /// Of weights e^(score − largestScore).
    private(set) var sum = 0.0
    private var outputs: [Double]

    init(elements count: Int) { outputs = Array(repeating: 0, count: count) }

    /// A row of the output from the keys in these ranges; `place.head` counts over batches.
    init(
        _ place: Accuracy.OutputRow, over ranges: [Range<Int>], of problem: AttentionProblem,
        _ tensors: some AttendedTensors
    ) {
        let (shape, type) = (problem.shape, problem.elementType)
        let rowBytes = shape.headDimension * type.byteCount
        let query = tensors.query + (place.head * shape.queryLength + place.row) * rowBytes
        let firstKey = place.head / shape.groupSize * shape.keyLength
        let scores = RowScores(of: place, problem)
        self.init(elements: shape.headDimension)
        if let sinkLogits = tensors.sinkLogits { add(sinkLogit: Double(sinkLogits[place.head % shape.queryHeads])) }
        for keys in ranges {
            for key in keys {
                let offset = (firstKey + key) * rowBytes
                let dot = wide_dot(type.layout, query, tensors.key + offset, shape.headDimension)
                let capped = scores.capped(dot * Double(problem.scale)) { tanh($0) }
                let (score, value) = (capped - scores.penalty(ofKey: key), tensors.value + offset)
                switch problem.weighting {
                case .softmax: add(score: score, value: value, type.layout)
                case .linear, .gatedDelta: add(weight: score, value: value, type.layout)
                }
            }
        }
    }

    /// Adds a key that has this score, scaled, and this value.
    mutating func add(score: Double, value: UnsafeRawPointer, _ element: vector_element) {
        raiseLargest(to: score)
        let weight = exp(score - largestScore)
        sum += weight
        outputs.withUnsafeMutableBufferPointer { wide_add(element, weight, value, $0.baseAddress, $0.count) }
    }

    /// Adds a key that has this score and no value.
    mutating func add(sinkLogit: Double) {
        raiseLargest(to: sinkLogit)
        sum += exp(sinkLogit - largestScore)
    }

    private mutating func raiseLargest(to score: Double) {
        guard score > largestScore else { return }
        let shrink = exp(largestScore - score)
        sum *= shrink
        for x in outputs.indices { outputs[x] *= shrink }
        largestScore = score
    }

    /// Adds a key whose weight is its score.
    mutating func add(weight: Double, value: UnsafeRawPointer, _ element: vector_element) {
        outputs.withUnsafeMutableBufferPointer { wide_add(element, weight, value, $0.baseAddress, $0.count) }
    }

    /// −∞ where all scores are −∞.
    var logSumExp: Double { sum == 0 ? -.infinity : largestScore + log(sum) }

    /// The row's output with softmax.
    var mean: [Double] { outputs.map { $0 / sum } }

    /// The same of a part of the row's keys. Without a finite score it has no mean, and weights of 0: what is left is 0, or NaN in the
    /// elements of which a value is not finite.
    var meanOfPart: [Double] { sum == 0 ? outputs : mean }

    /// Writes a row of the output, and its log-sum-exp where that is asked for, all of it from the tensors. `head` counts over batches.
    static func write(_ row: Int, ofHead head: Int, of problem: AttentionProblem, _ tensors: TensorPointers) {
        if problem.weighting == .gatedDelta {
            return WideDeltaRow(row: row, head: head, of: problem, tensors).write(tensors)
        }
        let visible = problem.pairs.visibleKeys(row: row)
        write(
            Accuracy.OutputRow(head: head, row: row), over: [0..<visible.sinks, visible.band], of: problem, tensors)
    }

    /// The same over keys that the caller names.
    static func write(
        _ place: Accuracy.OutputRow, over ranges: [Range<Int>], of problem: AttentionProblem, _ tensors: TensorPointers
    ) {
        let wide = WideRow(place, over: ranges, of: problem, tensors)
        let start = place.head * problem.shape.queryLength + place.row
        for (x, element) in (problem.weighting == .softmax ? wide.mean : wide.outputs).enumerated() {
            problem.elementType.store(element, at: start * problem.shape.headDimension + x, in: tensors.output)
        }
        if let logSumExp = tensors.logSumExp { logSumExp[start] = Float(wide.logSumExp) }
    }
}

/// Where the rows lie that a row of the output is computed from.
protocol AttendedTensors {
    var query: UnsafeRawPointer { get }
    var key: UnsafeRawPointer { get }
    var value: UnsafeRawPointer { get }
    /// [queryHeads]; nil where heads have none.
    var sinkLogits: UnsafePointer<Float>? { get }
}

extension ElementType {
    var layout: vector_element {
        switch self {
        case .float32: vector_element_float32
        case .bfloat16: vector_element_bfloat16
        case .float16: vector_element_float16
        }
    }

    func store(_ element: Double, at index: Int, in bytes: UnsafeMutableRawPointer) {
        switch self {
        case .float32: bytes.storeBytes(of: Float(element), toByteOffset: index * 4, as: Float.self)
        case .bfloat16: bytes.storeBytes(of: BFloat16(Float(element)), toByteOffset: index * 2, as: BFloat16.self)
        case .float16: bytes.storeBytes(of: Float16(element), toByteOffset: index * 2, as: Float16.self)
        }
    }
}
