import Records

/// How fast the machine was beside one sample, and whether the sample is used.
public struct SampleSpeed: Sendable, Hashable {
    public enum Use: Sendable, CaseIterable {
        case kept
        /// Left out, since the machine was slow beside it.
        case slowed
        /// Left out, since the system disturbed it.
        case disturbed
    }

    /// When it was taken, since the run began. Launches follow one another without the time between them.
    public let elapsedSeconds: Double
    /// Time of the sentinels over their quiet time, at the worse of the two readings: 1 at full speed.
    public let slowdown: Double
    public let use: Use

    /// In the order of time; empty where the results do not say when samples were taken.
    static func found(in measurements: [Records.Measurement]) -> [SampleSpeed] {
        let levels = measurements.quietLevels()
        var speeds: [SampleSpeed] = []
        for (_, cells) in Dictionary(grouping: measurements, by: \.launch).sorted(by: { $0.key < $1.key }) {
            let start = speeds.map(\.elapsedSeconds).max() ?? 0
            speeds += cells.flatMap { cell -> [SampleSpeed] in
                guard case .measured(let record) = cell.outcome, let level = levels[LaunchTeam(of: cell)] else {
                    return []
                }
                return Self.speeds(record, level, since: start)
            }
        }
        return speeds.sorted { $0.elapsedSeconds < $1.elapsedSeconds }
    }

    private static func speeds(
        _ record: Records.Measurement.Record, _ level: QuietLevel, since start: Double
    ) -> [SampleSpeed] {
        let used = Set(record.samplesToUse)
        return (record.sentinels ?? []).enumerated().compactMap { sample, neighbours in
            neighbours.elapsedSeconds.map { seconds in
                SampleSpeed(
                    elapsedSeconds: start + seconds, slowdown: level.slowdown(between: neighbours),
                    use: used.contains(sample) ? .kept : record.isSlowed(sample) ? .slowed : .disturbed)
            }
        }
    }
}
