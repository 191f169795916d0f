/// Holm's procedure (Scandinavian Journal of Statistics, 1979): tests several hypotheses so that the probability of even
/// one false alarm stays within `level`, whatever the tests have to do with each other. The smallest p is held against
/// level/m, the next against level/(m − 1), and so on until one fails; that one and all after it are kept. Uniformly
/// more powerful than Bonferroni, at no cost.
public struct Holm: Hashable, Sendable {
    /// For each hypothesis, in the order given, what its p was held against.
    public let levels: [Double]
    /// Whether it is rejected.
    public let isRejected: [Bool]

    public init(_ probabilities: [Double], level: Double) {
        var levels = [Double](repeating: level, count: probabilities.count)
        var isRejected = [Bool](repeating: false, count: probabilities.count)
        var goesOn = true
        let order = probabilities.indices.sorted { (probabilities[$0], $0) < (probabilities[$1], $1) }
        for (rank, index) in order.enumerated() {
            levels[index] = level / Double(probabilities.count - rank)
            goesOn = goesOn && probabilities[index] <= levels[index]
            isRejected[index] = goesOn
        }
        self.levels = levels
        self.isRejected = isRejected
    }
}
