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
        let outcome = spend(.preparing) { outsideBudget { prepared(workload, predicted) } }
        switch outcome {
        case .absent(let outcome): try write(workload, known(of: workload), outcome)
        case .ready(let ready, let cost, let preparation):
            let admitted = admission.prepared(at: cost)
            if admitted.isKept { ready.share(through: &inputs) }
            model.correct(
                workload, cost, predictedPairs: kernel(of: workload).predictedPairs(for: workload.problem),
                scratchBytes: ready.scratchBytes)
            let cell = RunningCell(workload, KnownWork(workload, preparation), preparation, admitted)
            cell.resident = admitted.isKept ? ready.kernel : nil
            cells.append(cell)
            try log.open(workload, preparation)
            if cost.isLongCall {
                spent[.preparing] -= Double(ready.first.nanoseconds) / 1e9
                spend(0, visiting: [ready.first])
                try record(ready.first, round: 0, of: cell)
            }
        }
    }

    /// A cell of an earlier attempt: checked then, so it is only made again, at its first visit.
    func resume(_ workload: Workload, _ admitted: Admission.Admitted) {
        let open = openCell(of: workload)
        let cell = RunningCell(workload, KnownWork(workload, open.preparation), open.preparation, admitted)
        cell.samples = open.samples
        cells.append(cell)
    }

    func openCell(of workload: Workload) -> SampleJournal.OpenCell {
        guard let open = log.openCells.first(where: { $0.workload == workload }) else {
            preconditionFailure("\(workload) is not open in the journal")
        }
        return open
    }

    func known(of workload: Workload) -> KnownWork { KnownWork(of: kernel(of: workload), for: workload) }

    func origin(of workload: Workload) -> KernelOrigin { found(workload).origin }

    private func kernel(of workload: Workload) -> Kernel { found(workload).kernel }

    private func found(_ workload: Workload) -> EngineKernel {
        guard let found = try? instruments.engines.kernel(of: workload) else {
            preconditionFailure("a sweep is read with the kernels that are to run it; \(workload) has another")
        }
        return found
    }

    private func prepared(_ workload: Workload, _ predicted: CellCost) -> Prepared {
        // A decode cell's own memory is its cache; the inputs only fill that, and may have come before.
        let shared = workload.isDecode && !instruments.drawsInputs(of: workload) ? inputs.inputs(for: workload) : nil
        do throws(EngineError) {
            let ready = try ReadyCell(workload, instruments, seed: options.seed) {
                shared ?? SharedInputs(for: workload, seed: options.seed)
            }
            let watch = Stopwatch(instruments.clock)
            let correctness = try ready.check(instruments)
            var cost = predicted
            cost.buildSeconds = ready.buildSeconds
            cost.callSeconds = Double(ready.first.nanoseconds) / 1e9
            cost.checkSeconds = watch.seconds
            cost.compileSeconds = ready.kernel.prepared.startup?.compileSeconds ?? 0
            if let scratch = ready.scratchBytes {
                cost.bytes = ready.kernel.engine.bytes(of: workload, scratchBytes: scratch)
            }
            let maximumError: Double
            switch correctness {
            case .right(let error): maximumError = error
            case .wrong(let error, let reason): return .absent(.wrong(reason: reason, maximumError: error))
            }
            let (stated, counted) = (ready.kernel.prepared.statedPairs, ready.kernel.prepared.countedPairs)
            let fewest = workload.fewestPairs
            if let pairs = stated ?? counted, pairs < fewest {
                let reason = "states \(pairs) pairs, fewer than the \(fewest) that its problem has"
                return .absent(.wrong(reason: reason, maximumError: maximumError))
            }
            if let counted, let stated, counted != stated {
                let reason = "computed \(counted) pairs, but states \(stated)"
                return .absent(.wrong(reason: reason, maximumError: maximumError))
            }
            let preparation = SampleJournal.Preparation(
                iterationsPerSample: try ready.callsPerSample(), peakResidentBytes: ready.peakResidentBytes,
                maximumError: maximumError, computedPairs: stated ?? counted,
                scratchBytes: ready.kernel.prepared.statedScratchBytes, startup: ready.kernel.prepared.startup,
                readsSharedTensors: ready.kernel.prepared.readsSharedTensors ? true : nil)
            return .ready(ready, cost, preparation)
        } catch {
            return .absent(error.outcome)
        }
    }
}
