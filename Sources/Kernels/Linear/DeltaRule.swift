import Attention
import CVector
import Foundation

/// What the gated delta rule weights a chunk of tokens with: see `LinearAttention` for the formulas.
///
/// The weight of key j for token t is a product of the decays after j, and each row is taken from the one before it. Rejected: e to the
/// difference of sums of logarithms, which loses digits where the sums are large and their difference is small.
final class DeltaRule {
    private let problem: AttentionProblem
    /// Of tokens, each [rows].
    let strengths: UnsafeMutablePointer<Float>
    private let decays: UnsafeMutablePointer<Float>
    private let inverseLengths: UnsafeMutablePointer<Float>
    /// (γ_t / γ_j) / |k_j| [panels of keys][rows t][width]; 0 for keys after t.
    private let weights: UnsafeMutablePointer<Float>
    private let rows: Int
    private var lastRow = 0

    /// - Parameter tokens: of the longest chunk
    init(for problem: AttentionProblem, tokens: Int) {
        self.problem = problem
        rows = tokens
        weights = .allocateZeros(Self.floatCount(tokens: tokens))
        strengths = weights + Self.panels(tokens) * tokens * QueryBlock.width
        decays = strengths + tokens
        inverseLengths = decays + tokens
    }

    deinit { weights.deallocate() }

    static func byteCount(tokens: Int) -> Int { floatCount(tokens: tokens) * MemoryLayout<Float>.size }

    private static func floatCount(tokens: Int) -> Int {
        (panels(tokens) * QueryBlock.width + 3) * tokens
    }

    private static func panels(_ tokens: Int) -> Int { (tokens + QueryBlock.width - 1) / QueryBlock.width }

    /// Takes the gates and the lengths of the keys of a chunk; `group` counts key/value heads over batches.
    func read(_ chunk: LinearChunk, ofGroup group: Int, _ tensors: TensorPointers) {
        let gates = TokenGates(tensors, problem.elementType)
        let (first, d) = (group * problem.shape.keyLength + chunk.keys.lowerBound, problem.shape.headDimension)
        var sinceStart: Float = 1
        for row in 0..<chunk.keys.count {
            let decay = gates.decay(first + row)
            sinceStart *= decay
            decays[row] = sinceStart
            strengths[row] = gates.strength(first + row)
            inverseLengths[row] = Self.inverseLength(
                tensors.key + (first + row) * d * problem.elementType.byteCount, of: problem)
            weighRow(row, decay: decay)
        }
        lastRow = chunk.keys.count - 1
    }

    private func weighRow(_ row: Int, decay: Float) {
        let width = QueryBlock.width
        for panel in 0...row / width {
            let own = weights(row: row, panel: panel)
            if row == panel * width {
                own.update(repeating: 0, count: width)
            } else {
                let before = weights(row: row - 1, panel: panel)
                for lane in stride(from: 0, to: width, by: Lanes.lanes) {
                    store(load(before, lane) * broadcast(decay), own, lane)
                }
            }
        }
        weights(row: row, panel: row / width)[row % width] = inverseLengths[row]
    }

    private func weights(row: Int, panel: Int) -> UnsafeMutablePointer<Float> {
        weights + (panel * rows + row) * QueryBlock.width
    }

    /// 1 / |x| of a query or a key. In Double: the square of an element may be too large for float32.
    static func inverseLength(_ elements: UnsafeRawPointer, of problem: AttentionProblem) -> Float {
        let square = wide_dot(problem.elementType.layout, elements, elements, problem.shape.headDimension)
        return Float(1 / (square + Weighting.leastSquaredLength).squareRoot())
    }

    /// γ: what is left, after a token, of the state before the chunk.
    func decay(_ row: Int) -> Float { decays[row] }

    var decayOfChunk: Float { decays[lastRow] }

    /// What is left of a token's key and value after the chunk.
    func remainder(_ row: Int) -> Float {
        weights(row: lastRow, panel: row / QueryBlock.width)[row % QueryBlock.width]
    }

    /// How much of k · S is not written again.
    func heldFactor(_ row: Int) -> Float { strengths[row] * decays[row] * inverseLengths[row] }

    /// Products of queries with the keys of a panel become P.
    func weigh(_ scores: UnsafeMutablePointer<Float>, row: Int, panel: Int) {
        multiply(scores, by: 1, row: row, panel: panel)
    }

    /// Products of a key with the keys of a panel become −L.
    func weighKeys(_ scores: UnsafeMutablePointer<Float>, row: Int, panel: Int) {
        multiply(scores, by: -strengths[row] * inverseLengths[row], row: row, panel: panel)
    }

    private func multiply(_ scores: UnsafeMutablePointer<Float>, by factor: Float, row: Int, panel: Int) {
        let own = weights(row: row, panel: panel)
        for lane in stride(from: 0, to: QueryBlock.width, by: Lanes.lanes) {
            store(load(scores, lane) * (load(own, lane) * broadcast(factor)), scores, lane)
        }
    }
}

/// The gates of tokens, in their order over batches and key/value heads.
struct TokenGates {
    private let logDecay: UnsafeRawPointer
    private let writingStrength: UnsafeRawPointer
    private let elementType: ElementType

    /// - Precondition: the tensors have gates.
    init(_ tensors: TensorPointers, _ elementType: ElementType) {
        guard let gates = tensors.gates else { preconditionFailure("a call whose state has gates is given them") }
        (logDecay, writingStrength, self.elementType) = (gates.logDecay, gates.writingStrength, elementType)
    }

    /// α
    func decay(_ token: Int) -> Float { Float(wideDecay(token)) }

    func wideDecay(_ token: Int) -> Double { exp(Double(elementType.element(token, of: logDecay))) }

    /// β
    func strength(_ token: Int) -> Float { elementType.element(token, of: writingStrength) }
}
