import CVector
import Foundation

/// The columns of a row of scores that count: some at its beginning, and a band.
struct VisibleColumns {
    let sinks: Range<Int>
    let band: Range<Int>
}

/// What softmax divides by, of one row of scores that are scaled already.
struct RowSum {
    let largest: Float
    /// Of e^(score − largest).
    let sum: Float

    /// In Double, so that what it is added to is rounded once.
    var logarithm: Double { log(Double(sum)) }
}

/// Softmax over one row of scores that lie in memory, keys in the lanes: what follows a matrix product.
///
/// The subtraction comes before the factor, as in OnlineSoftmax. Only the visible columns are read; the others become 0,
/// whatever they held.
/// - Parameter row: `columns` scores before scaling; weights afterwards, which sum to 1
@inline(__always)
@discardableResult
func softmaxRow(
    _ row: UnsafeMutablePointer<Float>, columns: Int, visible: VisibleColumns, scale: Float
) -> RowSum {
    let (sinks, band) = (visible.sinks, visible.band)
    let factor = scale * log2E
    let largest = max(largestScore(row, sinks), largestScore(row, band))
    var sum = exponentiate(row, sinks, factor: factor, largest: largest)
    sum += exponentiate(row, band, factor: factor, largest: largest)
    multiply(row, sinks, by: 1 / sum)
    multiply(row, band, by: 1 / sum)
    zero(row, 0..<min(sinks.lowerBound, band.lowerBound))
    zero(row, sinks.upperBound..<max(sinks.upperBound, band.lowerBound))
    zero(row, band.upperBound..<columns)
    return RowSum(largest: scale * largest, sum: sum)
}

private func largestScore(_ row: UnsafeMutablePointer<Float>, _ range: Range<Int>) -> Float {
    var lanes = broadcast(-.greatestFiniteMagnitude)
    var column = range.lowerBound
    while column + Lanes.lanes <= range.upperBound {
        lanes = vector_max(load(row, column), lanes)
        column += Lanes.lanes
    }
    var largest = vector_horizontal_max(lanes)
    while column < range.upperBound {
        largest = row[column] > largest ? row[column] : largest
        column += 1
    }
    return largest
}

/// Writes 2^(factor · (score − largest)) and returns the sum.
private func exponentiate(
    _ row: UnsafeMutablePointer<Float>, _ range: Range<Int>, factor: Float, largest: Float
) -> Float {
    let factors = broadcast(factor)
    let largestScores = broadcast(largest)
    var sums = Lanes.zero
    var column = range.lowerBound
    while column + Lanes.lanes <= range.upperBound {
        let weights = exp2((load(row, column) - largestScores) * factors)
        sums += weights
        store(weights, row, column)
        column += Lanes.lanes
    }
    var sum = vector_horizontal_sum(sums)
    while column < range.upperBound {
        row[column] = exp2((broadcast(row[column]) - largestScores) * factors)[0]
        sum += row[column]
        column += 1
    }
    return sum
}

private func multiply(_ row: UnsafeMutablePointer<Float>, _ range: Range<Int>, by factor: Float) {
    for column in range { row[column] *= factor }
}

private func zero(_ row: UnsafeMutablePointer<Float>, _ range: Range<Int>) {
    for column in range { row[column] = 0 }
}
