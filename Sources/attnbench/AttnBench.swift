import Analysis
import ArgumentParser
import Attention
import Benchmarking
import Foundation
import Hardware
import Kernels
import Records
import Reporting
import Serving

/// The program: its commands, and the one place that prints errors and chooses exit codes.
@main
struct AttnBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "attnbench",
        abstract: "What does long context cost? Attention kernels, measured and held against theory.",
        discussion: """
            Sizes are written 4096, 128K (131072), 1M (1048576) or 10_000_000.

            Examples:
              attnbench run                            measure for a minute, report
              attnbench run long-context --dry-run     how long would that take?
              attnbench report reports/mine            write its report again
              attnbench gate --baseline old/attnbench  is this build slower?
              attnbench plan --model llama-3.1-70b     what does it cost to serve?

            Exit codes: 0 done or pass, 1 internal failure, interrupted or output not writable, 2 usage, bad input or nothing measured, \
            3 regression, 4 inconclusive under --strict, 5 baseline missing or results of different machines, \
            6 environment unfit under --require-quiet, 7 a kernel's result is wrong.
            """,
        version: "0.1.0",
        subcommands: [
            RunCommand.self, ReportCommand.self, ListCommand.self, MachineCommand.self, CheckCommand.self,
            AttendCommand.self, PlanCommand.self, HistoryCommand.self, LaunchCommand.self,
            GateCommand.self, CompareCommand.self, SelftestCommand.self, WorkerCommand.self,
        ])

    static func main() {
        BLASRestart.restartIfNeeded()
        Foundation.exit(run(Array(CommandLine.arguments.dropFirst()), on: .standard).rawValue)
    }

    /// - Parameter arguments: without the program's name.
    static func run(_ arguments: [String], on console: Console) -> ProgramStatus {
        do {
            try requireCommand(arguments.first)
            if arguments.first == "help" { try requireCommand(arguments.dropFirst().first) }
            var command = try parseAsRoot(arguments)
            if let command = command as? any Command {
                try command.run(on: console)
            } else {
                try command.run()
            }
            return .done
        } catch {
            return report(error, on: console)
        }
    }

    /// ArgumentParser calls a misspelt command an unexpected argument.
    private static func requireCommand(_ name: String?) throws(UnknownName) {
        let names = configuration.subcommands.map { $0._commandName } + ["help"]
        if let name, !name.hasPrefix("-"), !names.contains(name) {
            throw UnknownName(name, isNot: "a command", known: names)
        }
    }

    private static func report(_ error: any Error, on console: Console) -> ProgramStatus {
        if let status = status(of: error) {
            console.messages("Error: \(error)\n")
            return status
        }
        // What is left comes from ArgumentParser: a request for help is an error that is none.
        let text = fullMessage(for: error, columns: console.columns)
        switch exitCode(for: error) {
        case .success:
            console.output(text.hasSuffix("\n") ? text : text + "\n")
            return .done
        case .validationFailure:
            console.messages(text + "\n")
            return .usage
        default:
            console.messages(text + "\n")
            return .internalFailure
        }
    }

    /// Nil for errors that are not of this project.
    static func status(of error: any Error) -> ProgramStatus? {
        switch error {
        case let error as NumPyError:
            if case .unwritable = error.problem { .internalFailure } else { .usage }
        case is UnknownName, is MaskError, is UnsupportedProblem, is ShapeError, is ProblemError,
            is MaskOptionsError,
            is AttendError, is PlacementError, is SweepError, is ResultsError, is CatalogueError,
            is ConfigurationError, is PriceError, is MeasuredMachineError,
            is TooLittleTime, is NothingMeasured:
            .usage
        case is UnwritableDirectory, is ReportError, is Interrupted, is LaunchFailed, is LaunchesEnded:
            .internalFailure
        case is WrongResult, is WrongCandidate: .wrongResult
        case is RegressionFound: .regression
        case let error as ComparisonOutcome:
            if case .regressed = error { .regression } else { .inconclusive }
        case is BaselineMissing, is BaselineResultsMissing, is IncomparableResults, is DifferentMachines:
            .baselineMissing
        case is EnvironmentUnfit: .unfit
        case let error as WorkerError: status(ofWorker: error)
        case is TopologyError, is LayoutError: .internalFailure
        default: nil
        }
    }

    private static func status(ofWorker error: WorkerError) -> ProgramStatus {
        switch error {
        case .notStarted(let side, _, _), .noWorker(let side, _, _), .otherProtocol(let side, _, _):
            side == .baseline ? .baselineMissing : .usage
        case .died, .garbled, .hung, .unknownRequest, .cancelled: .internalFailure
        }
    }
}

/// What the program tells the shell; scripts rely on the numbers.
enum ProgramStatus: Int32, CaseIterable {
    case done = 0
    case internalFailure = 1
    case usage = 2
    case regression = 3
    case inconclusive = 4
    case baselineMissing = 5
    case unfit = 6
    case wrongResult = 7
}
