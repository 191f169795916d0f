import Foundation
import Statistics

/// ln(time ratio) over ln(length ratio) between neighbours, measured and as the exact pair counts say. For a window the
/// theory runs from 2 down to 1 as the length passes the window, so it is not held against either end.
public struct LocalExponent: Sendable, Codable, Hashable {
    public let fromLength: Int
    public let toLength: Int
    public let measured: Estimate
    public let theory: Double

    /// Nil where a point has no interval.
    init?(from: Point, to: Point) {
        guard let fromError = from.logStandardError, let toError = to.logStandardError else { return nil }
        let doubling = log(to.length / from.length)
        let slope = log(to.medianNanoseconds / from.medianNanoseconds) / doubling
        let error = (fromError * fromError + toError * toError).squareRoot() / doubling
        let half = NormalDistribution.quantile(0.975) * error
        fromLength = from.keyLength
        toLength = to.keyLength
        measured = Estimate(value: slope, low: slope - half, high: slope + half, level: 0.95)
        theory = log(Double(to.usefulPairs) / Double(from.usefulPairs)) / doubling
    }
}
