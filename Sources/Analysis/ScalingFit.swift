import Foundation
import Statistics

/// A growth law fitted to the times of one series.
///
///     ln T = ln(a + c·W^β) + e,   Var e = s² + τ²
///
/// W is the work, counted exactly (`WorkBasis`), s a point's own standard error and τ² the scatter about the law beyond it (Paule and
/// Mandel's estimate). Working in logarithms makes relative errors alike over six decades of time. The fit alternates
/// between Levenberg–Marquardt for the law and the estimate of τ² until that stands still. Intervals scale with the
/// residuals and use Student's t (Hartung, Knapp, Sidik and Jonkman), so they hold where the points' errors are wrong by
/// a common factor.
///
/// The overhead a stays in the law wherever the data put it above zero, however small; where they would have it negative
/// it is zero, and intervals count it as uncertain all the same. So the 95 % interval of the exponent covered 94.5 to
/// 97.3 % of the time on planted data with any overhead, 6 or 11 lengths and 0.5 to 2 % of noise. Letting AICc choose
/// whether there is an overhead was rejected: one too small to be picked bends the exponent, and coverage fell to
/// between 16 and 76 % at much the same width.
struct ScalingFit {
    /// A point as a fit sees it.
    struct Observation: Hashable {
        /// What the time might go with: pairs, bytes, or a function of the length.
        let work: Double
        let nanoseconds: Double
        /// Standard error of ln(nanoseconds), above zero.
        let logError: Double
    }

    /// Fewer points cannot tell an overhead from growth, so none is fitted to them.
    static let fewestWithOverhead = 5
    /// Works that differ by less than this factor say nothing of growth.
    static let leastSpan = 1.5

    let law: GrowthLaw
    /// τ².
    let extraVariance: Double
    /// AICc.
    let criterion: Double
    /// ln(time) less the law's.
    let residuals: [Double]
    private let freeExponent: Bool
    private let model: ScalingModel
    private let parameters: [Double]
    /// The fit as a linear one in the parameters `uncertain`, at the solution.
    private let linearised: LeastSquares
    private let uncertain: [Int]

    /// Nil where there are too few points, or their works do not differ enough to tell growth.
    init?(_ observations: [Observation], freeExponent: Bool) {
        let logs = observations.map { log($0.work) }
        guard let least = logs.min(), let most = logs.max(), most - least > log(Self.leastSpan) else { return nil }
        let model = ScalingModel(observations)
        let growth = freeExponent ? [ScalingModel.coefficient, ScalingModel.exponent] : [ScalingModel.coefficient]
        let everything = growth + [ScalingModel.overhead]
        let canTellOverhead = observations.count >= Self.fewestWithOverhead

        var solution = canTellOverhead ? Solution(observations, model, free: everything) : nil
        if solution.map({ $0.parameters[ScalingModel.overhead] <= 0 }) ?? true {
            solution = Solution(observations, model, free: growth)
        }
        let uncertain = canTellOverhead ? everything : growth
        guard let solution,
            let linearised = solution.linearised(logWork: logs, model, in: uncertain)
        else { return nil }

        self.freeExponent = freeExponent
        self.model = model
        self.uncertain = uncertain
        self.linearised = linearised
        parameters = solution.parameters
        extraVariance = solution.extraVariance
        residuals = solution.residuals
        law = model.law(solution.parameters)
        // Times without any growth law can have an exponent so wild that its coefficient is no number.
        guard law.coefficient.isNormal else { return nil }
        criterion = InformationCriterion.corrected(
            logLikelihood: ExtraVariance.maximumLogLikelihood(
                residuals: residuals, variances: observations.map { $0.logError * $0.logError }),
            // τ² is a parameter too.
            parameters: solution.free.count + 1, observations: observations.count)
    }

    var degreesOfFreedom: Int { linearised.degreesOfFreedom }

    /// Nil where the exponent is held at 1.
    func exponent(level: Double) -> Estimate? {
        guard freeExponent else { return nil }
        let half = halfWidth(of: ScalingModel.exponent, level: level)
        return Estimate(value: law.exponent, low: law.exponent - half, high: law.exponent + half, level: level)
    }

    /// The law's coefficient, which is the cost of one more unit of work where the exponent is 1.
    func coefficient(level: Double = 0.95) -> Estimate {
        let half = halfWidth(of: ScalingModel.coefficient, level: level)
        return Estimate(logHalfWidth: half, around: law.coefficient, level: level)
    }

    /// ln(nanoseconds) that the law gives for some work, and its variance from the parameters' uncertainty.
    func logTime(work: Double) -> (value: Double, variance: Double) {
        let (value, gradient) = model.logTime(logWork: log(work), parameters)
        return (value, linearised.variance(gradient: uncertain.map { gradient[$0] }))
    }

    private func halfWidth(of parameter: Int, level: Double) -> Double {
        let factor = StudentT(degreesOfFreedom: Double(degreesOfFreedom)).factor(level: level)
        return factor * linearised.variance(gradient: uncertain.map { $0 == parameter ? 1 : 0 }).squareRoot()
    }
}

/// Parameters that fit best, some of them free and the others at no overhead and an exponent of 1.
private struct Solution {
    /// Between the law and τ²; a handful is enough.
    static let mostAlternations = 30

    let free: [Int]
    let parameters: [Double]
    let residuals: [Double]
    let weights: [Double]
    let extraVariance: Double

    init?(_ observations: [ScalingFit.Observation], _ model: ScalingModel, free: [Int]) {
        let logWorks = observations.map { log($0.work) }
        let times = observations.map { log($0.nanoseconds) }
        let variances = observations.map { $0.logError * $0.logError }
        func all(_ freeValues: [Double]) -> [Double] {
            var parameters = [0.0, 1, 0]
            for (place, value) in zip(free, freeValues) { parameters[place] = value }
            return parameters
        }
        let start = [times.reduce(0, +) / Double(times.count), 1, 0]
        var fit: LeastSquares?
        var weights: [Double] = []
        var extra = 0.0
        for _ in 0..<Self.mostAlternations {
            weights = variances.map { 1 / ($0 + extra) }
            fit = LeastSquares(
                observations: times, weights: weights, start: fit?.parameters ?? free.map { start[$0] }
            ) { index, values in
                let (value, gradient) = model.logTime(logWork: logWorks[index], all(values))
                return (value, free.map { gradient[$0] })
            }
            guard let fit else { return nil }
            let update = ExtraVariance.pauleMandel(
                residuals: fit.residuals, variances: variances, degreesOfFreedom: fit.degreesOfFreedom)
            if abs(update - extra) <= 1e-4 * extra { break }
            extra = update
        }
        guard let fit else { return nil }
        self.free = free
        parameters = all(fit.parameters)
        residuals = fit.residuals
        self.weights = weights
        extraVariance = extra
    }

    /// What is left to fit, linear in the parameters about this solution.
    func linearised(logWork: [Double], _ model: ScalingModel, in uncertain: [Int]) -> LeastSquares? {
        let design = logWork.map { logWork in
            let gradient = model.logTime(logWork: logWork, parameters).gradient
            return uncertain.map { gradient[$0] }
        }
        return LeastSquares(design: design, observations: residuals, weights: weights)
    }
}
