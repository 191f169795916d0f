import Analysis
import ArgumentParser
import Benchmarking
import Foundation
import Hardware
import Kernels
import Records
import Reporting

struct SelftestCommand: Command {
    static let configuration = CommandConfiguration(
        commandName: "selftest",
        abstract: "How often is the gate wrong on this machine, and how small a slowdown can it see?",
        discussion: """
            Runs the gate many times with this build on both sides. In half of the runs nothing differs, and each \
            REGRESSED is a false alarm. In the other half some cells do extra work of 3, 5, 7, 10 or 20 % inside the \
            timed region. Each of these that is not called REGRESSED was missed, unless it lies within the \
            tolerance. With --layout the build is linked again with its functions in another order. This changes no \
            result, so a difference in time is a bias of the code's layout.

            Examples:
              attnbench selftest
              attnbench selftest --runs 200 --time-budget 40m
              attnbench selftest --layout 3
              attnbench selftest --runs 20 --json > selftest.json
            """)

    @Argument(help: "A sweep file, or the name of a sweep in `attnbench list sweeps`.", completion: .sweeps)
    var sweep = GateOptions.defaultSweep

    @Option(help: ArgumentHelp("Runs of the gate; half of them have extra work in some cells.", valueName: "n"))
    var runs = 20

    @Option(help: ArgumentHelp("Compare this many layouts of this build's code instead.", valueName: "n"))
    var layout: Int?

    @Flag(help: "Print everything as JSON.")
    var json = false

    @OptionGroup var options: GateOptions
    @OptionGroup var pinning: PinningOptions
    @OptionGroup var outputOptions: OutputOptions

    func validate() throws {
        if runs < 1 { throw ValidationError("--runs is \(runs); it must be at least 1") }
        if let layout, layout < 2 {
            throw ValidationError("--layout is \(layout); two layouts can be compared, one cannot")
        }
    }

    func run(on console: Console) throws -> Verdict {
        let watch = Stopwatch()
        let sweep = try options.sweep(named: self.sweep)
        let observer = outputOptions.progress(on: console)
        defer { observer.end() }
        let test = Test(
            sweep: sweep, workloads: try sweep.workloads(), observer: observer, watch: watch, console: console)
        if let layout { return try compareLayouts(layout, test) }
        let program = GateOptions.thisProgram
        let session = try session(baseline: program, candidate: program, on: console)
        return try measure(session, test)
    }

    /// What is run, since when, and who receives the progress.
    private struct Test {
        let sweep: Sweep
        let workloads: [Workload]
        let observer: any ProgressObserver
        let watch: Stopwatch
        let console: Console
    }

    /// Goes on until the runs are done or time or patience ends, but for one run without and one with something planted.
    private func measure(_ session: PairedSession, _ test: Test) throws -> Verdict {
        let policy = options.policy(on: session.machine)
        let plan = SelfTestPlan(test.workloads, seed: options.seed)
        var tally = SelfTestTally()
        for index in 0..<runs {
            let longest = tally.runs.map(\.seconds).max() ?? 0
            if let budget = options.timeBudget, index >= 2, test.watch.seconds + longest > budget { break }
            let runWatch = Stopwatch()
            let planted = plan.planted(run: index)
            do {
                let gate = Gate(test.workloads, policy: policy, seed: options.seed &+ UInt64(index + 1) &* 7919)
                let evidence = try gate.run(on: session, planted: planted, progress: test.observer)
                if !evidence.wrong.isEmpty { return .wrongResult(Verdict.first(evidence.wrong)) }
                tally.add(
                    SelfTestTally.Run(
                        planted: planted, decision: GateDecision(evidence, policy: policy), seconds: runWatch.seconds))
            } catch is GateInterrupted where !tally.runs.isEmpty {
                break
            }
        }
        let result = tally.result(
            of: SelfTest.Subject(
                sweep: test.sweep.name, delta: policy.delta, machine: session.machine, build: .current,
                seed: options.seed), seconds: test.watch.seconds)
        test.observer.end()
        test.console.output(try json ? JSONText.of(result) : SelfTestTables.text(result, columns: test.console.width))
        return .done
    }

    private func session(baseline: String, candidate: String, on console: Console) throws -> PairedSession {
        try PairedSession(
            .builds(baseline: baseline, candidate: candidate),
            PairedSession.Setting(
                placement: pinning.placement, seed: options.seed,
                environment: BLASCore.environmentBeforeRestart(console.environment), program: GateOptions.thisProgram,
                cancellation: Interrupts.cancellation()))
    }

    private func compareLayouts(_ count: Int, _ test: Test) throws -> Verdict {
        let layouts = try ShuffledLayouts.build(count: count, seed: options.seed) { message in
            if !outputOptions.quiet { test.console.messages(message + "\n") }
        }
        var comparisons: [Comparison] = []
        for other in layouts.dropFirst() {
            let session = try session(baseline: layouts[0], candidate: other, on: test.console)
            let policy = options.policy(on: session.machine)
            let evidence = try Gate(test.workloads, policy: policy, seed: options.seed)
                .run(on: session, progress: test.observer)
            if !evidence.wrong.isEmpty { return .wrongResult(Verdict.first(evidence.wrong)) }
            let decision = GateDecision(evidence, policy: policy)
            comparisons.append(
                Comparison(
                    method: .paired, sweep: test.sweep.name, delta: policy.delta,
                    baseline: .init(path: layouts[0], build: .current),
                    candidate: .init(path: other, build: .current), machine: session.machine,
                    seed: options.seed, command: "attnbench selftest --layout \(count)",
                    seconds: test.watch.seconds, cells: decision.cells,
                    uncompared: evidence.uncompared, guards: decision.guards, shape: decision.shape))
        }
        test.observer.end()
        test.console.output(
            try json ? JSONText.of(comparisons) : LayoutTable.text(comparisons, columns: test.console.width))
        return .done
    }
}
