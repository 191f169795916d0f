import Attention
import Foundation

/// Outputs over parts of the keys, merged into the output over all of them. A part's rows count by their shares of all weights:
/// with the log-sum-exp Lᵢ of each part, O = Σ e^(Lᵢ − L) Oᵢ and L = ln Σ e^Lᵢ.
///
/// Sums are float32 whatever the outputs are, and in the order in which parts are added.
struct MergedOutputs {
    private let d: Int
    /// [rows][d]
    private var outputs: [Float]
    /// [rows]
    private var logSumExps: [Float]

    init(rows: Int, headDimension: Int) {
        d = headDimension
        outputs = Array(repeating: 0, count: rows * headDimension)
        logSumExps = Array(repeating: -.infinity, count: rows)
    }

    mutating func removeAll() {
        for index in outputs.indices { outputs[index] = 0 }
        for row in logSumExps.indices { logSumExps[row] = -.infinity }
    }

    /// Adds what some keys came to. A row whose scores are all −∞ there has no weight, whatever its output holds.
    mutating func add(_ part: borrowing Tensor, logSumExps partSums: borrowing Tensor) {
        withUnsafeTemporaryAllocation(of: Float.self, capacity: d) { elements in
            for row in logSumExps.indices {
                part.copy(row * d, into: elements, count: d)
                add(UnsafeBufferPointer(elements), to: row, logSumExp: partSums[row])
            }
        }
    }

    mutating func add(_ elements: UnsafeBufferPointer<Float>, to row: Int, logSumExp: Float) {
        if logSumExp == -.infinity { return }
        let largest = max(logSumExps[row], logSumExp)
        let (before, added) = (exp(logSumExps[row] - largest), exp(logSumExp - largest))
        let sum = before + added
        let (kept, share) = (before / sum, added / sum)
        outputs.withUnsafeMutableBufferPointer { outputs in
            let target = outputs.baseAddress! + row * d
            for x in 0..<d { target[x] = target[x] * kept + elements[x] * share }
        }
        logSumExps[row] = largest + log(sum)
    }

    /// A row that no key gave a weight is not a number.
    mutating func write(into output: inout Tensor) {
        for (row, logSumExp) in logSumExps.enumerated() where logSumExp == -.infinity {
            for x in 0..<d { outputs[row * d + x] = .nan }
        }
        outputs.withUnsafeBufferPointer { output.replaceElements(with: $0) }
    }
}
