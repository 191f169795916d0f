import Faults
import Hardware

/// Where a rank measures by itself, while others do: on a core that no other rank uses.
public struct OwnCore {
    /// The name of each rank's host, in the order of ranks.
    public let hosts: [String]
    /// Where this rank's threads run: as the user wants it if the rank is alone on its host, on one CPU otherwise.
    public let placement: Placement

    /// Every rank calls it at once.
    ///
    /// - Throws: the same on all ranks.
    public init(
        _ communicator: Communicator, _ placement: Placement, on topology: Topology
    ) throws {
        let hosts = communicator.gatheredHosts()
        let own = hosts[communicator.rank]
        let isAlone = hosts.count { $0 == own } == 1
        let cpu = try Seats(communicator, placement, on: topology).team.pinnedCPUs.first
        let core = cpu.flatMap { cpu in topology.cores.firstIndex { $0.cpus.contains(cpu) } }
        let cores = communicator.gathered(isAlone ? -1 - communicator.rank : core ?? .max)
        for (rank, core) in cores.enumerated() {
            let others = (0..<rank).filter { hosts[$0] == hosts[rank] }
            if core == .max { throw SharedCore.notBound(rank: rank, host: hosts[rank]) }
            if let other = others.first(where: { cores[$0] == core }) {
                throw SharedCore.shared(ranks: [other, rank], host: hosts[rank])
            }
        }
        self.hosts = hosts
        self.placement = isAlone ? placement : .cpus([cpu!])
    }
}

/// Two cells would be measured on one core at once.
public enum SharedCore: Fault, Equatable {
    case shared(ranks: [Int], host: String)
    case notBound(rank: Int, host: String)

    public var exitStatus: ExitStatus { .usage }

    public var description: String {
        switch self {
        case .shared(let ranks, let host):
            "ranks \(ranks.map(String.init).joined(separator: " and ")) share a core of \(host), and would measure at the same "
                + "time; start at most one rank for each core (mpirun --bind-to core)"
        case .notBound(let rank, let host):
            "rank \(rank) is not bound to a core of \(host), where other ranks measure too; leave out --no-pin, or start one rank on "
                + "each host"
        }
    }
}
