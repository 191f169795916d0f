extension Measurement.Record {
    /// What a cell has come to, by the samples that it has so far; nil while it has none.
    package init?(_ visits: [SampleJournal.Visit], _ preparation: SampleJournal.Preparation) {
        if visits.isEmpty { return nil }
        // Nil where the samples are of this program's own clock.
        let walls = visits.compactMap(\.sample.wallNanoseconds)
        let devices = visits.compactMap(\.sample.deviceNanoseconds)
        let sentinels = visits.compactMap(\.sample.sentinels)
        let counts = visits.compactMap(\.sample.counts)
        self.init(
            samplesNanoseconds: visits.map(\.sample.nanoseconds), rounds: visits.map(\.round),
            iterationsPerSample: preparation.iterationsPerSample, contamination: visits.map(\.sample.contamination),
            peakResidentBytes: preparation.peakResidentBytes, maximumError: preparation.maximumError,
            wallNanoseconds: walls.count == visits.count ? walls : nil,
            deviceNanoseconds: devices.count == visits.count ? devices : nil, startup: preparation.startup,
            idleCPUs: Self.idleCPUs(visits.map(\.sample)),
            readsSharedTensors: preparation.readsSharedTensors ?? false,
            sentinels: sentinels.count == visits.count ? sentinels : nil,
            counts: counts.count == visits.count ? counts : nil)
    }

    /// Of the engines that were there for every sample: `--resume` may have been called with others.
    private static func idleCPUs(_ samples: [Sample]) -> [String: [Double]] {
        var all: [String: [Double]] = [:]
        for sample in samples {
            for (engine, share) in sample.idleCPUs ?? [:] { all[engine, default: []].append(share) }
        }
        return all.filter { $0.value.count == samples.count }
    }
}
