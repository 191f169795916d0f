import Foundation
import Statistics

/// A function of the length that the times might be proportional to, beside an overhead; ranked against the others by
/// AICc. Functions within 2 of the best cannot be told from it by these data.
public struct Candidate: Sendable, Codable, Hashable {
    /// "bytes" (in decode), "pairs" (what the mask allows), "computed pairs" (what the kernel computes, where that is another function), or a textbook's "n", "n log n",
    /// "n·w", "n²".
    public let name: String
    public let deltaAICc: Double
    /// Akaike weight among the candidates.
    public let weight: Double
    /// Within 2 of the best.
    public let indistinguishable: Bool

    /// Best first; empty where there are too few points to rank anything.
    static func ranked(_ points: [Point], parameters: SeriesParameters, errors: [Double]) -> [Candidate] {
        let waste = points.compactMap(\.work.overhead)
        // Where all are known, and do not rise and fall with the useful ones.
        let isAnother = waste.count == points.count && !waste.allSatisfy { abs($0 / waste[0] - 1) < 1e-3 }
        let functions = functions(of: parameters).filter { $0.0 != "computed pairs" || isAnother }
        let fits = functions.compactMap { name, work -> (name: String, criterion: Double)? in
            let observations = zip(points, errors).map {
                ScalingFit.Observation(work: work($0), nanoseconds: $0.median.value, logError: $1)
            }
            guard let fit = ScalingFit(observations, freeExponent: false), fit.criterion.isFinite else { return nil }
            return (name, fit.criterion)
        }
        guard let best = fits.map(\.criterion).min() else { return [] }
        return zip(fits, InformationCriterion.akaikeWeights(fits.map(\.criterion)))
            .map { fit, weight in
                let delta = fit.criterion - best
                return Candidate(name: fit.name, deltaAICc: delta, weight: weight, indistinguishable: delta < 2)
            }
            .sorted { $0.deltaAICc < $1.deltaAICc }
    }

    private static func functions(of parameters: SeriesParameters) -> [(String, (Point) -> Double)] {
        // In decode past a window nothing grows, and a function of the length that fits is one that fits noise.
        if parameters.lawBasis == .bytes {
            guard parameters.mask == .causal, parameters.isFullAttention else { return [] }
            return [
                ("bytes", { Double($0.work.bytes) }), ("n log n", { $0.length * log($0.length) }),
                ("n²", { $0.length * $0.length }),
            ]
        }
        var functions: [(String, (Point) -> Double)] = [
            ("pairs", { Double($0.work.usefulPairs) }),
            ("computed pairs", { Double($0.work.computedPairs!) }),
            ("n", { $0.length }),
            ("n log n", { $0.length * log($0.length) }),
            ("n²", { $0.length * $0.length }),
        ]
        if let width = parameters.mask.mostVisibleKeys {
            functions.append(("n·w", { $0.length * min($0.length, Double(width)) }))
        }
        return functions
    }
}
