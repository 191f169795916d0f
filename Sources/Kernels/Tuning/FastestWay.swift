/// Which of several ways to do the same work is the fastest on this machine.
///
/// All ways are timed in turn, round after round, so that a neighbour on the machine slows them alike, and the fastest time of
/// each counts, since noise only slows. A way takes the place of the first one if it is faster by a margin, and is so in two
/// series of rounds that know nothing of each other: with one series, the best of several equal ways would often win by
/// chance, and each run of the program would choose another.
struct FastestWay {
    /// By which another way has to be faster than the first one.
    static let margin = 0.03
    static let series = 2
    static let rounds = 5

    /// - Parameters:
    ///   - ways: each does the work once and gives its seconds; the first is taken where no other is clearly faster.
    ///   - hasTime: asked before each round; without time the first way is taken.
    static func index(of ways: [() -> Double], while hasTime: () -> Bool = { true }) -> Int {
        guard ways.count > 1 else { return 0 }
        var chosen: Int?
        for _ in 0..<series {
            var best = [Double](repeating: .infinity, count: ways.count)
            for _ in 0..<rounds {
                guard hasTime() else { return 0 }
                for (index, way) in ways.enumerated() { best[index] = min(best[index], way()) }
            }
            let fastest = chosen ?? best.indices.min { best[$0] < best[$1] }!
            guard best[fastest] <= (1 - margin) * best[0] else { return 0 }
            chosen = fastest
        }
        return chosen ?? 0
    }
}
