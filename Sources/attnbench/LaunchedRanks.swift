import ArgumentParser
import Escaping
import Foundation
import Hardware
import Ranks
import Records

/// The ranks of this command: those that `mpirun` started, or this process alone where a sweep asks for kernels of ranks.
struct LaunchedRanks {
    let engine: RankEngine
    let isFirst: Bool
    let count: Int

    /// Those that a launcher started together; nil where it started this process alone.
    ///
    /// It is called before any file is read: only the first rank reads files, since other hosts may not have them.
    static func severalStarted(_ placement: Placement, on console: Console) throws -> LaunchedRanks? {
        RankLaunch.isOneOfSeveral(in: console.environment) ? try LaunchedRanks(placement, on: console) : nil
    }

    /// This process as the only rank; nil where no kernel is one of ranks.
    static func alone(for kernels: [String], _ placement: Placement, on console: Console) throws -> LaunchedRanks? {
        kernels.contains(where: isOfRanks) ? try LaunchedRanks(placement, on: console) : nil
    }

    private init(_ placement: Placement, on console: Console) throws {
        guard RankLaunch.library != nil else { throw RanksUnavailable.notBuilt }
        let communicator = try Communicator.ofOneBuild(in: console.environment)
        let topology = try Topology()
        try communicator.requireOneProcessor(topology)
        isFirst = communicator.rank == 0
        count = communicator.rankCount
        engine = try RankEngine(communicator, placement, on: topology)
    }

    static func isOfRanks(_ kernel: String) -> Bool { kernel.hasPrefix(RankEngine.name + "/") }

    /// What every rank but the first does. The first one decides when it is over, so signals are left to it.
    func follow() throws {
        for number in [SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2] { signal(number, SIG_IGN) }
        try engine.follow()
    }
}

extension LastWords {
    /// From now on, a launcher that ends this process, or a rank that does not answer, costs only what was not measured yet, and
    /// the user is told so.
    static func prepare(resuming command: ShellCommand, _ directory: String) {
        let advice = "what was measured is kept in \(directory); continue with: \(command.resuming(directory))"
        prepare(
            termination: "mpirun has ended this run, after an interrupt or since a rank had ended; \(advice)",
            silence: "another rank does not answer, and was waited for until the time budget was over; \(advice)")
    }
}
