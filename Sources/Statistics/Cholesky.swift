/// A small symmetric positive definite matrix A = L Lᵀ, factored: solves and inverts the normal equations of fits with
/// a handful of parameters. Rows and columns are first scaled to a unit diagonal, so that parameters in different units
/// do not cost digits.
struct Cholesky {
    private let scale: [Double]
    private let lower: [[Double]]

    /// Nil where the matrix is singular to working precision.
    init?(_ matrix: [[Double]]) {
        let size = matrix.count
        let diagonal = (0..<size).map { matrix[$0][$0] }
        guard diagonal.allSatisfy({ $0 > 0 && $0.isFinite }) else { return nil }
        let scale = diagonal.map { 1 / $0.squareRoot() }
        var lower = [[Double]](repeating: [Double](repeating: 0, count: size), count: size)
        for row in 0..<size {
            for column in 0...row {
                var sum = matrix[row][column] * scale[row] * scale[column]
                for k in 0..<column { sum -= lower[row][k] * lower[column][k] }
                if row == column {
                    guard sum > 1e-13 else { return nil }
                    lower[row][row] = sum.squareRoot()
                } else {
                    lower[row][column] = sum / lower[column][column]
                }
            }
        }
        self.scale = scale
        self.lower = lower
    }

    /// x with A x = `right`.
    func solve(_ right: [Double]) -> [Double] {
        let size = scale.count
        var x = zip(right, scale).map { $0 * $1 }
        for row in 0..<size {
            for k in 0..<row { x[row] -= lower[row][k] * x[k] }
            x[row] /= lower[row][row]
        }
        for row in (0..<size).reversed() {
            for k in row + 1..<size { x[row] -= lower[k][row] * x[k] }
            x[row] /= lower[row][row]
        }
        return zip(x, scale).map { $0 * $1 }
    }

    var inverse: [[Double]] {
        scale.indices.map { column in
            solve(scale.indices.map { $0 == column ? 1 : 0 })
        }
    }
}
