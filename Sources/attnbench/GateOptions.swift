import Analysis
import ArgumentParser
import Benchmarking
import Foundation
import Kernels
import Records

/// Options of a gate and of its self-test.
struct GateOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The change that is tolerated, such as 2%. (default: 5% on a virtual machine, else 2%)", valueName: "share"),
        transform: OptionValues.share)
    var delta: Double?

    @Option(
        help: ArgumentHelp(
            "Time for the whole run, such as 30s or 5m. (default: that of the sweep)", valueName: "time"),
        transform: OptionValues.duration)
    var timeBudget: Double?

    @Option(
        help: ArgumentHelp("Seed of inputs, of the order of cells and of the size of the environment.", valueName: "n"))
    var seed: UInt64 = 1

    @Option(
        help: ArgumentHelp("Replace an axis of the sweep, such as lengths=1K..8K*2.", valueName: "key=value"),
        transform: OptionValues.override)
    var set: [SweepFile.Override] = []

    /// What a gate and its self-test measure unless another sweep is named.
    static let defaultSweep = "gate"

    func sweep(named name: String, kernels: [Kernel] = Kernel.builtIn) throws -> Sweep {
        try SweepFile.load(SweepFile.find(name, in: SweepDirectories.all), overrides: set, kernels: kernels)
    }

    func policy(on machine: Machine) -> GatePolicy {
        GatePolicy(delta: delta ?? GatePolicy.defaultDelta(hypervisor: machine.hypervisor))
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
}
