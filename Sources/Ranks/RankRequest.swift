import Attention
import Kernels
import Records

/// What the first rank asks all others to do with it.
enum RankRequest: Codable {
    /// Make a kernel ready, as cell number `cell`, on the inputs that the seed stands for.
    case prepare(cell: Int, workload: Workload, tuning: Tuning, seed: UInt64)
    /// Take the inputs of another seed.
    case draw(cell: Int, seed: UInt64)
    case spoilOutput(cell: Int)
    case sample(cell: Int, calls: Int, warmUpCalls: Int)
    /// Send those of these rows of the output that the rank holds to the first rank.
    case sendOutput(cell: Int, rows: [Accuracy.OutputRow])
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
