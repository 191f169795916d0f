import Attention
import Foundation
import Quantities
import Statistics

/// What a stack of layers would take at a length that was not measured: the laws of its kinds, added up.
public struct MixForecast: Sendable, Codable, Hashable {
    public let tokens: Int
    /// Of the stack.
    public let seconds: Estimate
    /// Part of it that layers of full attention take; 0 where the mix has none.
    public let fullShare: Double
    /// As many layers of full attention over the stack.
    public let speedUp: Double
    /// Length over the longest that was measured.
    public let multipleOfMeasured: Double

    /// What asking for a forecast came to.
    public enum Attempt: Sendable {
        case forecast(MixForecast)
        /// Why there is none.
        case missing(tokens: Int, reason: String)
    }
}

extension MeasuredMix {
    /// At lengths beyond those that were measured; the others are left out.
    public func forecasts(at lengths: [Int]) -> [MixForecast.Attempt] {
        guard let longest = points.last?.length else { return [] }
        return lengths.filter { $0 > longest }.map { forecast(at: $0, longest: longest) }
    }

    private func forecast(at tokens: Int, longest: Int) -> MixForecast.Attempt {
        let multiple = Double(tokens) / Double(longest)
        guard multiple <= Forecast.refusedBeyond else {
            return .missing(
                tokens: tokens,
                reason: "that is more than \(Int(saturating: Forecast.refusedBeyond)) times the longest measured length"
            )
        }
        var calls: [Estimate] = []
        for kind in kinds {
            guard let seconds = kind.seconds(at: tokens, lengths: points.map(\.length)) else {
                return .missing(
                    tokens: tokens,
                    reason:
                        "too few lengths were measured for a law of \(kind.label); three are needed, and five for a "
                        + "narrow interval")
            }
            calls.append(seconds)
        }
        let parts = zip(kinds, calls).filter { $0.0.layers > 0 }.map { kind, call in
            (kind: kind, seconds: call.scaled(by: Double(kind.layers)))
        }
        let stack = Estimate.sum(parts.map(\.seconds))
        guard stack.low > 0, stack.high <= stack.low * Forecast.refusedSpread else {
            return .missing(
                tokens: tokens,
                reason:
                    "its interval would span more than a factor of \(Int(saturating: Forecast.refusedSpread)); measure "
                    + "more and longer lengths")
        }
        let full = parts.reduce(0) { $1.kind.parameters.isFullAttention ? $0 + $1.seconds.value : $0 }
        return .forecast(
            MixForecast(
                tokens: tokens, seconds: stack, fullShare: full / stack.value,
                speedUp: Double(layers) * calls[self.full].value / stack.value, multipleOfMeasured: multiple))
    }
}

extension MeasuredMix.Kind {
    /// Of one call at another length; nil where there is no law.
    fileprivate func seconds(at tokens: Int, lengths: [Int]) -> Estimate? {
        let works = lengths.map { parameters.work(length: $0) }
        let work = parameters.work(length: tokens)
        // A step within a window, or one with a state, has the same work after any number of tokens.
        if work == works.last { return seconds.last }
        return LinearGrowth(work: works, times: seconds)?.time(work: work)
    }
}
