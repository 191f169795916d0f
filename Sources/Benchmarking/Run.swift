import Attention
import Engines
import Hardware
import Kernels
import Records

/// One launch under way: what `Runner` knows while it runs.
final class Run {
    let instruments: Instruments
    let options: RunOptions
    let log: RunLog
    let cancellation: Cancellation
    let limits: RunLimits
    private let progress: any ProgressObserver
    private let sinceStart: Stopwatch
    private var sinceSync: Stopwatch

    var model = CostModel()
    /// Ready to be visited.
    var cells: [RunningCell] = []
    var inputs: InputPool
    /// Lines written so far.
    private(set) var measurements: [Measurement] = []
    private(set) var keptSamples = KeptSamples()
    private var summary = KeptSamples.Summary()
    private var sinceSummary: Stopwatch?
    /// What engines have taken to start and to compile outside of the budget.
    private(set) var startupSeconds = 0.0
    var spent = TimeSpent()
    /// When the last sample of an earlier attempt at this launch was taken.
    private let earlierSeconds: Double

    init(
        _ instruments: Instruments, _ options: RunOptions, _ log: RunLog, _ progress: any ProgressObserver,
        _ cancellation: Cancellation
    ) {
        self.instruments = instruments
        self.options = options
        self.log = log
        self.progress = progress
        self.cancellation = cancellation
        limits = options.limits(instruments)
        sinceStart = Stopwatch(instruments.clock)
        sinceSync = sinceStart
        earlierSeconds =
            log.openCells.flatMap(\.samples).compactMap { $0.sample.sentinels?.elapsedSeconds }.max() ?? 0
        spent[.ceilings] = options.secondsAlreadySpent
        inputs = InputPool(seed: options.seed)
        for engine in instruments.engines { engine.limitWaiting { [weak self] in self?.secondsLeft ?? .infinity } }
    }

    /// Of the time budget, which is there for samples: starting engines and compiling their kernels is none of it.
    var elapsedSeconds: Double { options.secondsAlreadySpent + sinceStart.seconds - startupSeconds }

    var secondsLeft: Double { options.timeBudgetSeconds - elapsedSeconds }

    /// Does something of which starting engines and compiling is not paid by the budget.
    func outsideBudget<Result>(_ work: () -> Result) -> Result {
        let before = instruments.startupSeconds
        defer { startupSeconds += instruments.startupSeconds - before }
        return work()
    }

    /// Does something whose time belongs to an activity; starting engines and compiling belongs to none.
    func spend<Result, E: Error>(_ activity: TimeSpent.Activity, _ work: () throws(E) -> Result) throws(E) -> Result {
        let (watch, before) = (Stopwatch(instruments.clock), instruments.startupSeconds)
        defer { spent[activity] += max(0, watch.seconds - (instruments.startupSeconds - before)) }
        return try work()
    }

    /// Of a visit, what is not timed fills the caches or reads the sentinels.
    func spend(_ seconds: Double, visiting samples: [Sample]) {
        let timed = samples.reduce(0) { $0 + Double($1.wallNanoseconds ?? $1.nanoseconds) / 1e9 }
        spent[.sampling] += timed
        spent[.warmingUp] += max(0, seconds - timed)
    }

    /// Drives admission with what is measured, until it is done or the run is interrupted.
    ///
    /// - Parameter workloads: in the order of the sweep.
    func measure(_ workloads: [Workload]) throws(ResultsError) {
        report(.probing, nil, Steps(done: 0, total: workloads.count), secondsLeft: nil)
        let prober = Prober(
            instruments: instruments, seed: options.seed,
            seconds: BudgetShare.probingSeconds(
                budgetSeconds: options.timeBudgetSeconds, elapsedSeconds: elapsedSeconds))
        model = spend(.probing) { outsideBudget { prober.model(for: workloads) } }
        var admission = admission(of: workloads)
        let plannedSeconds = RunPlan(workloads, foreseeing: admission, elapsedSeconds: elapsedSeconds).seconds
        var looked = 0
        func reportPreparing(_ workload: Workload) {
            report(
                .preparing, workload, Steps(done: looked, total: workloads.count),
                secondsLeft: max(0, plannedSeconds - elapsedSeconds))
            looked += 1
        }
        while !cancellation.isCancelled {
            switch admission.next(elapsedSeconds: elapsedSeconds) {
            case .skip(let cell, let refusal):
                reportPreparing(workloads[cell])
                try write(workloads[cell], known(of: workloads[cell]), refusal.outcome)
            case .keep(let cell):
                reportPreparing(workloads[cell])
                try keep(openCell(of: workloads[cell]))
            case .resume(let admitted):
                reportPreparing(workloads[admitted.cell])
                resume(workloads[admitted.cell], admitted)
            case .prepare(let cell, let predicted):
                reportPreparing(workloads[cell])
                try prepare(workloads[cell], predicted: predicted, &admission)
                admission.revise(model.predictions(for: workloads, instruments))
            case .visit(let visits, let heldBackSeconds):
                try visitInRounds(visits.map(\.count), heldBack: heldBackSeconds)
            case .done: return
            }
        }
    }

    private func admission(of workloads: [Workload]) -> Admission {
        let cells = zip(workloads, model.predictions(for: workloads, instruments)).map { workload, prediction in
            let open = log.openCells.first { $0.workload == workload }
            return Admission.Cell(
                phase: workload.phase, problem: workload.problem, prediction: prediction,
                roundsTaken: open.map { Set($0.samples.map(\.round)).count },
                sharesInputs: !instruments.drawsInputs(of: workload))
        }
        return Admission(cells, limits: limits)
    }

    func write(
        _ workload: Workload, _ known: KnownWork, _ outcome: Measurement.Outcome, isFinal: Bool = true
    ) throws(ResultsError) {
        let measurement = Measurement(
            workload: workload, origin: origin(of: workload), launch: options.launch, work: known.work,
            scratchBytes: known.scratchBytes, outcome: outcome)
        try log.write(measurement, isFinal: isFinal)
        measurements.append(measurement)
    }

    func record(_ sample: Sample, round: Int, of cell: RunningCell) throws(ResultsError) {
        var sample = sample
        sample.sentinels?.elapsedSeconds? += earlierSeconds
        let taken = SampleJournal.TakenSample(round: round, sample)
        try log.append(taken, to: cell.workload)
        cell.samples.append(taken)
        keptSamples.add(sample, of: cell.workload)
    }

    /// Brings the journal to disk once a second at most, between visits: a power cut then costs about a second of
    /// samples. After every sample it would cost up to what the shortest samples take (0.15 ms at the median and 8 ms at
    /// worst on a virtual disk); never, and the journal would survive a kill but not a reset.
    func syncJournalIfDue() throws(ResultsError) {
        guard sinceSync.seconds >= 1 else { return }
        try log.syncJournal()
        sinceSync = Stopwatch(instruments.clock)
    }

    /// Writes the line of a cell whose last round is over, or that is cut short, and frees what it holds.
    func close(_ cell: RunningCell) throws(ResultsError) {
        let fault = cell.fault ?? (cancellation.isCancelled ? nil : spend(.checking) { finalFault(of: cell) })
        cell.resident = nil
        if let fault {
            try write(cell.workload, cell.known, fault.outcome)
        } else if let record = cell.record {
            try write(cell.workload, cell.known, .measured(record), isFinal: !cancellation.isCancelled)
        } else if !cancellation.isCancelled {
            try write(cell.workload, cell.known, Refusal.noRound.outcome)
        }
    }

    /// Writes the line of a cell that an earlier attempt has left open and that is not gone on with.
    private func keep(_ open: SampleJournal.OpenCell) throws(ResultsError) {
        guard let record = Measurement.Record(open.samples, open.preparation) else { return }
        try write(
            open.workload, KnownWork(open.workload, open.preparation), .measured(record),
            isFinal: !cancellation.isCancelled)
    }

    /// Writes what is not written yet. An interrupted run has not come to all cells of the attempt that it goes on with:
    /// these keep what they have.
    func finish() throws(ResultsError) {
        for cell in cells where !log.hasFinished(cell.workload) { try close(cell) }
        cells = []
        for open in log.openCells where !log.hasFinished(open.workload) { try keep(open) }
        if !cancellation.isCancelled { log.removeJournal() }
    }

    /// Measures what the quantised caches of these workloads cost in accuracy, once for a results file.
    func lookAtCacheFormats(of workloads: [Workload]) throws(ResultsError) {
        if cancellation.isCancelled { return }
        let formats = Set(workloads.map(\.problem.cacheFormat))
        for quality in CacheQuality.measured(for: formats, beside: log.cacheQuality) { try log.write(quality) }
    }

    /// How far a phase is.
    struct Steps {
        var done: Int
        var total: Int
    }

    func report(_ phase: ProgressEvent.Phase, _ workload: Workload?, _ steps: Steps, secondsLeft: Double?) {
        // Every sample is looked at, so once a second has to do.
        if sinceSummary.map({ $0.seconds >= 1 }) ?? true || steps.done == steps.total {
            (summary, sinceSummary) = (keptSamples.summary, Stopwatch(instruments.clock))
        }
        progress.report(
            ProgressEvent(
                phase: phase, cell: workload.map { "\($0)" } ?? "", done: steps.done, total: steps.total,
                secondsLeft: secondsLeft, samples: summary))
    }
}

/// A cell that passed its check, and the samples that it has so far.
final class RunningCell {
    let workload: Workload
    let known: KnownWork
    let preparation: SampleJournal.Preparation
    let cost: CellCost
    /// Whether it stays in memory between visits.
    let isKept: Bool
    var samples: [SampleJournal.TakenSample] = []
    /// Nil where the next visit has to make it.
    var resident: LoadedKernel?
    /// What the next visit is expected to take.
    var visitSeconds: Double
    var visitsLeft = 0
    /// What was found to be wrong with the kernel while it was timed.
    var fault: FinalCheck.Fault?

    init(
        _ workload: Workload, _ known: KnownWork, _ preparation: SampleJournal.Preparation,
        _ admitted: Admission.Admitted
    ) {
        self.workload = workload
        self.known = known
        self.preparation = preparation
        cost = admitted.cost
        isKept = admitted.isKept
        visitSeconds = admitted.visitSeconds
    }

    /// Nil while there is no sample.
    var record: Measurement.Record? { Measurement.Record(samples, preparation) }
}
