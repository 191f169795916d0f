import ArgumentParser
import Benchmarking
import Foundation
import Hardware
import Records

/// One launch of a run with `--launches`: what the child processes do. The events on standard output are for the run that
/// started it.
struct LaunchCommand: Command {
    static let configuration = CommandConfiguration(
        commandName: "launch",
        abstract: "Measure one launch of a run, as a separate process.",
        discussion: """
            `attnbench run --launches` starts this command. It measures the sweep in the header of a results file \
            and appends to the file. It refuses if the machine, the build or the sweep differ from the header. It \
            prints events as JSON Lines.

            Examples:
              attnbench launch reports/mine/results.jsonl --number 2 --time-budget 20s
            """,
        shouldDisplay: false)

    @Argument(help: "A results file that has its header.")
    var results: String

    @Option(help: ArgumentHelp("The number of this launch.", valueName: "n"))
    var number: Int

    @Option(
        help: ArgumentHelp("Time for the whole launch. (default: no limit)", valueName: "time"),
        transform: OptionValues.duration)
    var timeBudget: Double?

    @Option(help: ArgumentHelp("Largest number of rounds of a cell.", valueName: "n"))
    var rounds = 50

    @Option(help: ArgumentHelp("Samples of a cell in each round.", valueName: "n"))
    var samplesPerVisit = 2

    @OptionGroup var engineOptions: EngineOptions
    @OptionGroup var pinning: PinningOptions

    func validate() throws {
        try OptionValues.requireCounts(["number": number], atMost: RunOptions.mostLaunches)
        try OptionValues.requireCounts(
            ["rounds": rounds, "samples-per-visit": samplesPerVisit], atMost: RunOptions.mostRounds)
    }

    func run(on console: Console) throws -> Verdict {
        let watch = Stopwatch()
        let request = LaunchRequest(
            number: number, rounds: rounds, samplesPerVisit: samplesPerVisit, timeBudgetSeconds: timeBudget ?? .infinity
        )
        let cancellation = Interrupts.cancellation()
        // The first event that finds no reader ends a launch whose run is gone.
        signal(SIGPIPE, SIG_DFL)
        try LaunchWorker(
            results, placement: pinning.placement, environment: console.environment, send: console.output
        ).run(request, since: watch, cancellation: cancellation) { kernels in
            try engineOptions.started(for: kernels, placement: pinning.placement, on: console)
        }
        return .done
    }

    /// The words that this command reads, without the program's name.
    /// - Parameter options: of the run, for its engines and its pinning.
    static func words(for request: LaunchRequest, results: String, options: [String]) -> [String] {
        var words = ["launch", results, "--number", "\(request.number)", "--rounds", "\(request.rounds)"]
        words += ["--samples-per-visit", "\(request.samplesPerVisit)"]
        if request.timeBudgetSeconds.isFinite { words += ["--time-budget", "\(request.timeBudgetSeconds)s"] }
        return words + options
    }
}
