import Faults

/// One rank cannot go on, and so none can: all of them end, and the first one, which prints, says why.
public struct RankFailure: Fault, Equatable {
    let rank: Int
    let host: String
    let reason: String
    public let exitStatus: ExitStatus

    public init(rank: Int, host: String, reason: String, exitStatus: ExitStatus) {
        self.rank = rank
        self.host = host
        self.reason = reason
        self.exitStatus = exitStatus
    }

    public var description: String {
        "rank \(rank)\(host.isEmpty ? "" : " on \(host)") cannot go on: \(reason)"
    }
}

extension Communicator {
    /// What this rank came to, if all ranks came to something. Every rank calls it at once.
    ///
    /// Without it, the ranks that go on would wait for the one that does not, until `mpirun` ends them without a word.
    func agreed<Value, Failure: Fault>(_ body: () throws(Failure) -> Value) throws(RankFailure) -> Value {
        let result = Result(catching: body)
        var failure: Failure?
        if case .failure(let own) = result { failure = own }
        let statuses = gathered(failure?.exitStatus.rawValue ?? ExitStatus.done.rawValue)
        let reasons = gathered(text: failure?.description ?? "")
        if let rank = statuses.firstIndex(where: { $0 != ExitStatus.done.rawValue }) {
            throw RankFailure(
                rank: rank, host: gatheredHosts()[rank], reason: reasons[rank],
                exitStatus: ExitStatus(rawValue: statuses[rank]) ?? .internalFailure)
        }
        guard case .success(let value) = result else { preconditionFailure("a failure has the status of none") }
        return value
    }
}
