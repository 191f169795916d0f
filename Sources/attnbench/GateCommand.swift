import Analysis
import ArgumentParser
import Benchmarking
import Escaping
import Foundation
import Hardware
import Reporting
import Statistics

struct GateCommand: Command {
    static let configuration = CommandConfiguration(
        commandName: "gate",
        abstract: "Did a change make anything slower? Two builds, in turn on one core.",
        discussion: """
            Both builds run as processes on the same core and are asked in turn, so that the times of a pair lie \
            milliseconds apart; results are held against the reference first. Every cell is screened in three \
            launches; those that are not clearly within the tolerance are measured again in ten fresh ones, which \
            alone decide: REGRESSED or IMPROVED beyond the tolerance, PASS within it, INCONCLUSIVE otherwise. Where the \
            baseline moves against itself, or a loop that is the same in both builds moves, the run is INCONCLUSIVE. \
            Pairs and memory are counted and need no clock: a kernel that computes more than the baseline's is \
            REGRESSED at any noise.

            Exits with 3 for REGRESSED, with 4 for INCONCLUSIVE where --strict is given, with 5 where the baseline is \
            missing, with 6 where --require-quiet is given and the machine is not quiet, with 7 for WRONG: a result of the \
            candidate is wrong, and nothing is timed.

            Examples:
              attnbench gate --baseline ../base/.build/release/attnbench
              attnbench gate --baseline old/attnbench --candidate new/attnbench
              attnbench gate --baseline old/attnbench --output files --format json,junit
              attnbench gate --baseline old/attnbench smoke --delta 2% --strict
            """)

    @Argument(help: "A sweep file, or the name of one in Benchmarks/sweeps.", completion: .sweeps)
    var sweep = "gate"

    @Option(help: ArgumentHelp("The attnbench to compare with.", valueName: "program"), completion: .file())
    var baseline: String

    @Option(
        help: ArgumentHelp("The attnbench that is judged; default this one.", valueName: "program"), completion: .file()
    )
    var candidate: String?

    @Flag(help: "Exit with 4 where the run is INCONCLUSIVE.")
    var strict = false

    @OptionGroup var options: GateOptions
    @OptionGroup var quietOptions: QuietOptions
    @OptionGroup var pinning: PinningOptions
    @OptionGroup var comparisonOptions: ComparisonOptions
    @OptionGroup var outputOptions: OutputOptions

    func run(on console: Console) throws -> Verdict {
        let watch = Stopwatch()
        let output = try ComparisonOutput(
            console: console, quiet: outputOptions.quiet, options: comparisonOptions)
        let sweep = try options.sweep(named: self.sweep)
        let workloads = try sweep.workloads()
        try quietOptions.require(pinning.placement, threads: 1, on: console, outputOptions)
        let progress = outputOptions.progress(on: console)
        defer { progress.end() }
        let session = try PairedSession(
            PairedBench.Programs(baseline: baseline, candidate: candidate ?? GateOptions.thisProgram),
            placement: pinning.placement, seed: options.seed, cancellation: Interrupts.cancellation())
        let policy = options.policy(on: session.machine)
        let budgetSeconds = options.timeBudget ?? sweep.timeBudgetSeconds ?? .infinity
        let evidence = try Gate(workloads, policy: policy, seed: options.seed)
            .run(on: session, progress: progress) { watch.seconds + $0 <= budgetSeconds }
        let decision = GateDecision(evidence, policy: policy)
        let comparison = Comparison(
            method: .paired, sweep: sweep.name, delta: policy.delta,
            baseline: .init(path: session.programs.baseline, build: session.baselineBuild),
            candidate: .init(path: session.programs.candidate, build: session.candidateBuild),
            machine: session.machine, seed: options.seed, command: command,
            seconds: watch.seconds, cells: decision.cells,
            uncompared: evidence.uncompared, guards: decision.guards, shape: decision.shape,
            cautions: session.cautions.map(Caution.init) + decision.cautions)
        progress.end()
        try output.write(comparison)
        return Verdict(comparison, strict: strict)
    }

    /// What makes this comparison again.
    var command: String {
        var words = ["attnbench", "gate", sweep, "--baseline", baseline]
        if let candidate { words += ["--candidate", candidate] }
        words += options.words + pinning.words
        if strict { words.append("--strict") }
        return ShellCommand(words).description
    }
}
