import CProcessor
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
    /// Of all workers together: a round takes about a millisecond.
    private static let readBytes = 32 << 20
    /// Of the tile, of which the lower decile counts.
    private static let tileReadings = 400

    /// Whether this build has an instruction for bfloat16 products.
    static var hasBFloat16: Bool { peak_bfloat16_flops() > 0 }

    /// One of the loops in which a CPU is as fast as it can be.
    private struct PeakLoop {
        /// FLOPs of one turn.
        let operations: Int32
        let run: @Sendable (_ turns: Int) -> Float
    }

    /// - Parameter seconds: what it may take. Without a limit it takes about seven tenths of a second; with less it makes
    ///   fewer rounds, so that a short run keeps its time for what it is to measure. The fewest rounds take less than a tenth,
    ///   whatever is allowed.
    public static func measure(
        on team: WorkerTeam, clock: some NanosecondClock = SystemClock(), within seconds: Double = .infinity,
        counter: (any ProcessorCounter)? = KernelCounter()
    ) -> Ceilings {
        let loops = [
            PeakLoop(operations: peak_float32_flops()) { peak_float32_rounds($0) },
            hasBFloat16 ? PeakLoop(operations: peak_bfloat16_flops()) { peak_bfloat16_rounds($0) } : nil,
        ]
        let peaks = loops.map { $0.map { peak(of: $0, on: team, clock: clock, within: seconds / 4) } }
        return Ceilings(
            flopsPerSecond: FLOPsPerSecond(float32: peaks[0]!, bfloat16: peaks[1]),
            readBytesPerSecond: readBandwidth(on: team, clock: clock, within: seconds / 4),
            tileFLOPsPerSecond: tilePeak(on: team, clock: clock, within: seconds / 4),
            peakFLOPsPerCycle: counter.flatMap { peakPerCycle(of: loops[0]!, $0) })
    }

    /// On the calling thread, which the counter counts: a cycle is one whatever the clock's rate, so a few rounds are enough.
    private static func peakPerCycle(of loop: PeakLoop, _ counter: any ProcessorCounter) -> Double? {
        let turns = 10_000
        let rates = (0..<fewestRounds).compactMap { _ -> Double? in
            guard let before = counter.read() else { return nil }
            precondition(loop.run(turns) > 0, "the loop's results are positive")
            guard let cycles = counter.read().map({ ($0 - before).cycles }), cycles > 0 else { return nil }
            return Double(turns) * Double(loop.operations) / Double(cycles)
        }
        return rates.max()
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

    /// Each worker reads its own part of a buffer that it has touched and taken out of the caches.
    private static func readBandwidth(
        on team: WorkerTeam, clock: some NanosecondClock, within allowedSeconds: Double
    ) -> Double {
        let buffer = ReadBuffer(bytesPerWorker: readBytesPerWorker(team.threadCount), workers: team.threadCount)
        let watch = Stopwatch(clock)
        team.onEachWorker { buffer.touch(worker: $0) }
        var best = Double.infinity
        var rounds = 0
        while rounds < roundCount, rounds < fewestRounds || watch.seconds < allowedSeconds {
            team.onEachWorker { buffer.flush(worker: $0) }
            best = min(best, seconds(clock) { team.onEachWorker { buffer.read(worker: $0) } })
            rounds += 1
        }
        return Double(buffer.bytesPerWorker * team.threadCount) / best
    }

    /// At least a megabyte, and a multiple of what the reading loop takes at once.
    static func readBytesPerWorker(_ workers: Int) -> Int { max(1 << 20, readBytes / workers / 4096 * 4096) }

    /// The tile's speed on a quiet machine, by the rule that also judges samples.
    private static func tilePeak(
        on team: WorkerTeam, clock: some NanosecondClock, within allowedSeconds: Double
    ) -> Double {
        let sentinels = Sentinels(team, clock: clock)
        let watch = Stopwatch(clock)
        var readings: [SentinelReading] = []
        while readings.count < tileReadings,
            readings.count < QuietLevel.fewestReadings || watch.seconds < allowedSeconds
        {
            readings.append(sentinels.reading())
        }
        // All CPUs work until the slowest is done.
        let level = QuietLevel(readings)!
        return sentinels.flops / (level.tileNanoseconds.max()! * 1e-9)
    }

    private static func seconds(_ clock: some NanosecondClock, _ body: () -> Void) -> Double {
        let watch = Stopwatch(clock)
        body()
        return Double(max(watch.nanoseconds, 1)) / 1e9
    }
}
