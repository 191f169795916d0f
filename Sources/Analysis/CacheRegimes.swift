import Attention
import Foundation
import Records
import Statistics

/// A step in the cost of a computed pair between two neighbouring lengths, which no overhead and no exponent explains
/// as well; where a cache of about that size exists, it is named.
public struct RegimeChange: Sendable, Codable, Hashable {
    public let fromLength: Int
    public let toLength: Int
    /// Cost of a pair beyond the step over the cost before it.
    public let costRatio: Estimate
    /// Chance of a step at least as clear, somewhere, if there were none.
    public let probability: Double
    /// K and V of one head at the step.
    public let keyValueBytes: Double
    /// Level of the cache whose capacity lies nearest to that, within a factor of two; nil where there is none, or where
    /// the cost falls.
    public let cacheLevel: Int?
    /// Of the lengths up to `fromLength` alone; nil where they are too few for a verdict.
    public internal(set) var verdictBefore: TheoryVerdict?
    /// Of the lengths from `toLength` on.
    public internal(set) var verdictAfter: TheoryVerdict?
}

/// Looks for one step in the cost of a computed pair.
///
/// It works on y, what ln(time) leaves over the law with an exponent of 1. Without a step y is noise that the law's two
/// parameters, cost and overhead, have been fitted to, so they are projected out; for each possible break a step is
/// added and an F ratio tells how much it explains. The largest F over the breaks has no textbook distribution, because the break was
/// chosen to make it large, so its distribution comes from the same search on normal noise. The search is linear
/// algebra once done: with an orthonormal basis of the null model, F needs only dot products, so a thousand
/// replicates cost less than one fit.
struct CacheRegimes {
    static let significance = 0.01
    static let replicates = 999
    /// Steps are seen only from a few lengths on either side, two to the octave or more.
    static let fewestPoints = 8
    static let fewestBesideBreak = 2

    private let points: [Point]
    /// Weighted residuals of the law.
    private let residuals: [Double]
    /// Orthonormal, weighted: how ln(time) moves with the cost of a pair and with the overhead.
    private let null: [[Double]]
    /// For each break the step, weighted, freed of the null model and of unit length.
    private let steps: [[Double]]
    private let stepLengths: [Double]
    private let slope: [Double]?

    /// - Parameter errors: standard error of each point's ln(time).
    init?(_ points: [Point], errors: [Double]) {
        guard points.count >= Self.fewestPoints, points.allSatisfy({ $0.work.computedPairs != nil }) else { return nil }
        let observations = zip(points, errors).map {
            ScalingFit.Observation(
                work: Double($0.work.computedPairs!), nanoseconds: $0.median.value, logError: $1)
        }
        guard let fit = ScalingFit(observations, freeExponent: false) else { return nil }
        self.points = points
        let precision = errors.map { 1 / ($0 * $0 + fit.extraVariance).squareRoot() }
        func weighted(_ values: [Double]) -> [Double] { zip(precision, values).map { $0 * $1 } }
        residuals = weighted(fit.residuals)
        let overheadShare = observations.map { exp(-fit.logTime(work: $0.work).value) * observations[0].nanoseconds }
        var basis: [[Double]] = []
        for column in [points.map { _ in 1.0 }, overheadShare] {
            if let unit = Self.unit(of: weighted(column), freedOf: basis)?.vector { basis.append(unit) }
        }
        null = basis
        slope = Self.unit(of: weighted(observations.map { log($0.work) }), freedOf: basis)?.vector
        let breaks = Self.fewestBesideBreak...points.count - Self.fewestBesideBreak
        let found = breaks.map { first in
            Self.unit(of: weighted(points.indices.map { $0 < first ? 0 : 1 }), freedOf: basis)
        }
        guard found.allSatisfy({ $0 != nil }) else { return nil }
        steps = found.map { $0!.vector }
        stepLengths = found.map { $0!.length }
    }

    /// The step, if there is a clear one.
    func change(
        parameters: SeriesParameters, caches: [Machine.Cache], using generator: inout some RandomNumberGenerator
    ) -> RegimeChange? {
        let (index, largest, gain) = search(residuals)
        if let slope, pow(product(slope, by: residuals), 2) > gain { return nil }
        let asLarge = (0..<Self.replicates).count { _ in
            search(residuals.map { _ in NormalDistribution.draw(using: &generator) }).ratio >= largest
        }
        let probability = Double(1 + asLarge) / Double(1 + Self.replicates)
        guard probability <= Self.significance else { return nil }

        let (before, after) = (points[index + Self.fewestBesideBreak - 1], points[index + Self.fewestBesideBreak])
        let step = product(steps[index], by: residuals) / stepLengths[index]
        let freedom = points.count - null.count - 1
        let scale = max(0, (unexplained(residuals) - gain) / Double(freedom)).squareRoot()
        let half = StudentT(degreesOfFreedom: Double(freedom)).factor(level: 0.95) * scale / stepLengths[index]
        let bytes = parameters.keyValueBytes(length: (before.length * after.length).squareRoot())
        return RegimeChange(
            fromLength: before.keyLength, toLength: after.keyLength,
            costRatio: Estimate(logHalfWidth: half, around: exp(step), level: 0.95),
            probability: probability, keyValueBytes: bytes,
            // Chunks of linear attention read each key and value once, whatever holds them, and so do selected blocks, nearly; steps over
            // latents have time to read.
            cacheLevel: step > 0 && parameters.weighting == nil && parameters.selection == nil
                && parameters.latent == nil
                ? Self.nearest(caches, to: bytes)?.level : nil)
    }

    private static func nearest(_ caches: [Machine.Cache], to bytes: Double) -> Machine.Cache? {
        func distance(_ cache: Machine.Cache) -> Double { abs(log2(bytes / Double(cache.bytes))) }
        return caches.filter { $0.bytes > 0 && distance($0) <= 1 }.min { distance($0) < distance($1) }
    }

    /// The break with the largest F ratio.
    private func search(_ y: [Double]) -> (index: Int, ratio: Double, gain: Double) {
        let total = unexplained(y)
        let gains = steps.map { pow(product($0, by: y), 2) }
        let index = gains.indices.max { gains[$0] < gains[$1] }!
        let left = max(total - gains[index], 1e-300)
        return (index, gains[index] / left, gains[index])
    }

    /// The weighted sum of squares that the null model leaves.
    private func unexplained(_ y: [Double]) -> Double {
        null.reduce(product(y, by: y)) { $0 - pow(product($1, by: y), 2) }
    }

    /// Gram and Schmidt's step; nil where nothing is left.
    private static func unit(of vector: [Double], freedOf basis: [[Double]]) -> (vector: [Double], length: Double)? {
        var rest = vector
        for unit in basis {
            let share = product(unit, by: rest)
            for i in rest.indices { rest[i] -= share * unit[i] }
        }
        let length = product(rest, by: rest).squareRoot()
        guard length > 1e-6 * product(vector, by: vector).squareRoot() else { return nil }
        return (rest.map { $0 / length }, length)
    }
}

private func product(_ a: [Double], by b: [Double]) -> Double {
    var sum = 0.0
    for i in a.indices { sum += a[i] * b[i] }
    return sum
}
