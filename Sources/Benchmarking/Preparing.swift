import Attention
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
        case ready(RunningCell, firstSample: Sampler.Sample?)
        /// An earlier attempt at this launch had it ready.
        case resumed(RunningCell)
        case skipped(reason: String)
        /// The kernel is wrong.
        case failed(reason: String, maximumError: Double)
    }

    func prepare(_ workloads: [Workload]) throws(ResultsError) {
        let planner = planner
        let plannedSeconds = planner.plan(workloads, elapsedSeconds: elapsedSeconds).seconds
        var admission = planner.admission
        var residency = planner.residency(workloads)
        for (done, workload) in planner.cheapestFirst(workloads).enumerated() {
            if cancellation.isCancelled { return }
            report(
                .preparing, workload, done: done, total: workloads.count,
                secondsLeft: max(0, plannedSeconds - elapsedSeconds))
            guard let kernel = instruments.kernels.first(where: { $0.name == workload.kernel }) else {
                preconditionFailure("a sweep is read with the kernels that are to run it; \(workload) has another")
            }
            let work = Work(problem: workload.problem, computedPairs: kernel.computedPairs(for: workload.problem))
            switch prepared(workload, kernel, work, admission, &residency) {
            case .skipped(let reason):
                try write(workload, work, .skipped(reason: reason))
            case .failed(let reason, let maximumError):
                try write(workload, work, .failed(reason: reason, maximumError: maximumError))
            case .resumed(let cell):
                admission.admit(cell.cost)
                cells.append(cell)
            case .ready(let cell, let firstSample):
                if let pairs = work.computedPairs { model.correct(workload, cell.cost, computedPairs: pairs) }
                admission.admit(cell.cost)
                cells.append(cell)
                try log.open(workload, cell.preparation)
                if let firstSample { try record(firstSample, round: 0, of: cell) }
            }
        }
    }

    private func prepared(
        _ workload: Workload, _ kernel: Kernel, _ work: Work, _ admission: Admission,
        _ residency: inout Residency
    ) -> Prepared {
        do throws(UnsupportedProblem) {
            var cost = try model.cost(of: workload, kernel: kernel)
            if inputs.holds(inputsFor: workload.problem) { cost.inputSeconds = 0 }
            if let open = log.openCells.first(where: { $0.workload == workload }) {
                return .resumed(resumed(open, work, cost, isKept: residency.keeps(workload.problem, bytes: cost.bytes)))
            }
            if let refusal = admission.refusal(of: cost, elapsedSeconds: elapsedSeconds) {
                return .skipped(reason: refusal.reason)
            }
            return try prepare(workload, work, cost, &residency)
        } catch {
            return .skipped(reason: error.reason)
        }
    }

    private func prepare(
        _ workload: Workload, _ work: Work, _ predicted: CellCost, _ residency: inout Residency
    ) throws(UnsupportedProblem) -> Prepared {
        var cost = predicted
        // A decode cell's own memory is its cache; the inputs only fill that, and may have come before.
        let shared = workload.isDecode ? inputs.inputs(for: workload.problem) : nil
        let memory = instruments.memory
        let restingBytes = memory.residentBytes()
        memory.resetPeak()
        var built: PreparedCell?
        cost.buildSeconds = try instruments.seconds { () throws(UnsupportedProblem) in
            built = try PreparedCell(workload, instruments) {
                shared ?? SharedInputs(for: workload.problem, seed: options.seed)
            }
        }
        let prepared = built!
        built = nil
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
        if let stated = work.computedPairs, prepared.computedPairs != stated {
            let reason = "the kernel went through \(prepared.computedPairs) pairs, not \(stated) as it says"
            return .failed(reason: reason, maximumError: maximumError)
        }

        var iterations = 1
        if cost.callSeconds < 4 * minimumSampleSeconds {
            iterations = instruments.sampler.calibratedIterations { prepared.call() }
        }
        let isKept = residency.keeps(workload.problem, bytes: cost.bytes)
        if isKept { prepared.share(through: &inputs) }
        let preparation = SampleJournal.Preparation(
            iterationsPerSample: iterations, peakResidentBytes: peakBytes, maximumError: maximumError)
        let cell = RunningCell(
            workload, work, preparation, cost, isKept: isKept, samples: [], resident: isKept ? prepared : nil,
            visitSeconds: cost.visitSeconds(options, minimumSampleSeconds: minimumSampleSeconds, isResident: isKept))
        return .ready(cell, firstSample: cost.isSinglePass ? first : nil)
    }

    /// A cell of an earlier attempt: checked then, so it is only made again, at its first visit.
    private func resumed(
        _ open: SampleJournal.OpenCell, _ work: Work, _ cost: CellCost, isKept: Bool
    ) -> RunningCell {
        RunningCell(
            open.workload, work, open.preparation, cost, isKept: isKept, samples: open.samples, resident: nil,
            visitSeconds: cost.visitSeconds(options, minimumSampleSeconds: minimumSampleSeconds, isResident: false))
    }
}
