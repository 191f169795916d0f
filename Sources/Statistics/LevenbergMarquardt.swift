/// Nonlinear least squares by Levenberg's and Marquardt's method: Gauss–Newton steps, damped until they go downhill.
/// Marquardt's damping multiplies the diagonal, so it does not depend on the parameters' units.
extension LeastSquares {
    /// The model at observation `index`, and its gradient by the parameters. A value that is not finite says that the
    /// model does not exist there, and the step is taken back.
    public typealias Model = (_ index: Int, _ parameters: [Double]) -> (value: Double, gradient: [Double])

    /// Nil where the method does not converge, the parameters are not determined, or there are no more observations than
    /// parameters.
    public init?(observations: [Double], weights: [Double], start: [Double], model: Model) {
        guard observations.count > start.count else { return nil }
        var current = Trial(model, at: start, observations: observations, weights: weights)
        guard current.sumOfSquares.isFinite else { return nil }
        var damping = 1e-3
        var converged = false
        for _ in 0..<200 where !converged {
            let (normal, right) = Self.normalEquations(
                current.gradients, observations: current.residuals, weights: weights)
            var damped = normal
            for k in damped.indices { damped[k][k] *= 1 + damping }
            guard let step = Cholesky(damped)?.solve(right) else { return nil }
            let next = Trial(
                model, at: zip(current.parameters, step).map { $0 + $1 }, observations: observations, weights: weights)
            if next.sumOfSquares <= current.sumOfSquares {
                // Nothing is left to gain, or the parameters stand still to rounding, as they do at an exact fit.
                converged =
                    dot(step, by: right) <= 1e-14 * next.sumOfSquares
                    || zip(step, next.parameters).allSatisfy { abs($0) <= 1e-12 * (abs($1) + 1e-3) }
                current = next
                damping = max(damping / 10, 1e-12)
            } else {
                converged = damping > 1e10
                damping *= 10
            }
        }
        let normal = Self.normalEquations(current.gradients, observations: current.residuals, weights: weights).matrix
        guard converged, let inverse = Cholesky(normal)?.inverse else { return nil }
        self.init(
            parameters: current.parameters, residuals: current.residuals, weights: weights, inverseNormal: inverse)
    }

    /// The model at one set of parameters.
    private struct Trial {
        let parameters: [Double]
        let residuals: [Double]
        let gradients: [[Double]]
        /// Infinite where the model does not exist.
        let sumOfSquares: Double

        init(_ model: Model, at parameters: [Double], observations: [Double], weights: [Double]) {
            self.parameters = parameters
            let values = observations.indices.map { model($0, parameters) }
            residuals = zip(observations, values).map { $0 - $1.value }
            gradients = values.map(\.gradient)
            let sum = zip(weights, residuals).reduce(0) { $0 + $1.0 * $1.1 * $1.1 }
            sumOfSquares = sum.isFinite ? sum : .infinity
        }
    }
}
