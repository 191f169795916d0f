import CVector
import Foundation
import Synchronization

/// How the ceilings are found: loops of one instruction, on all workers of the team at once.
///
/// Each figure is the best of several rounds after a warm-up: a ceiling is what the CPU can do, and noise only slows.
/// A round of 20 ms is long beside the start of a team (some 50 µs) and short beside a scheduler's interruption.
extension Ceilings {
    private static let warmUpNanoseconds = 50_000_000
    private static let roundNanoseconds = 20_000_000
    private static let roundCount = 5

    /// Takes less than a second.
    public static func measure(
        on team: WorkerTeam, topology: Topology, clock: some NanosecondClock = SystemClock()
    ) -> Ceilings {
        let float32 = bestRate(on: team, clock: clock) { peak_float32_rounds($0) }
        let bfloat16 = peak_bfloat16_flops() == 0 ? nil : bestRate(on: team, clock: clock) { peak_bfloat16_rounds($0) }
        return Ceilings(
            flopsPerSecond: FLOPsPerSecond(
                float32: float32 * Double(peak_float32_flops()),
                bfloat16: bfloat16.map { $0 * Double(peak_bfloat16_flops()) }),
            readBytesPerSecond: readBandwidth(on: team, topology: topology, clock: clock))
    }

    /// Rounds of the loop a second, all workers together.
    private static func bestRate(
        on team: WorkerTeam, clock: some NanosecondClock, _ loop: @Sendable (_ rounds: Int) -> Float
    ) -> Double {
        let sums = Atomic<Int>(0)
        func seconds(_ rounds: Int) -> Double {
            let start = clock.nanoseconds
            team.onEachWorker { _ in sums.wrappingAdd(loop(rounds) > 0 ? 1 : 0, ordering: .relaxed) }
            return Double(max(clock.nanoseconds - start, 1)) / 1e9
        }
        var rounds = 10_000
        var rate = 0.0
        let start = clock.nanoseconds
        while clock.nanoseconds - start < warmUpNanoseconds { rate = max(rate, Double(rounds) / seconds(rounds)) }
        rounds = max(1, Int(rate * Double(roundNanoseconds) / 1e9))
        for _ in 0..<roundCount { rate = max(rate, Double(rounds) / seconds(rounds)) }
        precondition(sums.load(ordering: .relaxed) > 0, "the loop's sums are positive")
        return rate * Double(team.threadCount)
    }

    /// Each worker reads its own part of the buffer, which it touched first, so that the part lies on its NUMA node.
    private static func readBandwidth(
        on team: WorkerTeam, topology: Topology, clock: some NanosecondClock
    ) -> Double {
        let cpus = team.pinnedCPUs.isEmpty ? topology.logicalCPUs : team.pinnedCPUs
        let lastLevel = topology.lastLevelCacheBytes(of: cpus)
        let buffer = ReadBuffer(
            bytesPerWorker: readBytes(lastLevelCacheBytes: lastLevel, available: AvailableMemory.bytes() ?? 1 << 30)
                / team.threadCount, workers: team.threadCount)
        team.onEachWorker { buffer.touch(part: $0) }
        let best = (0..<roundCount + 2).map { _ in
            let start = clock.nanoseconds
            team.onEachWorker { buffer.read(part: $0) }
            return max(clock.nanoseconds - start, 1)
        }.min()!
        return Double(buffer.bytes) / (Double(best) / 1e9)
    }

    /// Four times the last-level cache and at least 256 MiB, so that at most a small part of a pass comes from the
    /// cache; at most half of the memory that is free.
    static func readBytes(lastLevelCacheBytes: Int, available: Int) -> Int {
        min(max(4 * lastLevelCacheBytes, 256 << 20), available / 2)
    }
}
