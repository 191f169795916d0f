import Foundation
import Synchronization
import Testing

@testable import Hardware

/// How often each index was taken, counted from any thread.
private final class Counts: Sendable {
    private let counts: Mutex<[Int]>
    init(_ count: Int) { counts = Mutex([Int](repeating: 0, count: count)) }
    func add(_ index: Int) { counts.withLock { $0[index] += 1 } }
    var all: [Int] { counts.withLock { $0 } }
}

@Suite struct WorkerTeamTests {
    @Test(arguments: [1, 2, 3, 8], [0, 1, 2, 7, 1000])
    func takesEveryIndexExactlyOnce(threads: Int, count: Int) {
        let team = WorkerTeam(threads: threads)
        let counts = Counts(count)
        team.forEach(count: count) { _, index in counts.add(index) }
        #expect(counts.all == [Int](repeating: 1, count: count))
    }

    @Test(arguments: [1, 2, 3])
    func canBeUsedAgainAndAgain(threads: Int) {
        let team = WorkerTeam(threads: threads)
        let sum = Atomic<Int>(0)
        for _ in 0..<2000 {
            team.forEach(count: 5) { _, index in sum.wrappingAdd(index, ordering: .relaxed) }
        }
        #expect(sum.load(ordering: .relaxed) == 2000 * 10)
    }

    /// Longer than workers spin: they must wake from sleep.
    @Test func wakesSleepingWorkers() {
        let team = WorkerTeam(threads: 3)
        let counts = Counts(3)
        for _ in 0..<3 {
            usleep(20_000)
            team.onEachWorker { counts.add($0) }
        }
        #expect(counts.all == [3, 3, 3])
    }

    @Test func numbersItsWorkersFromZeroAndTheCallerIsWorkerZero() {
        let team = WorkerTeam(threads: 3)
        let caller = pthread_self()
        let seen = Mutex<[Int: pthread_t]>([:])
        team.onEachWorker { worker in seen.withLock { $0[worker] = pthread_self() } }
        let threads = seen.withLock { $0 }
        #expect(threads.keys.sorted() == [0, 1, 2])
        #expect(threads[0] == caller)
        #expect(Set(threads.values).count == 3)
    }

    @Test func seesWhatWorkersWroteBefore() {
        let team = WorkerTeam(threads: 2)
        nonisolated(unsafe) let values = UnsafeMutablePointer<Int>.allocate(capacity: 100)
        defer { values.deallocate() }
        for round in 0..<200 {
            team.forEach(count: 100) { _, index in values[index] = round + index }
            #expect((0..<100).allSatisfy { values[$0] == round + $0 })
        }
    }

    @Test func endsItsThreads() {
        func threadCount() -> Int {
            SystemFiles().text("proc/self/status").flatMap { KeyedLines($0)["Threads"] }.flatMap { Int($0) } ?? 0
        }
        // Other tests' threads come and go; a leak of 40 × 3 would stand out.
        let before = threadCount()
        for _ in 0..<40 { _ = WorkerTeam(threads: 4).threadCount }
        #expect(threadCount() < before + 60)
    }

    @Test func pinsEachWorkerOnItsCPU() throws {
        let topology = try Topology()
        let cpus = topology.allowedCPUs
        let (pinned, seen, refusals) = onOwnThread {
            let team = WorkerTeam(cpus: cpus, on: topology)
            let seen = Mutex([Int](repeating: -1, count: cpus.count))
            team.onEachWorker { worker in
                let cpu = ThreadEvidenceReader().read().cpu
                seen.withLock { $0[worker] = cpu }
            }
            return (team.pinnedCPUs, seen.withLock { $0 }, team.pinnings.compactMap(\.refusal))
        }
        #expect(refusals == [])
        #expect(pinned == cpus)
        #expect(seen == cpus)
    }

    @Test func worksWherePinningIsRefused() throws {
        let topology = try Topology(synthetic: "pack:1 core:2 pu:1")
        let team = WorkerTeam(cpus: [0, 1], on: topology)
        #expect(team.pinnedCPUs == [])
        #expect(team.pinnings.count == 2)
        #expect(team.pinnings[1].refusal == "no thread is bound to CPU 1: the topology is not of this machine")
        let counts = Counts(9)
        team.forEach(count: 9) { _, index in counts.add(index) }
        #expect(counts.all.allSatisfy { $0 == 1 })
    }
}
