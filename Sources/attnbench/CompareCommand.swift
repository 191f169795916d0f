import Analysis
import ArgumentParser
import Escaping
import Faults
import Foundation
import Records
import Reporting

struct CompareCommand: Command {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "What differs between two results files of one machine?",
        discussion: """
            For each cell (one kernel with one problem), prints the ratio of the times with its interval, and the \
            verdict of the gate. The two results were measured at different times and not in pairs, so small changes \
            cannot be seen; use `attnbench gate` for those. Results of different machines or element types are \
            refused, with the fields that differ.

            The comparison is INCONCLUSIVE if the candidate lacks a cell of the baseline, and WRONG if a result of \
            the candidate is wrong.

            Exits with 3 for REGRESSED, with 4 for INCONCLUSIVE if --strict is given, with 5 if the baseline is \
            missing or of another machine, and with 7 for WRONG.

            Examples:
              attnbench compare reports/before reports/after
              attnbench compare before.jsonl after.jsonl --delta 10% --output comparison
            """)

    @Argument(
        help: "The results to compare with: a results file, or a directory that contains results.jsonl.",
        completion: .results)
    var baseline: String

    @Argument(help: "The results that are judged, as a file or a directory.", completion: .results)
    var candidate: String

    @Option(
        help: ArgumentHelp(
            "The change that is tolerated, such as 2%. (default: 5% on a virtual machine, else 2%)", valueName: "share"),
        transform: OptionValues.share)
    var delta: Double?

    @Flag(help: "Exit with 4 if the comparison is INCONCLUSIVE.")
    var strict = false

    @OptionGroup var comparisonOptions: ComparisonOptions

    @OptionGroup var outputOptions: OutputOptions

    func run(on console: Console) throws -> Verdict {
        let output = try ComparisonOutput(
            console: console, quiet: outputOptions.quiet, options: comparisonOptions)
        let (baselinePath, candidatePath) = (ResultsPath.file(baseline), ResultsPath.file(candidate))
        guard FileManager.default.fileExists(atPath: baselinePath) else {
            throw BaselineResultsMissing(path: baselinePath)
        }
        let before = try ResultsFile.load(baselinePath)
        let after = try ResultsFile.load(candidatePath)
        let machine = after.header.machine
        let policy = GatePolicy(delta: delta ?? GatePolicy.defaultDelta(hypervisor: machine.hypervisor))
        let found = try ResultsComparison(baseline: before, candidate: after, policy: policy)
        var command = ["attnbench", "compare", baseline, candidate]
        if let delta { command += ["--delta", "\(delta * 100)%"] }
        let comparison = Comparison(
            method: .separateSessions, sweep: after.header.sweep.name, delta: policy.delta,
            baseline: .init(path: baselinePath, build: before.header.build),
            candidate: .init(path: candidatePath, build: after.header.build), machine: machine,
            seed: after.header.seed, command: ShellCommand(command).description, seconds: 0, cells: found.cells,
            uncompared: found.uncompared, shape: found.shape, cautions: found.cautions)
        try output.write(comparison)
        return Verdict(comparison, strict: strict)
    }
}

/// There are no results to compare with.
struct BaselineResultsMissing: Fault {
    let path: String

    var exitStatus: ExitStatus { .baselineMissing }

    var description: String { "there are no results at \(path); measure the baseline with `attnbench run --output`" }
}
