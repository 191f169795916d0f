import ArgumentParser
import Foundation
import Hardware
import Ranks
import Records

/// The ranks of this command: those that `mpirun` started, or this process alone where a sweep asks for kernels of ranks.
struct LaunchedRanks {
    let engine: RankEngine
    let isFirst: Bool

    /// Nil for a program that was started by itself and a sweep without ranks.
    init?(for kernels: [String], _ placement: Placement, on console: Console) throws {
        let needsRanks = kernels.contains(where: Self.isOfRanks)
        guard needsRanks || RankLaunch.isOneOfSeveral(in: console.environment) else { return nil }
        guard RankLaunch.library != nil else { throw RanksUnavailable.notBuilt }
        let communicator = Communicator(try RankLaunch.transport(in: console.environment))
        isFirst = communicator.rank == 0
        engine = try RankEngine(communicator, placement, on: Topology())
    }

    static func isOfRanks(_ kernel: String) -> Bool { kernel.hasPrefix(RankEngine.name + "/") }

    /// What every rank but the first does. The first one decides when it is over, so signals are left to it.
    func follow() throws {
        for number in [SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2] { signal(number, SIG_IGN) }
        try engine.follow()
    }
}
