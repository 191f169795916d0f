import Attention

/// The rows of gradients that are compared with the oracle: rows of dQ, and rows of dK and dV.
struct GradientRows: Sendable {
    /// Heads of queries, counted over batches.
    let queries: [Accuracy.OutputRow]
    /// Heads of keys and values, counted over batches.
    let keys: [Accuracy.OutputRow]
    /// Whether these are all that there are.
    let areAll: Bool

    static func all(of problem: AttentionProblem) -> GradientRows {
        let heads = problem.shape.batch * problem.shape.keyValueHeads
        let keys = (0..<heads).flatMap { head in
            (0..<problem.shape.keyLength).map { Accuracy.OutputRow(head: head, row: $0) }
        }
        return GradientRows(queries: Accuracy.allRows(of: problem), keys: keys, areAll: true)
    }

    /// All rows where the oracle goes through few pairs for them. Otherwise the rows of queries that a forward pass is checked
    /// in, and the keys of some candidates that cost the oracle least.
    ///
    /// A row of dK or dV is a sum over all queries that see the key, and the weight of each of these needs all keys that the
    /// query sees. Under a causal mask the first keys of a long text would so cost n² pairs in Double, and without a mask each
    /// key. They are left to the sum over all keys that `ExpectedGradients` compares, and to the cases of `check`.
    static func sampled(of problem: AttentionProblem, seed: UInt64) -> GradientRows {
        let (shape, budget) = (problem.shape, Oracle.gradientPairBudget)
        if shape.batch * shape.queryHeads * problem.pairs.allowed <= budget { return all(of: problem) }
        let queries = Accuracy.sampledRows(of: problem, pairBudget: budget, seed: seed)
        var generator = SplitMix64(seed: seed &+ 1)
        let last = shape.keyLength - 1
        let places =
            [0, last / 2, last] + [1, 3, 7, 15, 31].map { max(0, last - $0) }
            + (0..<4).map { _ in Int.random(in: 0...last, using: &generator) }
        let heads = shape.batch * shape.keyValueHeads
        let costs = Set(places).sorted().map { key in (key: key, pairs: pairs(of: key, problem)) }
            .sorted { ($0.pairs, $0.key) < ($1.pairs, $1.key) }
        var spent = 0
        let affordable = costs.prefix { cost in
            spent += cost.pairs
            return spent <= budget
        }
        let keys = affordable.map {
            Accuracy.OutputRow(head: Int.random(in: 0..<heads, using: &generator), row: $0.key)
        }
        return GradientRows(queries: queries, keys: keys, areAll: false)
    }

    /// Pairs that the oracle goes through for one key.
    private static func pairs(of key: Int, _ problem: AttentionProblem) -> Int {
        var pairs = 0
        for row in 0..<problem.shape.queryLength {
            let visible = problem.pairs.visibleKeys(row: row)
            if visible.contains(key) { pairs += visible.count }
        }
        return pairs * problem.shape.groupSize
    }

    /// The queries of a head that the oracle goes through: those that are compared, and those that see a key that is.
    func queriesNeeded(head: Int, of problem: AttentionProblem) -> [Int] {
        let length = problem.shape.queryLength
        if areAll { return Array(0..<length) }
        var needed = Set(queries.filter { $0.head == head }.map(\.row))
        let seen = keys.filter { $0.head == head / problem.shape.groupSize }.map(\.row)
        if !seen.isEmpty {
            for row in 0..<length where !needed.contains(row) {
                let visible = problem.pairs.visibleKeys(row: row)
                if seen.contains(where: visible.contains) { needed.insert(row) }
            }
        }
        return needed.sorted()
    }
}
