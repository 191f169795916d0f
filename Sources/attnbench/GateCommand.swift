import Analysis
import ArgumentParser
import Benchmarking
import Escaping
import Foundation
import Hardware
import Kernels
import Records
import Reporting
import Statistics

struct GateCommand: Command {
    static let configuration = CommandConfiguration(
        commandName: "gate",
        abstract: "Did a change make anything slower? Measures two builds or engines in turn on one core.",
        discussion: """
            Both run as processes on one core and take turns, so that the two times of a pair are milliseconds \
            apart. Results are compared with the reference before the first round and after the last. Three launches \
            screen all cells. Cells that are not clearly within the tolerance are measured again in ten new \
            launches, and only these decide: REGRESSED or IMPROVED beyond the tolerance, PASS within it, \
            INCONCLUSIVE otherwise. The run is INCONCLUSIVE if the baseline differs from itself, or if a loop that \
            is equal on both sides differs. Pairs and memory are counted, not timed: a kernel that computes more \
            pairs than the baseline is REGRESSED however noisy the machine is.

            With --baseline two builds of attnbench are compared. With --baseline-engine two engines are compared, \
            kernel by kernel of equal name; without a sweep, all their kernels are compared at the lengths of the \
            sweep `gate`.

            Exits with 3 for REGRESSED, with 4 for INCONCLUSIVE if --strict is given, with 5 if the baseline is \
            missing, with 6 if --require-quiet is given and the machine is not quiet, with 7 for WRONG (a result of \
            the candidate is wrong), and with 8 if the candidate's engine fails or refuses a problem that the \
            baseline computes.

            Examples:
              attnbench gate --baseline ../base/.build/release/attnbench
              attnbench gate --baseline old/attnbench --candidate new/attnbench
              attnbench gate --baseline old/attnbench --output files --format json,junit
              attnbench gate --baseline old/attnbench smoke --delta 2% --strict
              attnbench gate --baseline-engine old/libmine.so --engine ./libmine.so
            """)

    @Argument(
        help: "A sweep file, or the name of a sweep in `attnbench list sweeps`. (default: gate)", completion: .sweeps)
    var sweep: String?

    @Flag(help: "Exit with 4 if the run is INCONCLUSIVE.")
    var strict = false

    @OptionGroup var comparedOptions: ComparedOptions
    @OptionGroup var options: GateOptions
    @OptionGroup var quietOptions: QuietOptions
    @OptionGroup var pinning: PinningOptions
    @OptionGroup var comparisonOptions: ComparisonOptions
    @OptionGroup var outputOptions: OutputOptions

    func run(on console: Console) throws -> Verdict {
        let watch = Stopwatch()
        let output = try ComparisonOutput(
            console: console, quiet: outputOptions.quiet, options: comparisonOptions)
        try quietOptions.require(pinning.placement, threads: 1, on: console, outputOptions)
        let progress = outputOptions.progress(on: console)
        defer { progress.end() }
        let session = try PairedSession(
            comparedOptions.compared(console),
            PairedSession.Setting(
                placement: pinning.placement, seed: options.seed,
                environment: BLASCore.environmentBeforeRestart(console.environment), program: GateOptions.thisProgram,
                cancellation: Interrupts.cancellation()))
        let (sweep, leftOut) = try sweep(on: session)
        let workloads = try sweep.workloads(kernels: session.kernels)
        var policy = options.policy(on: session.machine)
        policy.doubtsCommonMoves = !comparedOptions.isOfEngines
        let budgetSeconds = options.timeBudget ?? sweep.timeBudgetSeconds ?? .infinity
        let budget = Gate.Budget {
            budgetSeconds - watch.seconds
        } announce: { caution in
            if outputOptions.quiet { return }
            progress.end()
            console.caution([caution])
        }
        let evidence = try Gate(workloads, policy: policy, seed: options.seed)
            .run(on: session, progress: progress, within: budget)
        let decision = GateDecision(evidence, policy: policy)
        let comparison = Comparison(
            method: .paired, sweep: sweep.name, delta: policy.delta,
            baseline: comparedOptions.side(.baseline, session.baseline),
            candidate: comparedOptions.side(.candidate, session.candidate),
            machine: session.machine, seed: options.seed, command: command,
            seconds: watch.seconds, cells: decision.cells,
            uncompared: evidence.uncompared, guards: decision.guards, shape: decision.shape,
            cautions: (session.cautions + Self.cautions(leftOut)).map(Caution.init) + decision.cautions)
        progress.end()
        try output.write(comparison)
        if comparison.cells.isEmpty, let cell = comparison.uncompared.first(where: { $0.cause == .noBaseline }),
            comparison.verdict == .inconclusive
        {
            throw NothingCompared(reason: cell.reason)
        }
        return Verdict(comparison, strict: strict)
    }

    /// The sweep that was named; for engines by default one over all their kernels.
    ///
    /// - Returns: the sweep, and what it names beside the kernels that are compared.
    private func sweep(on session: PairedSession) throws -> (sweep: Sweep, leftOut: [String]) {
        let name = sweep ?? GateOptions.defaultSweep
        guard comparedOptions.isOfEngines else {
            return (try options.sweep(named: name, kernels: session.kernels), [])
        }
        var options = options
        if sweep == nil, !options.set.contains(where: { $0.key == "kernels" }) {
            options.set = Sweep.axes(over: session.kernels) + options.set
        }
        return try options.sweep(named: name, kernels: session.namedKernels + Kernel.builtIn)
            .compared(over: session.kernels, names: session.names)
    }

    private static func cautions(_ leftOut: [String]) -> [String] {
        leftOut.isEmpty
            ? []
            : [
                "these kernels of the sweep belong to neither engine and are not compared: "
                    + leftOut.joined(separator: ", ")
            ]
    }

    /// What makes this comparison again.
    var command: String {
        var words = ["attnbench", "gate"] + (sweep.map { [$0] } ?? [])
        words += comparedOptions.words + options.words + pinning.words
        if strict { words.append("--strict") }
        return ShellCommand(words).description
    }
}
