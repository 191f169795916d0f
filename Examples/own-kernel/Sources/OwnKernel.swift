import Analysis
import Attention
import Benchmarking
import Engines
import Foundation
import Hardware
import Kernels
import Records
import Reporting

/// Holds a kernel of one's own to the reference, times it in turn with one of attnbench's, and fits both to theory:
/// `own-kernel [RESULTS]`.
@main
enum OwnKernel {
    static let kernels: [Kernel] = [.full, .row]

    static let sweep = """
        name: own-kernel
        description: Does my kernel grow as theory says, and what does it cost beside a tiled one?
        kernels: [full, row]
        lengths: 128..2K*sqrt2
        timeBudget: 20s
        """

    static func main() throws {
        let conformance = Conformance(of: .row)
        for failure in conformance.failures { print("row is wrong: \(failure)") }
        guard conformance.isConforming else { exit(7) }
        print("row is right in \(conformance.cases) cases; now it is timed, for about 20 seconds\n")

        let path = CommandLine.arguments.dropFirst().first ?? "own-kernel.jsonl"
        let results = try measure(sweep, into: path)
        let findings = Findings(ScalingAnalysis(results: results))
        for (caption, table) in findings.summaries { print(caption + "\n" + TerminalTable.text(table, width: 80)) }
        print(Headlines(findings).text(width: 80))
        print("Every sample is in \(path); `attnbench report \(path)` draws them.")
    }

    /// - Parameters:
    ///   - sweep: as in a sweep file; it may name every kernel of `kernels`.
    ///   - path: of the results file, which must not be there yet.
    static func measure(_ sweep: String, into path: String) throws -> Results {
        let sweep = try SweepFile.parse(sweep, file: "own-kernel.yaml", kernels: kernels)
        // One thread, pinned to a core of the machine's choice: this one, from here on.
        let topology = try Topology()
        let team = try WorkerTeam(threads: 1, placement: .automatic, on: topology)
        let engine = InProcessEngine(
            kernels: kernels, team: { _ in team }, evidence: ThreadEvidenceReader(teams: [team]),
            clockFacts: .measure(SystemClock()))
        let instruments = Instruments.system(engines: [engine], seed: 1)
        let header = ResultsHeader(
            machine: .current(topology: topology, team: team),
            ceilings: .measure(on: team), build: .current, sweep: sweep, seed: 1,
            startedAt: Date().formatted(.iso8601), command: CommandLine.arguments.joined(separator: " "))
        var options = RunOptions(seed: 1)
        options.timeBudgetSeconds = sweep.timeBudgetSeconds ?? .infinity
        _ = try Runner(instruments, options).run(
            sweep.workloads(kernels: kernels), into: RunLog.create(path, header: header))
        return try ResultsFile.load(path)
    }
}
