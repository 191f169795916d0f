import Attention
import Hardware
import Kernels
import Records

/// One launch under way: what `Runner` knows while it runs.
final class Run {
    let instruments: Instruments
    let options: RunOptions
    let log: RunLog
    let cancellation: Cancellation
    let minimumSampleSeconds: Double
    private let progress: any ProgressObserver
    private let sinceStart: Stopwatch
    private var sinceSync: Stopwatch

    /// What is to be run, in the order of the sweep.
    private(set) var pending: [Workload] = []
    var model = CostModel()
    /// Ready to be visited.
    var cells: [RunningCell] = []
    var inputs: InputPool
    /// Lines written so far.
    private(set) var measurements: [Measurement] = []
    private var samplesTaken = 0
    private var samplesContaminated = 0

    init(
        _ instruments: Instruments, _ options: RunOptions, _ log: RunLog, _ progress: any ProgressObserver,
        _ cancellation: Cancellation
    ) {
        self.instruments = instruments
        self.options = options
        self.log = log
        self.progress = progress
        self.cancellation = cancellation
        minimumSampleSeconds = Double(instruments.sampler.minimumNanoseconds) / 1e9
        sinceStart = Stopwatch(instruments.clock)
        sinceSync = sinceStart
        inputs = InputPool(seed: options.seed)
    }

    var elapsedSeconds: Double { options.secondsAlreadySpent + sinceStart.seconds }

    var secondsLeft: Double { options.timeBudgetSeconds - elapsedSeconds }

    /// Plans with what is known by now.
    var planner: Planner { Planner(instruments, options, model) }

    func probe(_ workloads: [Workload]) {
        pending = workloads
        report(.probing, nil, done: 0, total: workloads.count, secondsLeft: nil)
        model = Prober(instruments: instruments, seed: options.seed).model(for: workloads)
    }

    func write(
        _ workload: Workload, _ work: Work, _ outcome: Measurement.Outcome, isFinal: Bool = true
    ) throws(ResultsError) {
        let measurement = Measurement(workload: workload, launch: options.launch, work: work, outcome: outcome)
        try log.write(measurement, isFinal: isFinal)
        measurements.append(measurement)
    }

    func record(_ sample: Sampler.Sample, round: Int, of cell: RunningCell) throws(ResultsError) {
        let entry = SampleJournal.Sample(
            round: round, nanoseconds: sample.nanoseconds, contamination: sample.contamination)
        try log.append(entry, to: cell.workload)
        cell.samples.append(entry)
        samplesTaken += 1
        if sample.contamination.isContaminated(wallNanoseconds: sample.nanoseconds) { samplesContaminated += 1 }
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
        let fault = cell.fault ?? (cancellation.isCancelled ? nil : finalFault(of: cell))
        cell.resident = nil
        if let fault {
            try write(cell.workload, cell.work, .failed(reason: fault.reason, maximumError: fault.maximumError))
        } else if let record = cell.record {
            try write(cell.workload, cell.work, .measured(record), isFinal: !cancellation.isCancelled)
        } else if !cancellation.isCancelled {
            try write(cell.workload, cell.work, .skipped(reason: "the time budget ended before its first round"))
        }
    }

    /// Writes what is not written yet.
    func finish() throws(ResultsError) {
        for cell in cells where !log.hasFinished(cell.workload) { try close(cell) }
        cells = []
        if !cancellation.isCancelled { log.removeJournal() }
    }

    func report(_ phase: ProgressEvent.Phase, _ workload: Workload?, done: Int, total: Int, secondsLeft: Double?) {
        progress.report(
            ProgressEvent(
                phase: phase, cell: workload.map { "\($0)" } ?? "", done: done, total: total, secondsLeft: secondsLeft,
                samples: samplesTaken, contaminatedSamples: samplesContaminated))
    }
}

/// A cell that passed its check, and the samples that it has so far.
final class RunningCell {
    let workload: Workload
    let work: Work
    let preparation: SampleJournal.Preparation
    let cost: CellCost
    /// Whether it stays in memory between visits.
    let isKept: Bool
    var samples: [SampleJournal.Sample]
    /// Nil where the next visit has to make it.
    var resident: PreparedCell?
    /// What the next visit is expected to take.
    var visitSeconds: Double
    var visitsLeft = 0
    /// What was found to be wrong with the kernel while it was timed.
    var fault: Fault?

    struct Fault {
        let reason: String
        let maximumError: Double
    }

    init(
        _ workload: Workload, _ work: Work, _ preparation: SampleJournal.Preparation, _ cost: CellCost, isKept: Bool,
        samples: [SampleJournal.Sample], resident: PreparedCell?, visitSeconds: Double
    ) {
        self.workload = workload
        self.work = work
        self.preparation = preparation
        self.cost = cost
        self.isKept = isKept
        self.samples = samples
        self.resident = resident
        self.visitSeconds = visitSeconds
    }

    var roundsTaken: Int { Set(samples.map(\.round)).count }

    /// Nil while there is no sample.
    var record: Measurement.Record? {
        if samples.isEmpty { return nil }
        return Measurement.Record(
            samplesNanoseconds: samples.map(\.nanoseconds), rounds: samples.map(\.round),
            iterationsPerSample: preparation.iterationsPerSample, contamination: samples.map(\.contamination),
            peakResidentBytes: preparation.peakResidentBytes, maximumError: preparation.maximumError)
    }
}
