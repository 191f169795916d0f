import Attention
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
        case ready(PreparedCell, CellCost, SampleJournal.Preparation, first: Sampler.Sample)
        case refused(reason: String)
        /// The kernel is wrong.
        case failed(reason: String, maximumError: Double)
    }

    /// Prepares a cell and, if it is right, takes it up among those that are visited.
    func prepare(_ workload: Workload, predicted: CellCost, _ admission: inout Admission) throws(ResultsError) {
        let work = work(of: workload)
        switch prepared(workload, work, predicted) {
        case .refused(let reason): try write(workload, work, .skipped(reason: reason))
        case .failed(let reason, let maximumError):
            try write(workload, work, .failed(reason: reason, maximumError: maximumError))
        case .ready(let prepared, let cost, let preparation, let first):
            let admitted = admission.prepared(at: cost)
            if admitted.isKept { prepared.share(through: &inputs) }
            model.correct(workload, cost, computedPairs: work.computedPairs)
            let cell = RunningCell(workload, work, preparation, admitted)
            cell.resident = admitted.isKept ? prepared : nil
            cells.append(cell)
            try log.open(workload, preparation)
            if cost.isSinglePass { try record(first, round: 0, of: cell) }
        }
    }

    /// A cell of an earlier attempt: checked then, so it is only made again, at its first visit.
    func resume(_ workload: Workload, _ admitted: Admission.Admitted) {
        guard let open = log.openCells.first(where: { $0.workload == workload }) else {
            preconditionFailure("\(workload) is not open in the journal")
        }
        let cell = RunningCell(workload, work(of: workload), open.preparation, admitted)
        cell.samples = open.samples
        cells.append(cell)
    }

    func work(of workload: Workload) -> Work {
        guard let kernel = instruments.kernels.first(where: { $0.name == workload.kernel }) else {
            preconditionFailure("a sweep is read with the kernels that are to run it; \(workload) has another")
        }
        return Work(problem: workload.problem, computedPairs: kernel.predictedPairs(for: workload.problem))
    }

    private func prepared(_ workload: Workload, _ work: Work, _ predicted: CellCost) -> Prepared {
        var cost = predicted
        // A decode cell's own memory is its cache; the inputs only fill that, and may have come before.
        let shared = workload.isDecode ? inputs.inputs(for: workload.problem) : nil
        let memory = instruments.memory
        let restingBytes = memory.residentBytes()
        memory.resetPeak()
        let watch = Stopwatch(instruments.clock)
        let prepared: PreparedCell
        do {
            prepared = try PreparedCell(workload, instruments) {
                shared ?? SharedInputs(for: workload.problem, seed: options.seed)
            }
        } catch {
            return .refused(reason: error.reason)
        }
        cost.buildSeconds = watch.seconds
        let first = instruments.sampler.sample(iterations: 1) { prepared.call() }
        let peakBytes = max(0, memory.peakResidentBytes() - restingBytes)
        cost.callSeconds = Double(first.nanoseconds) / 1e9

        var correctness = Instruments.Correctness.right(maximumError: 0)
        cost.checkSeconds = instruments.seconds { correctness = prepared.check(instruments) }
        let maximumError: Double
        switch correctness {
        case .wrong(let error, let reason): return .failed(reason: reason, maximumError: error)
        case .right(let error): maximumError = error
        }
        guard prepared.computedPairs == work.computedPairs else {
            let reason = "the kernel went through \(prepared.computedPairs) pairs, not \(work.computedPairs) as it says"
            return .failed(reason: reason, maximumError: maximumError)
        }

        let iterations =
            cost.isCalibrated(limits) ? instruments.sampler.calibratedIterations { prepared.call() } : 1
        let preparation = SampleJournal.Preparation(
            iterationsPerSample: iterations, peakResidentBytes: peakBytes, maximumError: maximumError)
        return .ready(prepared, cost, preparation, first: first)
    }
}
