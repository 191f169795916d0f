import Analysis
import ArgumentParser
import Benchmarking
import Foundation
import Hardware

/// What a gate and its self-test can be told.
struct GateOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The change that is tolerated, such as 2%; default 5% behind a hypervisor, else 2%.", valueName: "share"),
        transform: Self.share)
    var delta: Double?

    @Option(
        help: ArgumentHelp("Time for everything, such as 30s or 5m, in place of the sweep's.", valueName: "time"),
        transform: Self.duration)
    var timeBudget: Double?

    @Option(help: ArgumentHelp("Decides inputs, order and environment.", valueName: "n"))
    var seed: UInt64 = 1

    @Option(
        help: ArgumentHelp("An axis in place of the sweep's, such as lengths=1K..8K*2.", valueName: "key=value"),
        transform: Self.override)
    var set: [SweepFile.Override] = []

    func sweep(named name: String) throws -> Sweep {
        try SweepFile.load(SweepFile.find(name, in: SweepDirectories.all), overrides: set)
    }

    func policy(on machine: Machine) -> GatePolicy {
        GatePolicy(delta: delta ?? GatePolicy.defaultDelta(hypervisor: machine.hypervisor))
    }

    func progress(on console: Console, quiet: Bool) -> any ProgressObserver {
        if quiet { return SilentProgress() }
        return TextProgress(
            console.messagesAreTerminal ? .terminal(columns: console.width) : .lines, write: console.messages)
    }

    /// What gives these options again.
    var words: [String] {
        var words = ["--seed", "\(seed)"]
        if let delta { words += ["--delta", "\(delta * 100)%"] }
        if let timeBudget { words += ["--time-budget", "\(timeBudget)s"] }
        for override in set { words += ["--set", "\(override.key)=\(override.value)"] }
        return words
    }

    /// The program that is running.
    static var thisProgram: String { Bundle.main.executableURL?.resolvingSymlinksInPath().path ?? "attnbench" }

    static func share(_ text: String) throws -> Double {
        guard text.hasSuffix("%"), let percent = Double(text.dropLast()), percent > 0, percent < 100 else {
            throw ValidationError("\"\(text)\" is no share; write 2% or 0.5%")
        }
        return percent / 100
    }

    static func duration(_ text: String) throws -> Double {
        guard let seconds = TimeBudget.parse(text) else {
            throw ValidationError("\"\(text)\" is no time; write 500ms, 30s, 5m or 2h")
        }
        return seconds
    }

    private static func override(_ text: String) throws -> SweepFile.Override {
        guard let override = SweepFile.Override(text) else {
            throw ValidationError("\"\(text)\" sets nothing; write key=value, such as lengths=1K..8K*2")
        }
        return override
    }
}
