/// A weighted least-squares fit, linear or not: what it found, and how sure it is.
///
/// Weights are inverse variances, right up to a common factor; that factor is estimated from the residuals, and
/// intervals use Student's t. With weights that are right in proportion this is exact for linear models.
public struct LeastSquares: Sendable {
    public let parameters: [Double]
    /// Observation less model.
    public let residuals: [Double]
    /// Σ weight · residual².
    public let weightedSumOfSquares: Double
    public let degreesOfFreedom: Int
    /// (Jᵀ W J)⁻¹, J the gradient of the model by its parameters.
    private let inverseNormal: [[Double]]

    /// Observation i ≈ Σ design[i][k] · parameter k. Nil where the observations cannot determine the parameters, or
    /// there are no more of them than parameters.
    public init?(design: [[Double]], observations: [Double], weights: [Double]) {
        guard let count = design.first?.count, design.count > count else { return nil }
        let (normal, right) = Self.normalEquations(design, observations: observations, weights: weights)
        guard let factored = Cholesky(normal) else { return nil }
        let parameters = factored.solve(right)
        self.init(
            parameters: parameters, residuals: zip(design, observations).map { $1 - dot($0, by: parameters) },
            weights: weights, inverseNormal: factored.inverse)
    }

    init(parameters: [Double], residuals: [Double], weights: [Double], inverseNormal: [[Double]]) {
        self.parameters = parameters
        self.residuals = residuals
        self.inverseNormal = inverseNormal
        weightedSumOfSquares = zip(weights, residuals).reduce(0) { $0 + $1.0 * $1.1 * $1.1 }
        degreesOfFreedom = residuals.count - parameters.count
    }

    /// The residuals' variance in units of what the weights promise; 1 where they promise right.
    public var scale: Double { weightedSumOfSquares / Double(degreesOfFreedom) }

    /// Variance of a quantity that has this gradient by the parameters.
    public func variance(gradient: [Double]) -> Double {
        // Rounding may leave a variance of zero a little below it.
        max(0, scale * zip(gradient, inverseNormal).reduce(0) { $0 + $1.0 * dot($1.1, by: gradient) })
    }

    /// One parameter with its t interval.
    public func estimate(ofParameter index: Int, level: Double = 0.95) -> Estimate {
        let gradient = parameters.indices.map { $0 == index ? 1.0 : 0 }
        let factor = StudentT(degreesOfFreedom: Double(degreesOfFreedom)).factor(level: level)
        let half = factor * variance(gradient: gradient).squareRoot()
        let value = parameters[index]
        return Estimate(value: value, low: value - half, high: value + half, level: level)
    }

    /// Jᵀ W J and Jᵀ W y.
    static func normalEquations(
        _ design: [[Double]], observations: [Double], weights: [Double]
    ) -> (matrix: [[Double]], right: [Double]) {
        let size = design[0].count
        var matrix = [[Double]](repeating: [Double](repeating: 0, count: size), count: size)
        var right = [Double](repeating: 0, count: size)
        for (i, row) in design.enumerated() {
            for a in 0..<size {
                right[a] += weights[i] * row[a] * observations[i]
                for b in 0...a { matrix[a][b] += weights[i] * row[a] * row[b] }
            }
        }
        for a in 0..<size {
            for b in 0..<a { matrix[b][a] = matrix[a][b] }
        }
        return (matrix, right)
    }
}

func dot(_ a: [Double], by b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
