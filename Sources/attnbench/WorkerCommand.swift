import ArgumentParser
import Benchmarking
import Engines
import Foundation
import Hardware
import Kernels
import Records

/// The side of a gate that measures. Not for people, so help does not list it.
struct WorkerCommand: Command {
    static let configuration = CommandConfiguration(
        commandName: "worker", abstract: "Measure on request, for a gate.",
        discussion: """
            Reads requests from standard input and answers on standard output, one JSON value a line, until the input \
            ends.

            Examples:
              attnbench worker --cpu 1 < requests
            """, shouldDisplay: false)

    @Option(help: ArgumentHelp("Decides inputs.", valueName: "n"))
    var seed: UInt64 = 1

    @OptionGroup var pinning: PinningOptions

    func run(on console: Console) throws -> Verdict {
        // ^C reaches every process of a terminal; the gate alone answers it, and ends this one by closing its pipe.
        signal(SIGINT, SIG_IGN)
        let topology = try Topology()
        let team = try WorkerTeam(threads: 1, placement: pinning.placement, on: topology)
        let engine = InProcessEngine(
            team: { threads throws(UnsupportedProblem) in
                guard threads == 1 else {
                    throw UnsupportedProblem("a gate measures on one core, and the cell asks for \(threads) threads")
                }
                return team
            }, evidence: ThreadEvidenceReader(teams: [team]), clockFacts: ClockFacts.measure(SystemClock()))
        let instruments = Instruments.system(engines: [engine], seed: seed)
        let worker = Worker(
            instruments, build: .current, machine: Machine.current(topology: topology, team: team), seed: seed)
        try worker.serve(
            nextLine: { readLine() },
            send: { try FileHandle.standardOutput.write(contentsOf: $0) })
        return .done
    }
}
