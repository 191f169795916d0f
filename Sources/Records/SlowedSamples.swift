/// The readings of one launch on one number of threads, which have one quiet level: hardware threads of one core slow each
/// other when both work. Each host has a level of its own.
package struct LaunchTeam: Hashable {
    package let launch: Int
    package let threads: Int
    package let host: String?

    package init(of measurement: Measurement) {
        (launch, threads, host) = (measurement.launch, measurement.workload.threads, measurement.host)
    }
}

extension [Measurement] {
    /// With each sample judged by the sentinels beside it, against all readings of its launch. So a sample can be judged
    /// only when the whole launch is there: files hold the readings, and whoever reads a file judges.
    func judgedBySentinels() -> [Measurement] {
        let levels = quietLevels()
        return map { measurement in
            guard case .measured(var record) = measurement.outcome, let neighbours = record.sentinels,
                let level = levels[LaunchTeam(of: measurement)]
            else { return measurement }
            record.slowed = neighbours.map(level.isSlowed(between:))
            return measurement.with(.measured(record))
        }
    }

    /// Of each team, where the sentinels were read often enough.
    package func quietLevels() -> [LaunchTeam: QuietLevel] {
        var readings: [LaunchTeam: [SentinelReading]] = [:]
        for measurement in self {
            guard case .measured(let record) = measurement.outcome else { continue }
            readings[LaunchTeam(of: measurement), default: []] += (record.sentinels ?? []).flatMap(\.both)
        }
        return readings.compactMapValues { QuietLevel($0) }
    }
}

extension Measurement {
    fileprivate func with(_ outcome: Outcome) -> Measurement {
        var copy = Measurement(
            workload: workload, origin: origin, launch: launch, work: work, scratchBytes: scratchBytes, outcome: outcome
        )
        copy.host = host
        return copy
    }
}

extension Measurement.Record {
    /// Whether the machine disturbed a sample: by its own counters, or by the sentinels beside it.
    public func isContaminated(_ sample: Int) -> Bool { isSlowed(sample) || isDisturbed(sample) }

    /// By the sentinels beside it.
    public func isSlowed(_ sample: Int) -> Bool { slowed?[sample] ?? false }

    /// By the system's counters.
    public func isDisturbed(_ sample: Int) -> Bool {
        contamination[sample].isContaminated(wallNanoseconds: samplesNanoseconds[sample])
    }
}
