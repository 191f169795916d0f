import Foundation
import Statistics

/// Whether the time of something that was measured outside a sweep grows in proportion to its work: the law and the verdict of a
/// series, over few points.
public struct LinearGrowth: Sendable {
    /// Of the time on the work.
    public let exponent: Estimate
    public let verdict: TheoryVerdict
    private let laws: ScalingLaws

    private static let nanoseconds = 1e9

    /// Nil where too few points were measured, or too alike.
    ///
    /// - Parameters:
    ///   - work: what the time should go with, above zero.
    ///   - times: of each, in any unit, with its interval of 95 % or less.
    public init?(work: [Double], times: [Estimate]) {
        precondition(work.count == times.count, "each work has a time")
        let observations = zip(work, times).map { work, time in
            let half = log(time.high / time.low) / 2
            let error = time.level > 0 ? half / NormalDistribution.quantile((1 + time.level) / 2) : Self.unknownError
            return ScalingFit.Observation(
                work: work, nanoseconds: time.value * Self.nanoseconds, logError: max(error, Self.leastError))
        }
        guard let laws = ScalingLaws(observations, over: .bytes) else { return nil }
        self.laws = laws
        exponent = laws.exponent
        verdict = laws.verdict
    }

    /// The time of some other work, by the law, in the unit of the times that were given.
    public func time(work: Double) -> Estimate {
        laws.prediction(work: work).nanoseconds().scaled(by: 1 / Self.nanoseconds)
    }

    /// An interval may be narrow by luck.
    private static let leastError = 1e-3
    /// Of a single observation.
    private static let unknownError = 0.05
}
