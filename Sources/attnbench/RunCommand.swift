import Analysis
import ArgumentParser
import Benchmarking
import Escaping
import Faults
import Files
import Foundation
import Hardware
import Kernels
import Ranks
import Records
import Reporting

struct RunCommand: Command {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Measure a sweep, compare it with theory, and write a report.",
        discussion: """
            A sweep is a file that says which kernels to run on which problems. Give its path, or its name \
            (`attnbench list sweeps`). Each kernel is compared with the reference before it is timed. Cells (one kernel with \
            one problem) are visited in shuffled rounds on a pinned core until the time budget is used. A cell that \
            does not fit is skipped, with the reason. ^C ends the run early: its report has what was measured until \
            then, and --resume continues it.

            With --launches the sweep is measured by this many processes, one after the other, each in its share of \
            the time budget. The intervals then include the difference between processes, which a repetition on \
            another day would also show.

            Under mpirun, a sweep can have kernels of ranks: `mpirun -n 2 attnbench run ranks`. The first rank measures, \
            prints and writes. With --spread, each rank measures a part of the cells of an ordinary sweep.

            Examples:
              attnbench run
              attnbench run smoke --time-budget 5s
              attnbench run scaling --set lengths=1K..64K*2 --set headDimension=128 --cpu 1
              attnbench run scaling --launches 5 --time-budget 5m --require-quiet
              attnbench run mine.yaml --engine ./libmine.so
              attnbench run long-context --dry-run
              attnbench run long-context --output reports/long --resume
              mpirun --host node1,node2 attnbench run scaling --spread
            """)

    @Argument(help: "A sweep file, or the name of a sweep in `attnbench list sweeps`.", completion: .sweeps)
    var sweep = "scaling"

    @Option(
        help: ArgumentHelp("The directory for the report. (default: reports/<date>-<sweep>)", valueName: "dir"),
        completion: .directory)
    var output: String?

    @Option(
        help: ArgumentHelp(
            "Time for the whole run, such as 30s or 5m. (default: that of the sweep)", valueName: "time"),
        transform: OptionValues.duration)
    var timeBudget: Double?

    @Option(help: ArgumentHelp("Largest number of rounds of a cell.", valueName: "n"))
    var rounds = 50

    @Option(
        help: ArgumentHelp(
            "Number of processes that measure, one after the other; 5 is usually enough.", valueName: "n"))
    var launches = 1

    @Option(help: ArgumentHelp("Seed of inputs and of the order of cells.", valueName: "n"))
    var seed: UInt64 = 1

    @Flag(
        help: "Under mpirun: deal the cells to the ranks, so that several hosts measure one sweep at the same time.")
    var spread = false

    @Flag(help: "Continue the run whose results are in --output.")
    var resume = false

    @Flag(help: "Print what would run, with its time and memory, and measure nothing.")
    var dryRun = false

    @Option(
        help: ArgumentHelp("Replace an axis of the sweep, such as lengths=1K..8K*2.", valueName: "key=value"),
        transform: OptionValues.override)
    var set: [SweepFile.Override] = []

    @OptionGroup var engineOptions: EngineOptions
    @OptionGroup var tuningOptions: TuningOptions
    @OptionGroup var quietOptions: QuietOptions
    @OptionGroup var pinning: PinningOptions
    @OptionGroup var outputOptions: OutputOptions

    static let takesRanks = true

    func validate() throws {
        if resume, output == nil {
            throw ValidationError("--resume needs --output, the directory of the run to continue")
        }
        if spread, launches > 1 {
            throw ValidationError("--spread and --launches exclude each other; give one of them")
        }
        try OptionValues.requireCounts(["rounds": rounds], atMost: RunOptions.mostRounds)
        try OptionValues.requireCounts(["launches": launches], atMost: RunOptions.mostLaunches)
    }

    func run(on console: Console) throws -> Verdict {
        if spread {
            let spreading = try SpreadRun.started(pinning.placement, on: console) { kernels, placement in
                try engineOptions.started(for: kernels, placement: placement, on: console)
            }
            guard let spreading else { return .done }
            defer { spreading.release() }
            return try run(on: console, ranks: nil, spreading)
        }
        let several = try LaunchedRanks.severalStarted(pinning.placement, on: console)
        if let several, !several.isFirst {
            try several.follow()
            return .done
        }
        defer { several?.engine.end() }
        return try run(on: console, ranks: several, nil)
    }

    /// What the first rank does, or the only process.
    ///
    /// - Parameters:
    ///   - several: ranks that share each call.
    ///   - spreading: ranks that measure a share of the cells each.
    private func run(on console: Console, ranks several: LaunchedRanks?, _ spreading: SpreadRun?) throws -> Verdict {
        let path = try SweepFile.find(self.sweep, in: SweepDirectories.all)
        let names = try SweepFile.kernelNames(in: path, overrides: set)
        if spreading != nil, let kernel = names.first(where: LaunchedRanks.isOfRanks) {
            throw ValidationError("\(kernel) needs all ranks at once; leave out --spread, or the kernels of ranks")
        }
        let ranks = try several ?? LaunchedRanks.alone(for: names, pinning.placement, on: console)
        if ranks != nil, launches > 1 {
            throw ValidationError("--launches starts processes that are no ranks; leave it out, or run without ranks")
        }
        let placement = spreading?.core.placement ?? pinning.placement
        let engines = try engineOptions.started(
            for: names.filter { !LaunchedRanks.isOfRanks($0) }, placement: placement, on: console)
        let kernels = engines.kernels + (ranks == nil ? [] : RankEngine.kernels)
        // The time budget is there for samples: it begins when the engines are there.
        let watch = Stopwatch()
        let sweep = try SweepFile.load(path, overrides: set, kernels: kernels)
        let workloads = try sweep.workloads(kernels: kernels)
        if !outputOptions.quiet { console.caution(engines.idle(measuring: names)) }
        let directory = URL(fileURLWithPath: output ?? ReportDirectory.name(for: sweep.name))
        let threadCounts = Set(workloads.map(\.threads))
        let results = dryRun ? nil : try claim(directory, threads: threadCounts.min()!, on: console)
        defer { results?.release() }

        if resume, let results, !outputOptions.quiet {
            console.caution(try RunLog.tornLines(results.path, launches: launches))
        }
        let progress = outputOptions.progress(on: console)
        defer { progress.end() }
        let tuning = try tuning(goingOnWith: results, on: console)
        var options = RunOptions(seed: seed)
        options.rounds = rounds
        options.timeBudgetSeconds = timeBudget ?? sweep.timeBudgetSeconds ?? .infinity
        var bench = try MeasuringBench(
            placement: placement, threadCounts: threadCounts,
            from: MeasuringBench.Sources(
                tuning: tuning,
                ceilings: .measured(withinSeconds: BudgetShare.ceilings * options.timeBudgetSeconds)),
            progress: progress)
        bench.engines = engines
        if let ranks {
            ranks.engine.tuning = bench.tuning
            bench.engines.append(ranks.engine)
        }
        options.secondsAlreadySpent = BudgetShare.charged(
            ceilingSeconds: watch.seconds, budgetSeconds: options.timeBudgetSeconds)
        guard let results else {
            let plan = plan(workloads, bench, options)
            progress.end()
            console.output(PlanText.text(plan, launches: launches, columns: console.width))
            return .done
        }
        let header = ResultsHeader(
            machine: bench.machine, ceilings: bench.ceilings, tuning: bench.tuning, build: .current, sweep: sweep,
            seed: seed, startedAt: Date().formatted(.iso8601), command: command.description, ranks: ranks?.count)
        if spreading != nil || several != nil { LastWords.prepare(resuming: command, directory.relativePath) }
        let run = PreparedRun(
            workloads: workloads, bench: bench, options: options, header: header, results: results,
            spreading: spreading, watch: watch,
            remarks: bench.refusals + engines.flatMap(\.remarks) + (ranks?.engine.remarks ?? []))
        let ending = try launches == 1 ? measure(run, progress) : launch(run, progress)
        progress.end()
        return try report(ending, of: run, to: directory, console)
    }

    /// The right to measure into a directory that is fit for it, on a machine that is fit for it where that is wanted.
    private func claim(_ directory: URL, threads: Int, on console: Console) throws -> ResultsLock {
        let path = directory.appendingPathComponent("results.jsonl").path
        if resume, !FileManager.default.fileExists(atPath: path) { throw ResultsError.missing(path: path) }
        try quietOptions.require(pinning.placement, threads: threads, on: console, outputOptions)
        let results = try ResultsLock(path)
        if !resume, FileManager.default.fileExists(atPath: path) { throw ResultsError.exists(path: path) }
        try ReportDirectory.requireNoResults(in: directory, besides: "results.jsonl")
        try ReportDirectory.requireNoForeignPages(in: directory)
        return results
    }

    /// A run that goes on keeps the choices with which it began: cells of one report are measured alike.
    private func tuning(goingOnWith results: ResultsLock?, on console: Console) throws -> TuningSource {
        guard resume, let results else { return try tuningOptions.source(on: console) }
        let begun = try ResultsFile.load(results.path).header.tuning
        return begun.map(TuningSource.known) ?? .off
    }

    private func plan(_ workloads: [Workload], _ bench: MeasuringBench, _ options: RunOptions) -> RunPlan {
        var options = options
        options.timeBudgetSeconds /= Double(launches)
        options.secondsAlreadySpent /= Double(launches)
        if launches > 1 { options.samplesPerVisit = Launches.samplesPerVisit }
        return Runner(bench.instruments(seed: seed), options).plan(workloads)
    }

    /// What ended the measuring, where something is to be said of it.
    private enum Ending {
        case done
        case interrupted
        case outOfTime(launches: Int)
        case failed(any Fault)
    }

    /// A run that has its machine and its file.
    private struct PreparedRun {
        let workloads: [Workload]
        let bench: MeasuringBench
        let options: RunOptions
        let header: ResultsHeader
        let results: ResultsLock
        /// Over which ranks the cells are dealt; nil where this process measures all.
        let spreading: SpreadRun?
        /// Started when the time budget began.
        let watch: Stopwatch
        /// Of the machine and of the engines.
        let remarks: [String]
    }

    private func measure(_ run: PreparedRun, _ progress: any ProgressObserver) throws -> Ending {
        let path = run.results.path
        let log =
            try resume
            ? RunLog.resume(path, header: run.header, lock: run.results)
            : RunLog.create(path, header: run.header, lock: run.results)
        guard let spreading = run.spreading else {
            let outcome = try MeasuringLaunch(run.bench, run.options)
                .run(run.workloads, into: log, progress: progress, cancellation: Interrupts.cancellation())
            return outcome.wasInterrupted ? .interrupted : .done
        }
        let plan = SpreadRun.Plan(bench: run.bench, options: run.options, machine: run.header.machine)
        do {
            return try spreading.measure(run.workloads, plan, into: log, progress: progress) ? .interrupted : .done
        } catch let error as RankFailure {
            guard log.isUnused else { return .failed(error) }
            // A host was refused before anything was measured: there is nothing to report, and nothing to continue.
            log.removeJournal()
            try? OutputFile.remove(path)
            throw error
        }
    }

    private func launch(_ run: PreparedRun, _ progress: any ProgressObserver) throws -> Ending {
        let path = run.results.path
        if resume {
            _ = try ResultsFile.load(path, resuming: run.header)
        } else {
            try ResultsFile.create(path, header: run.header)
        }
        Pinning.unbindCurrentThread(on: run.bench.topology)
        let launches = Launches(launches, of: run.workloads, run.options, since: run.watch)
        do {
            let outcome = try launches.run(
                into: run.results, progress: progress, cancellation: Interrupts.cancellation()
            ) { LaunchCommand.words(for: $0, results: path, options: engineOptions.words + pinning.words) }
            switch outcome {
            case .done: return .done
            case .interrupted: return .interrupted
            case .outOfTime(let launches): return .outOfTime(launches: launches)
            }
        } catch let error as LaunchFailed {
            return .failed(error)
        }
    }

    /// Reports what there is, then says what was wrong.
    private func report(
        _ ending: Ending, of run: PreparedRun, to directory: URL, _ console: Console
    ) throws -> Verdict {
        let path = run.results.path
        try ReportWriter(console: console, options: outputOptions).write(resultsPath: path, to: directory)
        if !outputOptions.quiet { console.caution(run.remarks) }
        switch ending {
        case .interrupted: throw Interrupted(command: command, directory: directory.relativePath)
        case .failed(let error):
            throw EndedEarly(cause: error, command: command, directory: directory.relativePath)
        case .outOfTime(let done) where !outputOptions.quiet:
            console.caution(["the time budget ended after \(done) of \(launches) launches"])
        case .done, .outOfTime: break
        }
        let measurements = try ResultsFile.load(path).measurements
        if let failure = measurements.failure() { return failure }
        if measurements.allSatisfy({ !$0.isMeasured }) {
            throw NothingMeasured(command: command, directory: directory.relativePath)
        }
        return .done
    }

    /// What makes these results again.
    var command: ShellCommand {
        let launcher = RankLaunch.words(in: ProcessInfo.processInfo.environment)
        var words = launcher + ["attnbench", "run", sweep, "--seed", "\(seed)", "--rounds", "\(rounds)"]
        if let timeBudget { words += ["--time-budget", "\(timeBudget)s"] }
        for override in set { words += ["--set", "\(override.key)=\(override.value)"] }
        if launches > 1 { words += ["--launches", "\(launches)"] }
        if spread { words.append("--spread") }
        return ShellCommand(words + engineOptions.words + tuningOptions.words + pinning.words)
    }
}

/// Every cell was skipped.
struct NothingMeasured: Fault {
    let command: ShellCommand
    let directory: String

    var exitStatus: ExitStatus { .usage }

    var description: String {
        "every cell was skipped, for the reasons in the report; if time was short, continue with a longer "
            + "--time-budget: \(command.resuming(directory))"
    }
}

/// The run was ended by ^C; what it measured is kept.
struct Interrupted: Fault {
    /// All of it: results made with another seed or other axes cannot be gone on with.
    let command: ShellCommand
    let directory: String

    var exitStatus: ExitStatus { .internalFailure }

    var description: String {
        "interrupted; continue with: \(command.resuming(directory))"
    }
}

/// A launch or a rank failed, and with it the run; what was measured before is kept.
struct EndedEarly: Fault {
    let cause: any Fault
    let command: ShellCommand
    let directory: String

    var exitStatus: ExitStatus { cause.exitStatus }

    var description: String { "\(cause); continue with: \(command.resuming(directory))" }
}

extension ShellCommand {
    /// The same run, gone on with.
    func resuming(_ directory: String) -> ShellCommand {
        ShellCommand(words + ["--output", directory, "--resume"])
    }
}

extension [Records.Measurement] {
    /// What cells that failed make of a command; a wrong result comes before an engine that broke.
    ///
    /// - Parameter place: words that begin the sentence; empty for the command's own results.
    func failure(where place: String = "") -> Verdict? {
        var (wrong, broken): ([String], [String]) = ([], [])
        for measurement in self {
            switch measurement.outcome {
            case .wrong(let reason, _): wrong.append("\(measurement.workload) \(reason)")
            case .broken(let reason): broken.append("\(measurement.workload): \(reason)")
            case .measured, .skipped: continue
            }
        }
        guard let first = wrong.first ?? broken.first else { return nil }
        let others = wrong.count + broken.count - 1
        let rest = others == 0 ? "" : "; \(others) other \(others == 1 ? "cell has" : "cells have") failed too"
        return wrong.isEmpty ? .engineFailed(place + first + rest) : .wrongResult(place + first + rest)
    }
}
