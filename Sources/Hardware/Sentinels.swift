import CProcessor
import Records
import Synchronization

/// Two fixed pieces of work that show how fast the CPUs of a team are right now: a register tile on operands in the first
/// cache, and reading a buffer that no cache holds.
///
/// Both are the same work on every machine, some 30 µs each on a CPU with AVX-512, so that readings of an interrupted run and
/// of its continuation can be compared. All workers start together: hardware threads that share a core slow each other.
public final class Sentinels {
    private let team: WorkerTeam
    private let clock: any NanosecondClock
    /// Made when memory is read for the first time: most sweeps have no cell that is bound by it.
    private lazy var buffer = {
        let buffer = ReadBuffer(bytesPerWorker: Self.readBytes, workers: team.threadCount)
        team.onEachWorker { buffer.touch(worker: $0) }
        return buffer
    }()

    /// FLOPs of one reading of the tile on one CPU, about: 31 µs at 270 GFLOP/s, 47 µs at 180.
    private static let tileFLOPs = 1 << 23
    private static let tileTurns = tileFLOPs / Int(peak_tile_flops())
    /// The operands come into the first cache here, from wherever the last sample has left them.
    private static let warmUpTurns = max(1, tileTurns / 16)
    /// 23 µs at 45 GB/s, 100 µs at 10.
    private static let readBytes = 1 << 20

    /// - Parameter team: of the calling thread; it must be idle when a reading is taken.
    public init(_ team: WorkerTeam, clock: any NanosecondClock = SystemClock()) {
        self.team = team
        self.clock = clock
    }

    /// FLOPs that all CPUs of the team together do in one reading of the tile.
    var flops: Double { Double(Self.tileTurns) * Double(peak_tile_flops()) * Double(team.threadCount) }

    /// - Parameter ofMemory: whether memory is read too.
    public func reading(ofMemory: Bool = false) -> SentinelReading {
        team.onEachWorker { _ in Self.runTile(turns: Self.warmUpTurns) }
        let tile = nanoseconds { _ in Self.runTile(turns: Self.tileTurns) }
        guard ofMemory else { return SentinelReading(tileNanoseconds: tile) }
        let buffer = buffer
        team.onEachWorker { buffer.flush(worker: $0) }
        return SentinelReading(tileNanoseconds: tile, readNanoseconds: nanoseconds { buffer.read(worker: $0) })
    }

    /// The tile work that the CPUs of a team do at once, in that of one of them alone: 2 for two cores, some 1.2 for two hardware
    /// threads of one core, which a hypervisor may show as two. Readings of the two are taken in turn, and those of a quiet
    /// machine count. It takes some 30 ms.
    ///
    /// - Parameter alone: one of the CPUs of the team.
    public static func cores(of team: WorkerTeam, alone: WorkerTeam) -> Double? {
        let (together, single) = (Sentinels(team), Sentinels(alone))
        var readings: (together: [SentinelReading], single: [SentinelReading]) = ([], [])
        for _ in 0..<coreReadings {
            readings.together.append(together.reading())
            readings.single.append(single.reading())
        }
        guard let all = QuietLevel(readings.together), let one = QuietLevel(readings.single) else { return nil }
        return all.cores(alone: one)
    }

    private static let coreReadings = 400

    private static func runTile(turns: Int) {
        precondition(peak_tile_turns(turns) > 0, "products of positive numbers have a positive sum")
    }

    /// What each worker takes, when all begin at once.
    private func nanoseconds(_ work: @Sendable (_ worker: Int) -> Void) -> [Int] {
        let (count, clock) = (team.threadCount, clock)
        let arrived = Atomic<Int>(0)
        let times = Mutex([Int](repeating: 1, count: count))
        team.onEachWorker { worker in
            arrived.wrappingAdd(1, ordering: .acquiringAndReleasing)
            // Bounded: workers that share a CPU would wait for each other's slice of it.
            var spins = 0
            while arrived.load(ordering: .acquiring) < count, spins < Self.mostSpins {
                spins += 1
                processor_pause()
            }
            let watch = Stopwatch(clock)
            work(worker)
            let nanoseconds = max(1, watch.nanoseconds)
            times.withLock { $0[worker] = nanoseconds }
        }
        return times.withLock { $0 }
    }

    /// Some 200 µs, in which a sleeping worker has woken up.
    private static let mostSpins = 8000
}
