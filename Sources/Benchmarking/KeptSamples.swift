import Records
import Statistics

/// What the progress line says of the samples so far: how many the rules leave out, and how far the others scatter.
///
/// A report decides with the readings of the whole launch; this knows those that were taken so far.
public struct KeptSamples {
    public struct Summary: Hashable, Codable, Sendable {
        var count = 0
        var leftOut = 0
        /// Between the quartiles, relative to the median, of the cell in the middle; nil while no cell has enough samples.
        var spread: Double?

        /// No samples yet.
        public init() {}

        init(count: Int, leftOut: Int, spread: Double?) {
            self.count = count
            self.leftOut = leftOut
            self.spread = spread
        }
    }

    private var cells: [Workload: [Sample]] = [:]
    /// Quartiles of fewer say little.
    static let fewestForSpread = 4

    mutating func add(_ sample: Sample, of workload: Workload) { cells[workload, default: []].append(sample) }

    var summary: Summary {
        let levels = levels
        var summary = Summary()
        var spreads: [Double] = []
        for (workload, samples) in cells {
            let level = levels[workload.threads]
            let kept = samples.filter { Self.isKept($0, level) }
            summary.count += samples.count
            summary.leftOut += samples.count - kept.count
            if kept.count >= Self.fewestForSpread {
                spreads.append(Self.spread(ofSorted: kept.map { Double($0.nanoseconds) }.sorted()))
            }
        }
        if !spreads.isEmpty { summary.spread = spreads.median }
        return summary
    }

    /// By number of threads.
    var levels: [Int: QuietLevel] {
        Dictionary(grouping: cells, by: \.key.threads).compactMapValues { cells in
            QuietLevel(cells.flatMap(\.value).compactMap(\.sentinels).flatMap(\.both))
        }
    }

    static func isKept(_ sample: Sample, _ level: QuietLevel?) -> Bool {
        let isSlowed = sample.sentinels.flatMap { level?.isSlowed(between: $0) } ?? false
        return !isSlowed && !sample.isContaminated
    }

    static func spread(ofSorted times: [Double]) -> Double {
        func quantile(_ probability: Double) -> Double { Durations.quantile(probability, ofSorted: times) }
        return (quantile(0.75) - quantile(0.25)) / quantile(0.5)
    }
}
