import ArgumentParser
import Benchmarking
import Foundation
import Hardware
import Records

/// One launch of a run with `--launches`: what the child processes do. Everything that decides what is measured comes
/// from the header of the results file; the events on standard output are for the run that started it.
struct LaunchCommand: Command {
    static let configuration = CommandConfiguration(
        commandName: "launch",
        abstract: "One launch of a run, in a process of its own.",
        discussion: """
            Started by attnbench run --launches. Measures the sweep in the header of a results file and appends to it, \
            unless the machine, the build or the sweep are others than the header says. Prints events as JSON Lines.

            Examples:
              attnbench launch reports/mine/results.jsonl --number 2 --time-budget 20s
            """,
        shouldDisplay: false)

    @Argument(help: "A results file with its header.")
    var results: String

    @Option(help: ArgumentHelp("Which launch this is.", valueName: "n"))
    var number: Int

    @Option(
        help: ArgumentHelp("Time for everything; none without.", valueName: "time"), transform: OptionValues.duration)
    var timeBudget: Double?

    @Option(help: ArgumentHelp("Most rounds that a cell is visited in.", valueName: "n"))
    var rounds = 50

    @Option(help: ArgumentHelp("Samples taken at each visit.", valueName: "n"))
    var samplesPerVisit = 2

    @OptionGroup var pinning: PinningOptions

    func validate() throws {
        try OptionValues.requireCounts(["number": number], atMost: RunOptions.mostLaunches)
        try OptionValues.requireCounts(
            ["rounds": rounds, "samples-per-visit": samplesPerVisit], atMost: RunOptions.mostRounds)
    }

    func run(on console: Console) throws -> Verdict {
        let watch = Stopwatch()
        let cancellation = Interrupts.cancellation()
        let lock = try ResultsLock(results, handedDownAs: STDIN_FILENO)
        defer { lock.release() }
        let header = try ResultsFile.load(results).header
        let workloads = try header.sweep.workloads()
        guard !workloads.isEmpty else {
            throw SweepError.wrong(
                location: results,
                message: "the sweep in its header has no cell; take a file that `attnbench run` began")
        }
        let bench = try MeasuringBench(
            placement: pinning.placement, threadCounts: Set(workloads.map(\.threads)), ceilings: header.ceilings)
        let own = ResultsHeader(
            machine: bench.machine, ceilings: header.ceilings, build: .current, sweep: header.sweep,
            seed: header.seed, startedAt: header.startedAt, command: header.command)
        let log = try RunLog.resume(results, header: own, launch: number, lock: lock)
        var options = RunOptions(seed: header.seed)
        options.launch = number
        options.rounds = rounds
        options.samplesPerVisit = samplesPerVisit
        options.timeBudgetSeconds = timeBudget ?? .infinity
        options.secondsAlreadySpent = watch.seconds
        let launch = MeasuringLaunch(
            bench: bench, options: options, paddingBytes: EnvironmentPadding.bytes(in: console.environment))
        let outcome = try launch.run(
            workloads, into: log, progress: EventProgress { console.output($0.line) }, cancellation: cancellation)
        console.output(LaunchEvent.ended(wasInterrupted: outcome.wasInterrupted).line)
        return .done
    }
}

/// What a launch tells the run that started it, one line each.
enum LaunchEvent: Codable, Equatable {
    case progress(ProgressEvent)
    /// The last one: everything that was measured is in the file.
    case ended(wasInterrupted: Bool)

    var line: String {
        // Encoding cannot fail: an event holds only text, counts and finite seconds.
        String(decoding: (try? JSONEncoder().encode(self)) ?? Data(), as: UTF8.self) + "\n"
    }

    init?(line: Data) {
        guard let event = try? JSONDecoder().decode(LaunchEvent.self, from: line) else { return nil }
        self = event
    }
}

/// Passes events on, ten a second at most: each costs the process that reads it a little CPU time on another core.
private final class EventProgress: ProgressObserver {
    private let write: (LaunchEvent) -> Void
    private var sinceLast: Stopwatch?
    private var lastPhase: ProgressEvent.Phase?

    init(write: @escaping (LaunchEvent) -> Void) { self.write = write }

    func report(_ event: ProgressEvent) {
        let isDue = sinceLast.map { $0.seconds >= 0.1 } ?? true
        guard isDue || event.phase != lastPhase else { return }
        (sinceLast, lastPhase) = (Stopwatch(), event.phase)
        let secondsLeft = event.secondsLeft.flatMap { $0.isFinite ? $0 : nil }
        write(
            .progress(
                ProgressEvent(
                    phase: event.phase, cell: event.cell, done: event.done, total: event.total,
                    secondsLeft: secondsLeft, samples: event.samples, contaminatedSamples: event.contaminatedSamples)))
    }
}
