import Attention
import Records

/// What the first rank asks all others to do with it.
enum RankRequest: Codable {
    /// Make a kernel ready, as cell number `cell`; its inputs follow.
    case prepare(cell: Int, kernel: String, workload: Workload, tuning: Tuning)
    /// Other inputs follow.
    case load(cell: Int)
    case spoilOutput(cell: Int)
    case sample(cell: Int, calls: Int, warmUpCalls: Int)
    /// Send the outputs to the first rank.
    case collect(cell: Int)
    /// Let go of the kernel.
    case release(cell: Int)
    /// The run is over.
    case end
}

extension Communicator {
    /// Sends a request from the first rank to all others.
    func send(_ request: RankRequest) {
        for rank in 1..<max(1, rankCount) { post(request, to: rank) }
    }

    /// Waits for the first rank's next request.
    func nextRequest() -> RankRequest { waitForPosted(RankRequest.self).value }
}
