import CVector
import Foundation
import Records
import Synchronization

/// How the ceilings are found: loops of one instruction, on all workers of the team at once.
///
/// Each figure is the best of many short rounds after a warm-up: a ceiling is what the CPU can do, and noise only slows.
/// A round of 2 ms is long beside the start of a team (1 to 10 µs) and mostly shorter than the scheduler's slice, so
/// that on a shared machine too some rounds run without an interruption; with rounds of 20 ms none did, and a peak came
/// out at 40 %.
extension Ceilings {
    private static let warmUpNanoseconds = 50_000_000
    private static let roundNanoseconds = 2_000_000
    private static let roundCount = 100
    private static let readPasses = 10
    /// A slice of the buffer takes about a millisecond, and comes again after all others went through the cache.
    private static let slicesPerPass = 8

    /// Whether this build has an instruction for bfloat16 products.
    static var hasBFloat16: Bool { peak_bfloat16_flops() > 0 }

    /// Takes about a second.
    public static func measure(
        on team: WorkerTeam, topology: Topology, clock: some NanosecondClock = SystemClock()
    ) -> Ceilings {
        let float32 = peak(on: team, clock: clock, operations: peak_float32_flops()) { peak_float32_rounds($0) }
        let bfloat16 =
            hasBFloat16
            ? peak(on: team, clock: clock, operations: peak_bfloat16_flops()) { peak_bfloat16_rounds($0) } : nil
        return Ceilings(
            flopsPerSecond: FLOPsPerSecond(float32: float32, bfloat16: bfloat16),
            readBytesPerSecond: readBandwidth(on: team, topology: topology, clock: clock))
    }

    /// FLOP/s of all workers together.
    /// - Parameter operations: FLOPs of one turn of the loop.
    private static func peak(
        on team: WorkerTeam, clock: some NanosecondClock, operations: Int32,
        _ loop: @Sendable (_ turns: Int) -> Float
    ) -> Double {
        let positive = Atomic<Int>(0)
        func seconds(turns: Int) -> Double {
            Self.seconds(clock) {
                team.onEachWorker { _ in if loop(turns) > 0 { positive.wrappingAdd(1, ordering: .relaxed) } }
            }
        }
        let warmUpTurns = 10_000
        var estimate = 0.0
        let watch = Stopwatch(clock)
        while watch.nanoseconds < warmUpNanoseconds {
            estimate = max(estimate, Double(warmUpTurns) / seconds(turns: warmUpTurns))
        }
        let turns = max(1, Int(estimate * Double(roundNanoseconds) / 1e9))
        let best = (0..<roundCount).map { _ in seconds(turns: turns) }.min()!
        precondition(positive.load(ordering: .relaxed) > 0, "the loop's results are positive")
        return Double(turns) * Double(operations) * Double(team.threadCount) / best
    }

    /// Each worker reads its own part of the buffer, which it touched first, so that the part lies on its NUMA node.
    private static func readBandwidth(
        on team: WorkerTeam, topology: Topology, clock: some NanosecondClock
    ) -> Double {
        let cpus = team.pinnedCPUs.isEmpty ? topology.logicalCPUs : team.pinnedCPUs
        let wanted = readBytes(
            lastLevelCacheBytes: topology.lastLevelCacheBytes(of: cpus), available: AvailableMemory.bytes() ?? 1 << 30)
        let buffer = ReadBuffer(
            bytesPerSlice: wanted / (slicesPerPass * team.threadCount), slices: slicesPerPass,
            workers: team.threadCount)
        team.onEachWorker { buffer.touch(worker: $0) }
        let best = (0..<readPasses * slicesPerPass).map { round in
            seconds(clock) { team.onEachWorker { buffer.read(slice: round % slicesPerPass, worker: $0) } }
        }.min()!
        return Double(buffer.bytesPerSlice * team.threadCount) / best
    }

    /// Four times the last-level cache and at least 256 MiB, so that at most a small part of a slice is still in the
    /// cache when it comes again; at most half of the memory that is free.
    static func readBytes(lastLevelCacheBytes: Int, available: Int) -> Int {
        min(max(4 * lastLevelCacheBytes, 256 << 20), available / 2)
    }

    private static func seconds(_ clock: some NanosecondClock, _ body: () -> Void) -> Double {
        let watch = Stopwatch(clock)
        body()
        return Double(max(watch.nanoseconds, 1)) / 1e9
    }
}
