import Foundation
import Statistics

/// ln(time ratio) over ln(length ratio) between neighbours, measured and as the exact counts of pairs, or in decode of bytes, say. For a window the
/// theory runs from 2 down to 1 as the length passes the window, so it is not held against either end.
public struct LocalExponent: Sendable, Codable, Hashable {
    public let fromLength: Int
    public let toLength: Int
    public let measured: Estimate
    public let theory: Double
}

extension LocalExponent {
    init(from: Point, to: Point, basis: WorkBasis) {
        let doubling = log(to.length / from.length)
        let ratio = to.median.ratio(to: from.median)
        fromLength = from.keyLength
        toLength = to.keyLength
        measured = Estimate(
            value: log(ratio.value) / doubling, low: log(ratio.low) / doubling, high: log(ratio.high) / doubling,
            level: ratio.level)
        theory = log(basis.work(of: to) / basis.work(of: from)) / doubling
    }
}
