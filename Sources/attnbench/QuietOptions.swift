import ArgumentParser
import Faults
import Hardware
import Records

/// Whether a machine that is not quiet may measure.
struct QuietOptions: ParsableArguments {
    @Flag(
        help: "Do not measure (exit code 6) while load, pressure, steal, throttling or a neighbour would disturb it.")
    var requireQuiet = false

    /// Watches for a second where it was asked for. Call it before the program makes noise of its own.
    ///
    /// - Throws: `EnvironmentUnfit` where a check is bad. An unknown check is no reason to refuse; it is printed.
    func require(_ placement: Placement, threads: Int, on console: Console, _ options: OutputOptions) throws {
        guard requireQuiet else { return }
        let quietness = try Quietness.watch(placement, threads: threads, on: try Topology())
        if !options.quiet { console.caution(quietness.unknown.map { "\($0.name) is unknown: \($0.detail)" }) }
        guard quietness.bad.isEmpty else { throw EnvironmentUnfit(checks: quietness.bad) }
    }
}

/// The machine is too busy to be measured on.
struct EnvironmentUnfit: Fault {
    let checks: [EnvironmentCheck]

    var exitStatus: ExitStatus { .unfit }

    var description: String {
        "the machine is not quiet: " + checks.map { "\($0.name): \($0.detail)" }.joined(separator: " · ")
            + "; leave out --require-quiet to measure anyway"
    }
}
