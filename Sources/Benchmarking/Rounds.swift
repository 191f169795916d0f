import Hardware
import Kernels
import Records

/// Shuffled rounds over the cells that are prepared, one visit each.
extension Run {
    /// - Parameter passes: single passes that come after the rounds; time is held back for those that fit.
    func visitInRounds(before passes: [Workload]) throws(ResultsError) {
        let candidates = cells.map { cell in
            Schedule.Candidate(
                seconds: cell.visitSeconds, minimum: max(0, cell.cost.minimumRounds - cell.roundsTaken),
                most: max(0, options.rounds - cell.roundsTaken), checkSeconds: cell.cost.finalCheckSeconds)
        }
        let leastSeconds = Schedule.seconds(candidates, visits: candidates.map { min($0.minimum, $0.most) })
        let heldBack = planner.secondsHeldBack(for: passes, elapsedSeconds: elapsedSeconds + leastSeconds)
        let visits = Schedule.visits(candidates, in: secondsLeft - heldBack)
        for (cell, count) in zip(cells, visits) { cell.visitsLeft = count }

        // A resumed launch goes on counting, and must not repeat the order of the rounds that it has.
        let firstRound = 1 + (cells.flatMap { $0.samples.map(\.round) }.max() ?? 0)
        let seed = options.seed &+ UInt64(options.launch) << 32 &+ UInt64(firstRound)
        let total = visits.reduce(0, +)
        var done = 0
        for (index, round) in Schedule.rounds(visits: visits, seed: seed).enumerated() {
            for cell in round.map({ cells[$0] }) {
                if cancellation.isCancelled { return }
                if cell.visitSeconds <= secondsLeft - heldBack - checkSeconds {
                    try visit(cell, round: firstRound + index)
                }
                cell.visitsLeft -= 1
                if cell.visitsLeft == 0 { try close(cell) }
                done += 1
                let predicted = cells.reduce(checkSeconds) { $0 + Double($1.visitsLeft) * $1.visitSeconds }
                report(
                    .measuring, cell.workload, done: done, total: total,
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
        let prepared = cell.resident ?? rebuilt(cell)
        if cell.isKept || cell.visitsLeft == 1 { cell.resident = prepared }
        for _ in 0..<cell.cost.warmUpCalls { prepared.call() }
        for _ in 0..<cell.cost.samplesPerVisit(options) {
            let sample = instruments.sampler.sample(iterations: cell.preparation.iterationsPerSample) {
                prepared.call()
            }
            try record(sample, round: round, of: cell)
            cell.fault = cell.fault ?? pairFault(of: prepared, cell)
        }
        try syncJournalIfDue()
        if wasResident || !cell.isKept { cell.visitSeconds = watch.seconds }
    }

    private func rebuilt(_ cell: RunningCell) -> PreparedCell {
        do {
            return try PreparedCell(cell.workload, instruments) { inputs.inputs(for: cell.workload.problem) }
        } catch {
            preconditionFailure("\(cell.workload) was prepared once and is refused now: \(error)")
        }
    }
}
