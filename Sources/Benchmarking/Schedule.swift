import Attention
import Statistics

/// Who is visited when: pure functions of costs, budget and seed.
enum Schedule {
    /// A cell as the schedule sees it.
    struct Candidate: Hashable, Sendable {
        /// Of one visit.
        let seconds: Double
        /// Visits without which the others should not get more.
        let minimum: Int
        let most: Int
        /// Of the check after its last visit.
        let checkSeconds: Double

        func seconds(visits: Int) -> Double { visits == 0 ? 0 : Double(visits) * seconds + checkSeconds }
    }

    /// Of all visits and checks.
    static func seconds(_ candidates: [Candidate], visits: [Int]) -> Double {
        zip(candidates, visits).reduce(0) { $0 + $1.0.seconds(visits: $1.1) }
    }

    /// How often each cell is visited in `seconds`: as if all cells had the same time to spend, but none fewer than
    /// its minimum and none more than its most (water filling). Cheap cells get every round, dear ones every j-th.
    ///
    /// Where not even the minima fit, all are lowered alike until they do.
    static func visits(_ candidates: [Candidate], in seconds: Double) -> [Int] {
        func visits(share: Double, floor: Int) -> [Int] {
            candidates.map { candidate in
                let wanted = share / candidate.seconds
                let affordable = wanted < Double(candidate.most) ? Int(saturating: wanted) : candidate.most
                return min(candidate.most, max(affordable, min(candidate.minimum, floor)))
            }
        }
        func fits(_ visits: [Int]) -> Bool { self.seconds(candidates, visits: visits) <= seconds }
        var floor = candidates.map(\.minimum).max() ?? 0
        while floor > 0, !fits(visits(share: 0, floor: floor)) { floor -= 1 }
        var low = 0.0
        var high = candidates.map { $0.seconds * Double($0.most) }.max() ?? 0
        if fits(visits(share: high, floor: floor)) { return visits(share: high, floor: floor) }
        for _ in 0..<60 {
            let middle = (low + high) / 2
            if fits(visits(share: middle, floor: floor)) { low = middle } else { high = middle }
        }
        return visits(share: low, floor: floor)
    }

    /// Rounds of cell indices. The v visits of a cell stand evenly over the run, from a random start, so two of them
    /// already stand in both halves and no round has a cell twice; the order within a round is random.
    static func rounds(visits: [Int], seed: UInt64) -> [[Int]] {
        var generator = SplitMix64(seed: seed)
        var rounds = [[Int]](repeating: [], count: visits.max() ?? 0)
        for (cell, count) in visits.enumerated() {
            let start = Double.random(in: 0..<1, using: &generator)
            for visit in 0..<count {
                let place = (Double(visit) + start) / Double(count)
                rounds[count == rounds.count ? visit : Int(saturating: place * Double(rounds.count))].append(cell)
            }
        }
        return rounds.map { $0.shuffled(using: &generator) }
    }
}
