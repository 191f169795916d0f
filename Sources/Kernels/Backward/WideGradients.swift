import Attention
import CVector
import Foundation

/// Rows of gradients in Double, each from the pairs that the mask shows and from no other.
///
/// A backward pass multiplies whole tiles. In a tile, what is not finite reaches the gradients of rows that do not see it, since
/// 0 · NaN is NaN; and a product may overflow though the gradient does not. All of these leave something in a row of gradients that
/// is not finite. So a kernel looks at each row as it writes it, and writes those rows by this in which it finds that. Where a
/// gradient is NaN or infinite by the formulas over the visible pairs, it is so here too. The cost where nothing is wrong is that
/// look; a row that is written again takes some ten times the time that its pairs take a kernel.
struct WideGradients {
    let problem: AttentionProblem
    let tensors: BackwardPointers
    /// Of each row of Q.
    let statistics: UnsafePointer<RowStatistics>

    private var shape: AttentionShape { problem.shape }
    private var layout: vector_element { problem.elementType.layout }
    private var zeros: [Double] { Array(repeating: 0, count: shape.headDimension) }

    /// Writes a row of dQ.
    ///
    /// - Parameter row: among all rows of Q.
    func writeQuery(_ row: Int) {
        let (head, query) = row.quotientAndRemainder(dividingBy: shape.queryLength)
        let visible = problem.pairs.visibleKeys(row: query)
        let firstKey = head / shape.groupSize * shape.keyLength
        var sums = zeros
        for keys in [0..<visible.sinks, visible.band] {
            for key in keys {
                let (_, scoreGradient) = pair(query: row, key: firstKey + key)
                wide_add(layout, scoreGradient, place(firstKey + key, in: tensors.key), &sums, shape.headDimension)
            }
        }
        write(sums, times: Double(problem.scale), row, to: tensors.queryGradient)
    }

    /// Writes a row of dK and the same row of dV: sums over the queries that see the key, of all heads that share it.
    ///
    /// - Parameter row: among all rows of K.
    func writeKey(_ row: Int) {
        let (group, key) = row.quotientAndRemainder(dividingBy: shape.keyLength)
        var (keySums, valueSums) = (zeros, zeros)
        for query in 0..<shape.queryLength where problem.pairs.visibleKeys(row: query).contains(key) {
            for head in group * shape.groupSize..<(group + 1) * shape.groupSize {
                let queryRow = head * shape.queryLength + query
                let (weight, scoreGradient) = pair(query: queryRow, key: row)
                wide_add(layout, scoreGradient, place(queryRow, in: tensors.query), &keySums, shape.headDimension)
                wide_add(layout, weight, place(queryRow, in: tensors.outputGradient), &valueSums, shape.headDimension)
                // All sums are NaN now, and stay so. Without this, one NaN in a key that all queries see would cost all pairs.
                if weight.isNaN { return write(keySums, and: valueSums, ofKey: row) }
            }
        }
        write(keySums, and: valueSums, ofKey: row)
    }

    /// The weight of one pair, and the gradient of its score. Rows are counted among all rows of Q and of K.
    private func pair(query: Int, key: Int) -> (weight: Double, scoreGradient: Double) {
        let statistics = statistics[query]
        if statistics.logSumExp.isNaN { return (.nan, .nan) }
        let score = wide_dot(layout, place(query, in: tensors.query), place(key, in: tensors.key), shape.headDimension)
        let weight = exp(score * Double(problem.scale) - statistics.logSumExp)
        let gradient = wide_dot(
            layout, place(query, in: tensors.outputGradient), place(key, in: tensors.value), shape.headDimension)
        return (weight, weight * (gradient - statistics.outputDot))
    }

    private func place(_ row: Int, in tensor: UnsafeRawPointer) -> UnsafeRawPointer {
        tensor + row * shape.headDimension * problem.elementType.byteCount
    }

    private func write(_ keySums: [Double], and valueSums: [Double], ofKey row: Int) {
        write(keySums, times: Double(problem.scale), row, to: tensors.keyGradient)
        write(valueSums, times: 1, row, to: tensors.valueGradient)
    }

    private func write(_ sums: [Double], times factor: Double, _ row: Int, to gradient: UnsafeMutableRawPointer) {
        for (x, sum) in sums.enumerated() {
            problem.elementType.store(sum * factor, at: row * sums.count + x, in: gradient)
        }
    }
}
