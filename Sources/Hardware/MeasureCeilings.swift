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
    private static let warmUpSeconds = 0.05
    private static let roundSeconds = 0.002
    private static let roundCount = 100
    /// Of which the best is within some per cent of that of many.
    private static let fewestRounds = 8
    private static let readPasses = 10
    /// A slice of the buffer takes about a millisecond, and comes again after all others went through the cache.
    private static let slicesPerPass = 8
    /// One and a half times the last-level cache: a slice that comes again is then not in it any more.
    private static let fewestSlices = 3

    /// Whether this build has an instruction for bfloat16 products.
    static var hasBFloat16: Bool { peak_bfloat16_flops() > 0 }

    /// One of the loops in which a CPU is as fast as it can be.
    private struct PeakLoop {
        /// FLOPs of one turn.
        let operations: Int32
        let run: @Sendable (_ turns: Int) -> Float
    }

    /// - Parameter seconds: what it may take. Without a limit it takes about two seconds; with less it makes fewer rounds,
    ///   and reads a smaller buffer, so that a short run keeps its time for what it is to measure. The fewest rounds take
    ///   some tenths of a second, whatever is allowed.
    public static func measure(
        on team: WorkerTeam, topology: Topology, clock: some NanosecondClock = SystemClock(),
        within seconds: Double = .infinity
    ) -> Ceilings {
        let loops = [
            PeakLoop(operations: peak_float32_flops()) { peak_float32_rounds($0) },
            hasBFloat16 ? PeakLoop(operations: peak_bfloat16_flops()) { peak_bfloat16_rounds($0) } : nil,
        ]
        let peaks = loops.map { $0.map { peak(of: $0, on: team, clock: clock, within: seconds / 4) } }
        return Ceilings(
            flopsPerSecond: FLOPsPerSecond(float32: peaks[0]!, bfloat16: peaks[1]),
            readBytesPerSecond: readBandwidth(on: team, topology: topology, clock: clock, within: seconds / 2))
    }

    /// FLOP/s of all workers together.
    private static func peak(
        of loop: PeakLoop, on team: WorkerTeam, clock: some NanosecondClock, within allowedSeconds: Double
    ) -> Double {
        let positive = Atomic<Int>(0)
        func seconds(turns: Int) -> Double {
            Self.seconds(clock) {
                team.onEachWorker { _ in if loop.run(turns) > 0 { positive.wrappingAdd(1, ordering: .relaxed) } }
            }
        }
        let warmUpTurns = 10_000
        var estimate = 0.0
        let watch = Stopwatch(clock)
        repeat {
            estimate = max(estimate, Double(warmUpTurns) / seconds(turns: warmUpTurns))
        } while watch.seconds < min(warmUpSeconds, allowedSeconds / 5)
        let turns = max(1, Int(estimate * roundSeconds))
        var best = Double.infinity
        var rounds = 0
        while rounds < roundCount, rounds < fewestRounds || watch.seconds < allowedSeconds {
            best = min(best, seconds(turns: turns))
            rounds += 1
        }
        precondition(positive.load(ordering: .relaxed) > 0, "the loop's results are positive")
        return Double(turns) * Double(loop.operations) * Double(team.threadCount) / best
    }

    /// Each worker reads its own part of the buffer, which it touched first, so that the part lies on its NUMA node.
    private static func readBandwidth(
        on team: WorkerTeam, topology: Topology, clock: some NanosecondClock, within allowedSeconds: Double
    ) -> Double {
        let cpus = team.pinnedCPUs.isEmpty ? topology.logicalCPUs : team.pinnedCPUs
        let wanted = readBytes(
            lastLevelCacheBytes: topology.lastLevelCacheBytes(of: cpus), available: AvailableMemory.bytes() ?? 1 << 30)
        let buffer = ReadBuffer(
            bytesPerSlice: wanted / (slicesPerPass * team.threadCount), slices: slicesPerPass,
            workers: team.threadCount)
        let watch = Stopwatch(clock)
        var touched = 0
        while touched < slicesPerPass, touched < fewestSlices || watch.seconds < allowedSeconds / 2 {
            let slice = touched
            team.onEachWorker { buffer.touch(slice: slice, worker: $0) }
            touched += 1
        }
        var best = Double.infinity
        var rounds = 0
        while rounds < readPasses * touched, rounds < touched || watch.seconds < allowedSeconds {
            let slice = rounds % touched
            best = min(best, seconds(clock) { team.onEachWorker { buffer.read(slice: slice, worker: $0) } })
            rounds += 1
        }
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
