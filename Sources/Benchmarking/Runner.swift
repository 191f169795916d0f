import Attention
import Hardware
import Kernels
import Records

/// Turns workloads into measurements: probes, prepares, then visits every cell in shuffled rounds.
///
/// 1. Each series makes one short call, from which the cost of every cell follows (`Prober`, `CostModel`).
/// 2. Each cell that fits is prepared by itself, cheapest first (`Admission`, `Preparing`): run once under a peak-memory
///    reading, checked against the oracle, and given a number of calls that fill a sample.
/// 3. Rounds visit the cells in a seeded random order and time each (`Rounds`), so that a disturbance of
///    some seconds spreads over all cells instead of bending one curve. Dear cells come every j-th round.
///    After its last round a cell is checked once more, on other inputs (`FinalCheck`).
/// 4. Cells of which one call takes seconds come last, cheapest first, in time that the rounds have left for them: a
///    wrong prediction for ten million tokens then costs nothing but that cell.
///
/// Nothing is done that is not predicted to end within the time budget; the calls of one sample are never cut short.
public struct Runner {
    /// What one launch came to.
    public struct Outcome: Sendable {
        /// Of this launch, in the order of the sweep; without cells that were interrupted before their first sample
        /// and those that an earlier attempt had finished.
        public let measurements: [Measurement]
        public let wasInterrupted: Bool
        /// Of the time budget, with what was spent before the run.
        public let seconds: Double
        /// What engines took meanwhile to start and to compile, beside the budget.
        public let startupSeconds: Double
        public let spent: TimeSpent
    }

    private let instruments: Instruments
    private let options: RunOptions

    public init(_ instruments: Instruments, _ options: RunOptions) {
        self.instruments = instruments
        self.options = options
    }

    /// Probes each series and predicts the rest.
    public func plan(_ workloads: [Workload]) -> RunPlan {
        let watch = Stopwatch(instruments.clock)
        let startupBefore = instruments.startupSeconds
        for engine in instruments.engines {
            engine.limitWaiting { options.timeBudgetSeconds - options.secondsAlreadySpent - watch.seconds }
        }
        let model = Prober(
            instruments: instruments, seed: options.seed,
            seconds: BudgetShare.probingSeconds(
                budgetSeconds: options.timeBudgetSeconds, elapsedSeconds: options.secondsAlreadySpent)
        ).model(for: workloads)
        let cells = zip(workloads, model.predictions(for: workloads, instruments)).map { workload, prediction in
            Admission.Cell(
                phase: workload.phase, problem: workload.problem, prediction: prediction,
                sharesInputs: !instruments.drawsInputs(of: workload))
        }
        return RunPlan(
            workloads, foreseeing: Admission(cells, limits: options.limits(instruments)),
            elapsedSeconds: options.secondsAlreadySpent + watch.seconds
                - (instruments.startupSeconds - startupBefore))
    }

    /// Runs what `log` has not finished.
    public func run(
        _ workloads: [Workload], into log: RunLog, progress: any ProgressObserver = SilentProgress(),
        cancellation: Cancellation = Cancellation()
    ) throws(ResultsError) -> Outcome {
        let run = Run(instruments, options, log, progress, cancellation)
        try run.measure(workloads.filter { !log.hasFinished($0) })
        try run.finish()
        try run.lookAtCacheFormats(of: workloads)
        let order = Dictionary(workloads.enumerated().map { ($1, $0) }) { first, _ in first }
        return Outcome(
            measurements: run.measurements.sorted { order[$0.workload]! < order[$1.workload]! },
            wasInterrupted: cancellation.isCancelled, seconds: run.elapsedSeconds,
            startupSeconds: run.startupSeconds, spent: run.spent)
    }
}
