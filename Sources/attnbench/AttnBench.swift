import Analysis
import ArgumentParser
import Attention
import Benchmarking
import Faults
import Files
import Foundation
import Hardware
import Kernels
import Ranks
import Records
import Reporting
import Serving

/// The program: its commands, and the one place that prints errors.
@main
struct AttnBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "attnbench",
        abstract: "What does long context cost? Measures attention kernels and compares their times with theory.",
        discussion: """
            Write sizes as 4096, 128K (131072), 1M (1048576) or 10_000_000.

            Examples:
              attnbench run                            measure for a minute, write a report
              attnbench run long-context --dry-run     how long would that take?
              attnbench report reports/mine            write a report again
              attnbench gate --baseline old/attnbench  is this build slower?
              attnbench plan --model llama-3.1-70b     what does it cost to serve?

            Exit codes: 0 done or pass, 1 internal failure, interrupted or output not writable, 2 wrong usage, bad input or \
            nothing measured, 3 regression, 4 inconclusive under --strict, 5 baseline missing or results of different \
            machines, 6 machine not quiet under --require-quiet, 7 a kernel's result is wrong, 8 an engine failed.
            """,
        version: "0.1.0",
        subcommands: [
            RunCommand.self, ReportCommand.self, ListCommand.self, MachineCommand.self, CheckCommand.self,
            AttendCommand.self, MixCommand.self, QualityCommand.self, LossCommand.self, SpillCommand.self,
            SearchCommand.self, PlanCommand.self, HistoryCommand.self, LaunchCommand.self,
            GateCommand.self, CompareCommand.self, SelftestCommand.self, EngineCommandGroup.self,
            ServeCommand.self,
        ])

    static func main() {
        StandardDescriptors.occupy()
        // Swift reads the arguments from there. Without them, every command would be a request for help.
        guard !CommandLine.arguments.isEmpty else {
            Console.standard(StandardOutput()).messages(
                "Error: /proc is not mounted, and this program cannot read its arguments without it; mount it with "
                    + "`mount -t proc proc /proc`\n")
            Foundation.exit(ExitStatus.internalFailure.rawValue)
        }
        // A file that may not grow any more is then refused like a full disk, and does not end the process.
        signal(SIGXFSZ, SIG_IGN)
        BLASRestart.restartIfNeeded()
        let output = StandardOutput()
        let isFirst = RankLaunch.isFirst(in: ProcessInfo.processInfo.environment)
        let console = isFirst ? Console.standard(output) : Console.silent
        var status = run(Array(CommandLine.arguments.dropFirst()), on: console)
        if status == .done, let failure = output.failure {
            console.messages("Error: cannot write to standard output: \(failure)\n")
            status = .internalFailure
        }
        // mpirun ends all ranks as soon as one fails: the first one has to have the time to say what is wrong.
        if !isFirst, status != .done { sleep(1) }
        Foundation.exit(status.rawValue)
    }

    /// - Parameter arguments: without the program's name.
    static func run(_ arguments: [String], on console: Console) -> ExitStatus {
        do {
            try requireCommand(arguments.first)
            if arguments.first == "help" { try requireCommand(arguments.dropFirst().first) }
            var command = try parseAsRoot(arguments)
            guard let command = command as? any Command else {
                try command.run()
                return .done
            }
            guard type(of: command).takesRanks || RankLaunch.isFirst(in: console.environment) else { return .done }
            let verdict = try command.run(on: console)
            if let complaint = verdict.complaint { console.messages("Error: \(complaint)\n") }
            return verdict.exitStatus
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

    private static func report(_ error: any Error, on console: Console) -> ExitStatus {
        if let fault = error as? any Fault {
            console.messages("Error: \(fault)\n")
            return fault.exitStatus
        }
        if error is CocoaError || error is POSIXError {
            console.messages("Error: the system refused a call: \(SystemError(error))\n")
            return .internalFailure
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
}

/// Starts the program once more where OpenBLAS runs as less than the CPU is; see `BLASCore`. Done before anything else,
/// so that nothing is done twice.
enum BLASRestart {
    static func restartIfNeeded() {
        guard let core = BLASCore.betterCore() else { return }
        setenv(BLASCore.variable, core, 1)
        setenv(BLASCore.guardVariable, "1", 1)
        var arguments = CommandLine.arguments.map { strdup($0) } + [nil]
        execv("/proc/self/exe", &arguments)
        // Only a failure comes back. The core type is a matter of speed, and the results name it: go on.
    }
}
