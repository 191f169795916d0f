import Attention
import Kernels
import Records

/// A workload as ranks share it.
struct SharedWorkload {
    let kernel: RankKernel
    let problem: RankProblem

    init(_ workload: Workload, ranks: Int) throws(UnsupportedProblem) {
        guard workload.threads == 1 else {
            throw UnsupportedProblem("a rank has one thread, not \(workload.threads); start more ranks instead")
        }
        let name = String(workload.kernel.dropFirst(RankEngine.name.count + 1))
        guard let kernel = RankKernel.builtIn.first(where: { $0.name == name }) else {
            throw UnsupportedProblem("\(name) is not a kernel of ranks")
        }
        self.kernel = kernel
        problem = try kernel.problem(workload.problem, ranks: ranks)
    }

    /// Memory that the rank which takes most needs: its parts, and what its kernel holds of others'.
    var mostBytes: Int {
        (0..<problem.rankCount).reduce(0) { max($0, kernel.bytes(of: problem, rank: $1)) }
    }
}
