import Attention
import Foundation
import Hardware
import Kernels

extension Kernel {
    static let row = Kernel(
        "row", summary: "causal; one row of scores at a time, plain Swift", masks: .causal, elementTypes: [.float32],
        computedPairs: { $0.shape.batch * $0.shape.queryHeads * $0.pairs.allowed },
        scratchBytes: { problem, _ in problem.shape.keyLength * MemoryLayout<Float>.size },
        make: { problem, _ in RowAttention(for: problem) })
}

/// Causal attention as one would first write it: the scores of one row, their softmax, the weighted sum of the values.
/// It stands for a kernel of yours.
final class RowAttention: KernelInstance {
    private let problem: AttentionProblem
    /// Of the row in hand, [keyLength]: `run` may not allocate.
    private var weights: [Float]
    private(set) var countedPairs = 0

    init(for problem: AttentionProblem) {
        self.problem = problem
        weights = [Float](repeating: 0, count: problem.shape.keyLength)
    }

    func run(_ inputs: borrowing AttentionInputs, into output: inout Tensor) {
        let shape = problem.shape
        countedPairs = 0
        for head in 0..<shape.batch * shape.queryHeads {
            for row in 0..<shape.queryLength {
                let keyCount = problem.pairs.visibleKeys(row: row).count
                attend(head: head, row: row, keyCount: keyCount, inputs, &output)
                countedPairs += keyCount
            }
        }
    }

    private func attend(
        head: Int, row: Int, keyCount: Int, _ inputs: borrowing AttentionInputs, _ output: inout Tensor
    ) {
        let (shape, d) = (problem.shape, problem.shape.headDimension)
        let queryStart = (head * shape.queryLength + row) * d
        // Query heads of one group read the keys of one head.
        let keyStart = head / shape.groupSize * shape.keyLength * d

        inputs.query.withFloats { query in
            inputs.key.withFloats { keys in
                for key in 0..<keyCount {
                    var score: Float = 0
                    for x in 0..<d { score += query[queryStart + x] * keys[keyStart + key * d + x] }
                    weights[key] = score * problem.scale
                }
            }
        }
        let largest = weights[..<keyCount].max()!
        var sum: Float = 0
        for key in 0..<keyCount {
            weights[key] = exp(weights[key] - largest)
            sum += weights[key]
        }
        output.withMutableFloats { output in
            for x in 0..<d { output[queryStart + x] = 0 }
            inputs.value.withFloats { values in
                for key in 0..<keyCount {
                    let share = weights[key] / sum
                    for x in 0..<d { output[queryStart + x] += share * values[keyStart + key * d + x] }
                }
            }
        }
    }
}
