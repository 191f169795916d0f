import Attention
import Kernels

/// One cell of a sweep: a problem, the kernel that is to compute it, and the threads that it gets.
public struct Workload: Hashable, Sendable {
    public let kernel: String
    public let problem: AttentionProblem
    public let threads: Int

    public init(kernel: String, problem: AttentionProblem, threads: Int = 1) {
        precondition(threads >= 1, "a workload has at least one thread, not \(threads)")
        self.kernel = kernel
        self.problem = problem
        self.threads = threads
    }
}
