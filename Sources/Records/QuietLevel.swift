import Statistics

/// How fast a machine was while nothing slowed it, by the sentinels of one launch, and which samples are left out by that.
///
/// The rule stands before the measurement, and looks at no time of a kernel: a sample is slowed where the sentinel before it
/// or the one after it took more than `tileTolerance` times its quiet level, on any CPU of the team. The quiet level is the
/// lower decile of a launch's readings, for each CPU by itself. docs/decisions/0065 has the candidates that were tried, and
/// what each made of a recorded trace.
public struct QuietLevel: Hashable, Sendable {
    /// The share of readings that a quiet machine is at least as slow as.
    public static let quantile = 0.1
    public static let tileTolerance = 1.10
    /// A reading of memory differs by a tenth from the next where nothing disturbs it.
    public static let readTolerance = 1.25
    /// With fewer readings their lower decile is one of the fastest two.
    public static let fewestReadings = 20

    /// One for each CPU.
    public let tileNanoseconds: [Double]
    /// Nil where memory was not read often enough.
    public let readNanoseconds: [Double]?

    /// - Parameter readings: of one launch and one team. Nil where there are too few.
    public init?(_ readings: [SentinelReading]) {
        guard let tile = Self.levels(readings.map(\.tileNanoseconds)) else { return nil }
        tileNanoseconds = tile
        readNanoseconds = Self.levels(readings.compactMap(\.readNanoseconds))
    }

    /// By CPU. Readings of another number of CPUs than the first are of another team, and there are none.
    private static func levels(_ readings: [[Int]]) -> [Double]? {
        guard readings.count >= fewestReadings, let count = readings.first?.count, count > 0 else { return nil }
        let alike = readings.filter { $0.count == count }
        return (0..<count).map { cpu in
            Durations.quantile(quantile, ofSorted: alike.map { Double($0[cpu]) }.sorted())
        }
    }

    /// The tile work that all CPUs of this team do at once, in that of one CPU alone: 2 for two cores, some 1.2 for two hardware
    /// threads of one core, which a hypervisor may show as two cores.
    ///
    /// - Parameter alone: of a team of one.
    public func cores(alone: QuietLevel) -> Double {
        tileNanoseconds.reduce(0) { $0 + alone.tileNanoseconds[0] / $1 }
    }

    /// How many times slower than quiet the slowest CPU was.
    public func slowdown(of reading: SentinelReading) -> Double {
        slowdown(of: reading.tileNanoseconds, tileNanoseconds)
    }

    private func slowdown(of nanoseconds: [Int], _ levels: [Double]) -> Double {
        zip(nanoseconds, levels).map { Double($0) / $1 }.max() ?? 1
    }

    public func isSlowed(_ reading: SentinelReading) -> Bool {
        if slowdown(of: reading) > Self.tileTolerance { return true }
        guard let read = reading.readNanoseconds, let readNanoseconds else { return false }
        return slowdown(of: read, readNanoseconds) > Self.readTolerance
    }

    public func isSlowed(between neighbours: SentinelNeighbours) -> Bool {
        isSlowed(neighbours.before) || isSlowed(neighbours.after)
    }

    /// How many times slower than quiet the machine was at the worse of two readings, on its slowest CPU: by the tile, or by
    /// memory where that alone was slow.
    public func slowdown(between neighbours: SentinelNeighbours) -> Double {
        neighbours.both.reduce(0) { worst, reading in
            let tile = slowdown(of: reading)
            guard tile <= Self.tileTolerance, isSlowed(reading), let read = reading.readNanoseconds, let readNanoseconds
            else { return max(worst, tile) }
            return max(worst, slowdown(of: read, readNanoseconds))
        }
    }
}
