import Quantities
import Records
import Statistics

/// How a launch's machine became faster or slower than it was when its ceilings were measured: its clock's rate changed, or
/// a neighbour never rested.
///
/// The ceilings are measured once, before the first launch, so a share of peak could be one of a peak that is there no more.
/// In a launch that drifted by more than `tolerable`, each cell's share is that of the peak as it was beside its samples:
/// the ceiling times the tile's speed there, over the tile's speed at the start of the first launch. In all other
/// launches nothing is scaled, since readings differ by a per cent or two where nothing moves.
struct CeilingsDrift {
    let launch: Int
    let threads: Int
    /// Of the tile's quiet level, to the launch's first third or to its last, whichever is farther; 0.05 for 5 % slower.
    let change: Double
    private let start: Start

    private struct Start {
        /// Of the first third of the first launch.
        let level: QuietLevel
        /// Of the first readings that nothing slowed. A third of a run that drifts is slower than its start.
        let speed: Double

        init?(_ readings: [SentinelReading]) {
            guard let level = QuietLevel(readings) else { return nil }
            let quiet = readings.filter { !level.isSlowed($0) }.prefix(
                max(QuietLevel.fewestReadings, readings.count / 5))
            if quiet.isEmpty { return nil }
            (self.level, speed) = (level, quiet.map { $0.speed(against: level) }.median)
        }

        /// By the CPU that changed most. Nil where the readings are too few.
        func change(to readings: [SentinelReading]) -> Double? {
            guard let later = QuietLevel(readings) else { return nil }
            return zip(level.tileNanoseconds, later.tileNanoseconds).map { $1 / $0 - 1 }.max { abs($0) < abs($1) }
        }
    }

    /// A smaller change is within what levels of a third of the readings differ by.
    static let tolerable = 0.03

    /// Those that are worth telling, by launch.
    static func found(in measurements: [Records.Measurement]) -> [CeilingsDrift] {
        Dictionary(grouping: measurements, by: \.workload.threads).flatMap { threads, cells -> [CeilingsDrift] in
            let launches = Dictionary(grouping: cells, by: \.launch).sorted { $0.key < $1.key }
                .map { (launch: $0.key, thirds: Self.thirds($0.value)) }
            guard let first = launches.first, let start = Start(first.thirds.first) else { return [] }
            return launches.compactMap { launch, thirds in
                let changes = [thirds.first, thirds.last].compactMap(start.change)
                guard let change = changes.max(by: { abs($0) < abs($1) }), abs(change) > tolerable else { return nil }
                return CeilingsDrift(launch: launch, threads: threads, change: change, start: start)
            }
        }.sorted { ($0.launch, $0.threads) < ($1.launch, $1.threads) }
    }

    /// The readings of the first and of the last third of a launch.
    private static func thirds(_ cells: [Records.Measurement]) -> (first: [SentinelReading], last: [SentinelReading]) {
        var readings: [(round: Int, reading: SentinelReading)] = []
        for cell in cells {
            guard case .measured(let record) = cell.outcome, let sentinels = record.sentinels else { continue }
            for (round, neighbours) in zip(record.rounds, sentinels) {
                readings += [(round, neighbours.before), (round, neighbours.after)]
            }
        }
        // Where one round has readings of several cells, their order within it does not matter to thirds.
        let inOrder = readings.sorted { $0.round < $1.round }.map(\.reading)
        let third = inOrder.count / 3
        return (Array(inOrder.prefix(third)), Array(inOrder.suffix(third)))
    }

    var caution: Caution {
        let percent = Quantity.percent(abs(change), place: 0)
        return Caution(
            "launch \(launch): at its quietest the machine was \(percent) \(change > 0 ? "slower" : "faster") than when "
                + "the run began; a share of peak is one of the peak as it was beside the cell's samples")
    }

    /// The peak beside the samples of a cell that are used, over that at the start of the run.
    func relativePeak(beside record: Records.Measurement.Record) -> Double? {
        guard let sentinels = record.sentinels else { return nil }
        let speeds = record.samplesToUse.flatMap { sentinels[$0].both }.map { $0.speed(against: start.level) }
        return speeds.isEmpty ? nil : speeds.median / start.speed
    }
}

extension SentinelReading {
    /// Of all CPUs together; 1 at the level's own.
    fileprivate func speed(against level: QuietLevel) -> Double {
        let speeds = zip(level.tileNanoseconds, tileNanoseconds).map { $0 / Double($1) }
        return speeds.reduce(0, +) / Double(max(1, speeds.count))
    }
}

extension [CeilingsDrift] {
    /// The mean over the launches of one cell; nil where none of them drifted.
    func relativePeak(of launches: [Records.Measurement]) -> Double? {
        var drifted = false
        let peaks = launches.compactMap { cell -> Double? in
            guard case .measured(let record) = cell.outcome else { return nil }
            let drift = first { $0.launch == cell.launch && $0.threads == cell.workload.threads }
            guard let peak = drift?.relativePeak(beside: record) else { return 1 }
            drifted = true
            return peak
        }
        return drifted ? peaks.reduce(0, +) / Double(peaks.count) : nil
    }
}
