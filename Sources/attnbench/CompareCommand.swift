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
            Cell by cell: the ratio of the times with its interval, and the verdict of the gate. The two were measured at \
            different times, so nothing is paired and small changes cannot be seen; `attnbench gate` is for those. Files \
            of different machines or element types are refused, and the fields that differ are named.

            Cells that the baseline has and the candidate has not leave the comparison INCONCLUSIVE; a wrong result of the \
            candidate makes it WRONG.

            Exits with 3 for REGRESSED, with 4 for INCONCLUSIVE where --strict is given, with 5 where the baseline is \
            missing or of another machine, with 7 for WRONG.

            Examples:
              attnbench compare reports/before reports/after
              attnbench compare before.jsonl after.jsonl --delta 10% --output comparison
            """)

    @Argument(help: "A results file, or a report with one, to compare with.", completion: .results)
    var baseline: String

    @Argument(help: "The results that are judged.", completion: .results)
    var candidate: String

    @Option(
        help: ArgumentHelp(
            "The change that is tolerated, such as 2%; default 5% behind a hypervisor, else 2%.", valueName: "share"),
        transform: OptionValues.share)
    var delta: Double?

    @Flag(help: "Exit with 4 where the comparison is INCONCLUSIVE.")
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
