import Engines
import Hardware
import Records

/// Shuffled rounds over the cells that are prepared, one visit each.
extension Run {
    /// - Parameters:
    ///   - visits: how often each cell is visited, in the order of `cells`.
    ///   - heldBack: seconds of the budget that the rounds must leave.
    func visitInRounds(_ visits: [Int], heldBack: Double) throws(ResultsError) {
        for (cell, count) in zip(cells, visits) { cell.visitsLeft = count }

        // A resumed launch goes on counting, and must not repeat the order of the rounds that it has.
        let firstRound = 1 + (cells.flatMap { $0.visits.map(\.round) }.max() ?? 0)
        let seed = options.seed &+ UInt64(options.launch) << 32 &+ UInt64(firstRound)
        let total = visits.reduce(0, +)
        var done = 0
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
                done += 1
                let predicted = cells.reduce(checkSeconds) { $0 + Double($1.visitsLeft) * $1.visitSeconds }
                report(
                    .measuring, cell.workload, Steps(done: done, total: total),
                    secondsLeft: max(0, min(predicted + heldBack, secondsLeft)))
            }
        }
        if cancellation.isCancelled { return }
        for (cell, count) in zip(cells, visits) where count == 0 { try close(cell) }
        cells = []
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
            let kernel = if let resident = cell.resident { resident } else { try rebuilt(cell.workload) }
            if cell.isKept || cell.visitsLeft == 1 { cell.resident = kernel }
            var batch = Batch(calls: cell.preparation.iterationsPerSample, warmUpCalls: cell.cost.warmUpCalls)
            for _ in 0..<cell.cost.samplesPerVisit(limits) {
                samples.append(try instruments.sample(kernel, batch, of: cell.workload))
                cell.fault = cell.fault ?? pairFault(of: kernel, cell)
                batch.warmUpCalls = 0
            }
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
        try LoadedKernel(workload, on: instruments.engine(of: workload)) { inputs.inputs(for: workload.problem) }
    }
}
