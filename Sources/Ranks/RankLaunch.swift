import Faults

/// How the ranks of this program were started.
public enum RankLaunch {
    /// How many ranks Open MPI's own launcher started; nil where it started none. Slurm's launcher tells only that there are
    /// several.
    private static func count(in environment: [String: String]) -> Int? {
        environment["OMPI_COMM_WORLD_SIZE"].flatMap { Int($0) }
    }

    /// Whether a launcher such as `mpirun` started this process as one of several ranks.
    public static func isOneOfSeveral(in environment: [String: String]) -> Bool {
        if let count = count(in: environment) { return count > 1 }
        return environment["PMIX_RANK"] != nil && environment["SLURM_NTASKS"] != "1"
    }

    /// Whether this is the rank that prints.
    public static func isFirst(in environment: [String: String]) -> Bool {
        guard isOneOfSeveral(in: environment) else { return true }
        return (environment["OMPI_COMM_WORLD_RANK"] ?? environment["PMIX_RANK"]) == "0"
    }

    /// The words that start a command with as many ranks as this one has; none where it was started alone. Slurm's launcher has
    /// the number of ranks in its own options.
    public static func words(in environment: [String: String]) -> [String] {
        guard isOneOfSeveral(in: environment) else { return [] }
        return count(in: environment).map { ["mpirun", "-n", "\($0)"] } ?? ["srun"]
    }

    /// The ranks that were started with this one. MPI starts here, and only where there are several ranks.
    public static func transport(in environment: [String: String]) throws(RanksUnavailable) -> any Transport {
        guard isOneOfSeveral(in: environment) else { return SingleRank() }
        #if OPEN_MPI
            guard let transport = OpenMPI() else { throw .refused }
            return transport
        #else
            throw .notBuilt
        #endif
    }

    /// The library that carries messages; nil where the program was built without one.
    public static var library: String? {
        #if OPEN_MPI
            OpenMPI.library
        #else
            nil
        #endif
    }
}

extension Communicator {
    /// Connects the ranks that were started with this one.
    ///
    /// - Throws: `RanksUnavailable`, or `UnlikeRanks` if one of them is another build.
    public static func ofOneBuild(in environment: [String: String]) throws -> Communicator {
        let communicator = Communicator(try RankLaunch.transport(in: environment))
        try communicator.requireOneBuild()
        return communicator
    }
}

/// Why there are no ranks.
public enum RanksUnavailable: Fault, Equatable {
    case notBuilt
    case refused

    public var exitStatus: ExitStatus { .usage }

    public var description: String {
        switch self {
        case .notBuilt:
            "this program was built without Open MPI and has no ranks; install libopenmpi-dev and openmpi-bin "
                + "(`scripts/setup --ranks`) and build it again"
        case .refused:
            "Open MPI cannot start with one thread that exchanges messages while others compute; start the program with "
                + "the mpirun of the Open MPI that it was built with"
        }
    }
}
