import Faults
import Hardware
import Records

/// Where each rank computes: on a CPU of its own, if the machine has as many.
///
/// `mpirun` binds each rank to a core or leaves them free. Ranks of one host that may use the same CPUs take one after the other.
struct Seats {
    let team: WorkerTeam
    /// Host and CPU of each rank.
    let places: [String]
    /// Most ranks of one host, whose memory they share.
    let ranksOfFullestHost: Int

    /// Every rank calls it at once.
    init(_ communicator: Communicator, _ placement: Placement, on topology: Topology) throws(RankFailure) {
        let hosts = communicator.gatheredHosts()
        let allowed = communicator.gathered(text: CPUList.text(of: topology.allowedCPUs))
        let rank = communicator.rank
        let place = (0..<rank).count { hosts[$0] == hosts[rank] && allowed[$0] == allowed[rank] }
        team = try communicator.agreed { () throws(RefusedSeat) in
            do throws(PlacementError) { return try Self.team(place, placement, on: topology, communicator) } catch {
                throw RefusedSeat(cause: error)
            }
        }
        ranksOfFullestHost = Dictionary(grouping: hosts) { $0 }.values.map(\.count).max()!
        let cpus = communicator.gathered(team.pinnedCPUs.first ?? -1)
        places = zip(hosts, cpus).map { host, cpu in
            (host.isEmpty ? "" : host + " ") + (cpu < 0 ? RankSetting.unbound : "CPU \(cpu)")
        }
    }

    /// The team of the rank that comes in this place among those which may use the same CPUs.
    private static func team(
        _ place: Int, _ placement: Placement, on topology: Topology, _ communicator: Communicator
    ) throws(PlacementError) -> WorkerTeam {
        let between = communicator.betweenItems
        var cpus = try placement.cpus(forThreads: 1, on: topology)
        if cpus.isEmpty { return WorkerTeam(betweenItems: between) }
        if let more = try? placement.cpus(forThreads: place + 1, on: topology) { cpus = more }
        return WorkerTeam(cpus: [cpus.last!], on: topology, betweenItems: between)
    }
}

/// A rank that may not run where the user wants it.
private struct RefusedSeat: Fault {
    let cause: PlacementError

    var exitStatus: ExitStatus { cause.exitStatus }

    var description: String {
        guard case .notAllowed = cause else { return cause.description }
        return "\(cause); if mpirun has bound the rank to these, start it with mpirun --bind-to none, or leave out "
            + "--cpus"
    }
}
