/// Threads that share the work of one kernel call.
public final class WorkerTeam: Sendable {
    public let threadCount: Int

    public init() {
        threadCount = 1
    }

    /// Calls `body(worker, index)` once for each index in 0..<count, each worker taking the next index as it gets free,
    /// and returns when all are done.
    public func forEach(count: Int, _ body: @Sendable (_ worker: Int, _ index: Int) -> Void) {
        for index in 0..<count { body(0, index) }
    }
}
