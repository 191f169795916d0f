import Attention
import Engines
import Hardware
import Kernels
import Records

/// Every cell by itself, cheapest first, before any is timed against the others.
///
/// The pass that is checked also shows the cell's peak memory, since nothing else changes meanwhile, and corrects the
/// prediction for longer cells of its series. Where it is long it counts as a sample: gigabytes that stream through
/// the caches leave nothing there for a second pass to find, so a warm-up would only double the price of the cell.
extension Run {
    /// What preparing a cell comes to.
    private enum Prepared {
        case ready(ReadyCell, CellCost, SampleJournal.Preparation)
        /// It gets no time, and this is its line.
        case absent(Measurement.Outcome)
    }

    /// Prepares a cell and, if it is right, takes it up among those that are visited.
    func prepare(_ workload: Workload, predicted: CellCost, _ admission: inout Admission) throws(ResultsError) {
        let work = work(of: workload)
        switch prepared(workload, work, predicted) {
        case .absent(let outcome): try write(workload, work, outcome)
        case .ready(let ready, let cost, let preparation):
            let admitted = admission.prepared(at: cost)
            if admitted.isKept { ready.share(through: &inputs) }
            let pairs = kernel(of: workload).predictedPairs(for: workload.problem)
            model.correct(workload, cost, computedPairs: pairs)
            // A program states its pairs only once it is ready.
            let known = Work(
                problem: workload.problem, computedPairs: work.computedPairs ?? ready.kernel.computedPairs)
            let cell = RunningCell(workload, known, preparation, admitted)
            cell.resident = admitted.isKept ? ready.kernel : nil
            cells.append(cell)
            try log.open(workload, preparation)
            if cost.isSinglePass { try record(ready.first, round: 0, of: cell) }
        }
    }

    /// A cell of an earlier attempt: checked then, so it is only made again, at its first visit.
    func resume(_ workload: Workload, _ admitted: Admission.Admitted) {
        let open = openCell(of: workload)
        let cell = RunningCell(workload, work(of: workload), open.preparation, admitted)
        cell.visits = open.visits
        cells.append(cell)
    }

    func openCell(of workload: Workload) -> SampleJournal.OpenCell {
        guard let open = log.openCells.first(where: { $0.workload == workload }) else {
            preconditionFailure("\(workload) is not open in the journal")
        }
        return open
    }

    func work(of workload: Workload) -> Work {
        Work(problem: workload.problem, computedPairs: kernel(of: workload).computedPairs(for: workload.problem))
    }

    func kernel(of workload: Workload) -> Kernel {
        guard let kernel = try? instruments.kernel(named: workload.kernel).kernel else {
            preconditionFailure("a sweep is read with the kernels that are to run it; \(workload) has another")
        }
        return kernel
    }

    private func prepared(_ workload: Workload, _ work: Work, _ predicted: CellCost) -> Prepared {
        // A decode cell's own memory is its cache; the inputs only fill that, and may have come before.
        let shared = workload.isDecode ? inputs.inputs(for: workload.problem) : nil
        do throws(EngineError) {
            let ready = try ReadyCell(workload, instruments) {
                shared ?? SharedInputs(for: workload.problem, seed: options.seed)
            }
            let watch = Stopwatch(instruments.clock)
            let correctness = try ready.check(instruments)
            var cost = predicted
            cost.buildSeconds = ready.buildSeconds
            cost.callSeconds = Double(ready.first.nanoseconds) / 1e9
            cost.checkSeconds = watch.seconds
            if let pairs = work.computedPairs ?? ready.kernel.computedPairs, pairs < work.usefulPairs {
                let reason =
                    "the kernel says that it computes \(pairs) pairs, fewer than its mask's \(work.usefulPairs)"
                return .absent(.failed(reason: reason, maximumError: nil))
            }
            let maximumError: Double
            switch correctness {
            case .right(let error): maximumError = error
            case .wrong(let error, let reason): return .absent(.failed(reason: reason, maximumError: error))
            }
            if let counted = ready.kernel.computedPairs, let stated = work.computedPairs, counted != stated {
                let reason = "the kernel went through \(counted) pairs, not \(stated) as it says"
                return .absent(.failed(reason: reason, maximumError: maximumError))
            }
            let preparation = SampleJournal.Preparation(
                iterationsPerSample: try ready.callsPerSample(), peakResidentBytes: ready.peakResidentBytes,
                maximumError: maximumError)
            return .ready(ready, cost, preparation)
        } catch {
            return .absent(error.outcome)
        }
    }
}
