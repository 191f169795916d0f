import Analysis
import ArgumentParser
import Benchmarking
import Foundation
import Hardware
import Kernels
import Reporting

struct RunCommand: Command {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Measure a sweep, hold it against theory, and write a report.",
        discussion: """
            A sweep is a file that says which kernels to run on which problems: a path, or a name in \
            Benchmarks/sweeps. Each kernel is checked against the reference before it is timed. Cells are visited in \
            shuffled rounds on a pinned core until the time budget is used; what does not fit is skipped with its \
            reason. ^C ends the run early: what was measured is kept and reported, and --resume goes on with it.

            Examples:
              attnbench run
              attnbench run smoke --time-budget 5s
              attnbench run scaling --set lengths=1K..64K*2 --set headDimension=128 --cpu 1
              attnbench run long-context --dry-run
              attnbench run long-context --output reports/long --resume
            """)

    @Argument(help: "A sweep file, or the name of one in Benchmarks/sweeps.")
    var sweep = "scaling"

    @Option(help: ArgumentHelp("Where the report goes; default reports/<date>-<sweep>.", valueName: "dir"))
    var output: String?

    @Option(
        help: ArgumentHelp("Time for everything, such as 30s or 5m, in place of the sweep's.", valueName: "time"),
        transform: Self.duration)
    var timeBudget: Double?

    @Option(help: ArgumentHelp("Most rounds that a cell is visited in.", valueName: "n"))
    var rounds = 50

    @Option(help: ArgumentHelp("Decides inputs and order.", valueName: "n"))
    var seed: UInt64 = 1

    @Flag(help: "Go on with the results in --output.")
    var resume = false

    @Flag(help: "Print what would run, how long and in how much memory, and stop.")
    var dryRun = false

    @Option(
        help: ArgumentHelp("An axis in place of the sweep's, such as lengths=1K..8K*2.", valueName: "key=value"),
        transform: Self.override)
    var set: [SweepFile.Override] = []

    @OptionGroup var pinning: PinningOptions
    @OptionGroup var outputOptions: OutputOptions

    func validate() throws {
        if resume, output == nil { throw ValidationError("--resume needs --output: which results to go on with") }
        if rounds < 1 { throw ValidationError("--rounds is \(rounds); it must be at least 1") }
    }

    func run(on console: Console) throws {
        let start = SystemClock().nanoseconds
        let sweep = try SweepFile.load(SweepFile.find(self.sweep, in: SweepDirectories.all), overrides: set)
        let workloads = try sweep.workloads()
        let bench = try MeasuringBench(
            placement: pinning.placement, threadCounts: Set(workloads.map(\.threads)))
        var options = RunOptions(seed: seed)
        options.rounds = rounds
        options.timeBudgetSeconds = timeBudget ?? sweep.timeBudgetSeconds ?? .infinity
        options.secondsAlreadySpent = Double(SystemClock().nanoseconds - start) / 1e9
        let runner = Runner(bench.instruments(seed: seed), options)
        if dryRun {
            console.output(PlanText.text(runner.plan(workloads), columns: console.width))
            return
        }
        let directory = URL(fileURLWithPath: output ?? ReportDirectory.name(for: sweep.name))
        let outcome = try measure(workloads, of: sweep, with: runner, bench, in: directory, console)
        try ReportWriter(console: console, options: outputOptions).write(
            resultsPath: directory.appendingPathComponent("results.jsonl").path, to: directory)
        for refusal in bench.refusals where !outputOptions.quiet { console.messages("Caution: \(refusal)\n") }
        if outcome.wasInterrupted {
            throw Interrupted(command: command, directory: directory.relativePath)
        }
        if let wrong = outcome.measurements.firstFailure { throw WrongResult(description: wrong) }
    }

    private func measure(
        _ workloads: [Workload], of sweep: Sweep, with runner: Runner, _ bench: MeasuringBench, in directory: URL,
        _ console: Console
    ) throws -> Runner.Outcome {
        try ReportDirectory.make(directory)
        let header = ResultsHeader(
            machine: bench.machine, ceilings: bench.ceilings, build: .current, sweep: sweep, seed: seed,
            startedAt: Date().formatted(.iso8601), command: command)
        let path = directory.appendingPathComponent("results.jsonl").path
        let log = try resume ? RunLog.resume(path, header: header) : RunLog.create(path, header: header)
        let cancellation = Interrupts.cancellation()
        guard !outputOptions.quiet else { return try runner.run(workloads, into: log, cancellation: cancellation) }
        let progress = TextProgress(
            console.messagesAreTerminal ? .terminal(columns: console.width) : .lines,
            write: console.messages)
        defer { progress.end() }
        return try runner.run(workloads, into: log, progress: progress, cancellation: cancellation)
    }

    /// What makes these results again.
    var command: String {
        var words = ["attnbench", "run", sweep, "--seed", "\(seed)", "--rounds", "\(rounds)"]
        if let timeBudget { words += ["--time-budget", "\(timeBudget)s"] }
        for override in set { words += ["--set", "\(override.key)=\(override.value)"] }
        return (words + pinning.words).joined(separator: " ")
    }

    private static func duration(_ text: String) throws -> Double {
        guard let seconds = TimeBudget.parse(text) else {
            throw ValidationError("\"\(text)\" is no time; write 500ms, 30s, 5m or 2h")
        }
        return seconds
    }

    private static func override(_ text: String) throws -> SweepFile.Override {
        guard let override = SweepFile.Override(text) else {
            throw ValidationError("\"\(text)\" sets nothing; write key=value, such as lengths=1K..8K*2")
        }
        return override
    }
}

/// The run was ended by ^C; what it measured is kept.
struct Interrupted: Error, CustomStringConvertible {
    /// All of it: results made with another seed or other axes cannot be gone on with.
    let command: String
    let directory: String

    var description: String {
        "interrupted; go on with: \(command) --output \(directory) --resume"
    }
}

extension [Benchmarking.Measurement] {
    fileprivate var firstFailure: String? {
        for measurement in self {
            if case .failed(let reason, _) = measurement.outcome {
                return
                    "\(measurement.workload.kernel) at n = \(measurement.workload.problem.shape.queryLength) \(reason)"
            }
        }
        return nil
    }
}
