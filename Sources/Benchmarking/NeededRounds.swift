import Records
import Statistics

/// How the last quarter of the rounds is dealt out: to cells with few samples that are kept, and to those that scattered much
/// in their first rounds. Pure functions.
///
/// This is decided once, when three quarters of the rounds are over. It looks at what was kept, which the time of a sample does
/// not decide, and at the scatter of the first rounds alone. Rejected: to give rounds to whoever has a wide interval so far. That
/// is to look at the result, and stops at lucky ones.
enum NeededRounds {
    /// A cell of which three quarters of the visits are over.
    struct Cell: Hashable {
        /// Of one visit.
        let seconds: Double
        /// Visits that were held back; 0 where the cell had few to give.
        let heldBack: Int
        /// Visits that it may still have.
        let most: Int
        /// Of its samples so far.
        let keptShare: Double
        /// Of its first rounds; nil where too few were kept.
        let scatter: Double?
    }

    /// Of so many visits in all.
    static func heldBack(of visits: Int) -> Int { visits / 4 }

    /// Rounds whose scatter counts.
    static let firstRounds = 6
    /// One cell does not take the time of all others.
    private static let mostNeed = 4.0

    /// Visits for each cell, in the time of those that were held back. A cell that held some back has at least one.
    static func visits(_ cells: [Cell]) -> [Int] {
        let needs = needs(cells)
        if Set(needs).count <= 1 { return cells.map { min($0.heldBack, $0.most) } }
        func visits(factor: Double) -> [Int] {
            zip(cells, needs).map { cell, need in
                if cell.heldBack == 0 { return 0 }
                let wanted = Int(saturating: (factor * need * Double(cell.heldBack)).rounded(.down))
                return min(max(1, cell.most), max(1, wanted))
            }
        }
        func seconds(_ visits: [Int]) -> Double { zip(cells, visits).reduce(0) { $0 + $1.0.seconds * Double($1.1) } }
        let available = seconds(cells.map(\.heldBack))
        var (low, high) = (0.0, 4.0)
        for _ in 0..<40 {
            let middle = (low + high) / 2
            if seconds(visits(factor: middle)) <= available { low = middle } else { high = middle }
        }
        return visits(factor: low)
    }

    /// As many times the visits that others have, for as much to be kept with as small an error.
    private static func needs(_ cells: [Cell]) -> [Double] {
        let scatters = cells.compactMap(\.scatter)
        let typical = scatters.isEmpty ? 0 : scatters.median
        return cells.map { cell in
            let forKept = 1 / max(cell.keptShare, 1 / mostNeed)
            // Visits in proportion to the deviation give the least error for the time (Neyman); small differences are chance.
            let relative = typical > 0 ? (cell.scatter ?? typical) / typical : 1
            return min(mostNeed, forKept * (relative > 2 ? relative : 1))
        }
    }
}

extension RunningCell {
    /// - Parameter kept: of its samples, those that are kept so far.
    func need(kept: [SampleJournal.TakenSample], heldBack: Int, most: Int) -> NeededRounds.Cell {
        let rounds = Set(Set(samples.map(\.round)).sorted().prefix(NeededRounds.firstRounds))
        let first = kept.filter { rounds.contains($0.round) }.map { Double($0.sample.nanoseconds) }.sorted()
        return NeededRounds.Cell(
            seconds: visitSeconds, heldBack: heldBack, most: most,
            keptShare: samples.isEmpty ? 1 : Double(kept.count) / Double(samples.count),
            scatter: first.count < KeptSamples.fewestForSpread ? nil : KeptSamples.spread(ofSorted: first))
    }
}
