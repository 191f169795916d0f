import Engines
import Hardware
import Records

/// Shuffled rounds over the cells that are prepared, one visit each.
extension Run {
    /// Three quarters of the visits as planned, then the last quarter as it is needed.
    ///
    /// - Parameters:
    ///   - visits: how often each cell is visited, in the order of `cells`.
    ///   - heldBack: seconds of the budget that the rounds must leave.
    func visitInRounds(_ visits: [Int], heldBack: Double) throws(ResultsError) {
        for (cell, count) in zip(cells, visits) { cell.visitsLeft = count }
        let later = visits.map(NeededRounds.heldBack)
        var steps = Steps(done: 0, total: visits.reduce(0, +))
        try visit(zip(visits, later).map(-), heldBack: heldBack, &steps)
        if cancellation.isCancelled { return }
        let needed = needed(later)
        for (cell, count) in zip(cells, needed) where cell.visitsLeft > 0 { cell.visitsLeft = count }
        steps.total = steps.done + needed.reduce(0, +)
        try visit(needed, heldBack: heldBack, &steps)
        if cancellation.isCancelled { return }
        for cell in cells where !log.hasFinished(cell.workload) { try close(cell) }
        cells = []
    }

    /// How often each cell is visited in the last quarter of the rounds.
    private func needed(_ later: [Int]) -> [Int] {
        let levels = keptSamples.levels
        return NeededRounds.visits(
            zip(cells, later).map { cell, heldBack in
                let kept = cell.samples.filter { KeptSamples.isKept($0.sample, levels[cell.workload.threads]) }
                let rounds = Set(cell.samples.map(\.round)).count
                return cell.need(kept: kept, heldBack: heldBack, most: max(0, options.rounds - rounds))
            })
    }

    /// - Parameters:
    ///   - visits: of each cell now; some have more later.
    ///   - steps: what the progress line counts.
    private func visit(_ visits: [Int], heldBack: Double, _ steps: inout Steps) throws(ResultsError) {
        // A resumed launch goes on counting, and must not repeat the order of the rounds that it has.
        let firstRound = 1 + (cells.flatMap { $0.samples.map(\.round) }.max() ?? 0)
        let seed = options.seed &+ UInt64(options.launch) << 32 &+ UInt64(firstRound)
        for (index, round) in Schedule.rounds(visits: visits, seed: seed).enumerated() {
            for cell in round.map({ cells[$0] }) {
                if cancellation.isCancelled { return }
                // Its engine broke.
                if log.hasFinished(cell.workload) { continue }
                if cell.visitSeconds <= secondsLeft - heldBack - checkSeconds {
                    try visit(cell, round: firstRound + index)
                }
                cell.visitsLeft -= 1
                if cell.visitsLeft == 0, !log.hasFinished(cell.workload) { try close(cell) }
                steps.done += 1
                let predicted = cells.reduce(checkSeconds) { $0 + Double($1.visitsLeft) * $1.visitSeconds }
                report(
                    .measuring, cell.workload, steps,
                    secondsLeft: max(0, min(predicted + heldBack, secondsLeft)))
            }
        }
    }

    /// Of the checks that are still to come.
    private var checkSeconds: Double {
        cells.reduce(0) { $0 + ($1.visitsLeft > 0 ? $1.cost.finalCheckSeconds : 0) }
    }

    private func visit(_ cell: RunningCell, round: Int) throws(ResultsError) {
        let watch = Stopwatch(instruments.clock)
        let wasResident = cell.resident != nil
        var samples: [Sample] = []
        do throws(EngineError) {
            let kernel: LoadedKernel
            if let resident = cell.resident {
                kernel = resident
            } else {
                kernel = try spend(.remaking) { () throws(EngineError) in try rebuilt(cell.workload) }
            }
            if cell.isKept || cell.visitsLeft == 1 { cell.resident = kernel }
            let sampling = Stopwatch(instruments.clock)
            var batch = Batch(calls: cell.preparation.iterationsPerSample, warmUpCalls: cell.cost.warmUpCalls)
            for _ in 0..<cell.cost.samplesPerVisit(limits) {
                samples.append(
                    try instruments.sample(
                        kernel, batch, of: cell.workload, after: samples.last?.sentinels?.after))
                cell.fault = cell.fault ?? pairFault(of: kernel, cell)
                batch.warmUpCalls = 0
            }
            spend(sampling.seconds, visiting: samples)
        } catch {
            // That costs the cell, and no other.
            cell.resident = nil
            cell.visitsLeft = 1
            try write(cell.workload, cell.known, .broken(reason: error.description))
            return
        }
        for sample in samples { try record(sample, round: round, of: cell) }
        try syncJournalIfDue()
        if wasResident || !cell.isKept { cell.visitSeconds = watch.seconds }
    }

    private func rebuilt(_ workload: Workload) throws(EngineError) -> LoadedKernel {
        try LoadedKernel(workload, on: instruments.engine(of: workload), seed: options.seed) {
            inputs.inputs(for: workload)
        }
    }
}
