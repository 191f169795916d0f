import Foundation
import Synchronization

/// Threads that share the work of one kernel call; the thread that makes the team is worker 0.
public final class WorkerTeam: Sendable {
    public let threadCount: Int
    /// One for each worker; empty where no pinning was asked for.
    public let pinnings: [Pinning]
    /// Where under /proc the system tells of each worker's thread: "1234/task/1236".
    let taskFolders: [String]
    private let forkJoin: ForkJoin?
    /// What worker 0 does after each item: messages to other ranks move on only while somebody asks for it.
    private let betweenItems: (@Sendable () -> Void)?

    /// Threads that run wherever the scheduler puts them.
    public convenience init(threads: Int = 1, betweenItems: (@Sendable () -> Void)? = nil) {
        self.init(threadCount: threads, betweenItems: betweenItems) { _ in nil }
    }

    /// One thread pinned on each CPU. The calling thread is pinned too, on the first, and stays so. What the system
    /// refuses is told in `pinnings` and the team works all the same.
    public convenience init(
        cpus: [Int], on topology: Topology, betweenItems: (@Sendable () -> Void)? = nil
    ) {
        self.init(threadCount: cpus.count, betweenItems: betweenItems) {
            Pinning.bindCurrentThread(to: cpus[$0], on: topology)
        }
    }

    /// The team for a number of threads under a placement.
    public convenience init(threads: Int, placement: Placement, on topology: Topology) throws(PlacementError) {
        let cpus = try placement.cpus(forThreads: threads, on: topology)
        if cpus.isEmpty { self.init(threads: threads) } else { self.init(cpus: cpus, on: topology) }
    }

    private init(
        threadCount: Int, betweenItems: (@Sendable () -> Void)?, pin: @Sendable (_ worker: Int) -> Pinning?
    ) {
        precondition(threadCount >= 1, "a team has at least one thread, not \(threadCount)")
        self.threadCount = threadCount
        self.betweenItems = betweenItems
        let forkJoin = threadCount > 1 ? ForkJoin(workerCount: threadCount) : nil
        let facts = Mutex([(folder: String, pinning: Pinning?)](repeating: ("", nil), count: threadCount))
        @Sendable func begin(worker: Int) {
            let fact = (folder: Self.currentTaskFolder(), pinning: pin(worker))
            facts.withLock { $0[worker] = fact }
        }
        if let forkJoin { forkJoin.run(begin) } else { begin(worker: 0) }
        self.forkJoin = forkJoin
        taskFolders = facts.withLock { $0.map(\.folder) }
        pinnings = facts.withLock { $0.compactMap(\.pinning) }
    }

    /// The CPU of each worker; empty unless all are pinned.
    public var pinnedCPUs: [Int] {
        let cpus = pinnings.compactMap(\.cpu)
        return cpus.count == threadCount ? cpus : []
    }

    /// Calls `body(worker, index)` once for each index in 0..<count, each worker taking the next index as it gets free,
    /// and returns when all are done.
    /// - Precondition: not called from inside a body of the same team.
    public func forEach(count: Int, _ body: @Sendable (_ worker: Int, _ index: Int) -> Void) {
        guard let forkJoin else {
            for index in 0..<count {
                body(0, index)
                betweenItems?()
            }
            return
        }
        let next = Atomic<Int>(0)
        forkJoin.run { worker in
            while true {
                let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
                if index >= count { return }
                body(worker, index)
                if worker == 0 { betweenItems?() }
            }
        }
    }

    /// Calls `body(worker)` once on each worker's own thread, and returns when all are done.
    public func onEachWorker(_ body: @Sendable (_ worker: Int) -> Void) {
        if let forkJoin { forkJoin.run(body) } else { body(0) }
    }

    private static func currentTaskFolder() -> String {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/thread-self")) ?? ""
    }
}
