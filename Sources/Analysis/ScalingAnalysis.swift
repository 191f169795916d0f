import Attention
import Records
import Statistics

/// What a results file says of each series, and what comparisons between them start from. The comparisons themselves are
/// findings of `Reporting`, each in a file of its own; with them this is what `analysis.json` holds.
public struct ScalingAnalysis: Sendable, Codable {
    public static let currentSchema = "attnbench-analysis/1"

    public let schema: String
    public private(set) var series: [Series]
    /// What the measured cache formats cost in accuracy; empty where the results do not say.
    public private(set) var cacheQuality: [CacheQuality]
    public let ceilings: Ceilings
    /// How much of the run was quiet; nil where no sentinels ran.
    public private(set) var quietTime: QuietTime?
    /// How fast the machine was beside each sample; none where the results do not say when these were taken, or where the
    /// analysis was read from a file.
    public private(set) var sampleSpeeds: [SampleSpeed] = []
    /// How many cores' work the CPUs of a team do together, by numbers of threads; nil where no sentinels ran on several.
    public private(set) var tileCores: [TileCores]?
    /// Cells that have no time, and why.
    public private(set) var absent: [AbsentCell]
    public private(set) var cautions: [Caution]
    /// The series with their laws, in the same order; none where the analysis was read from a file.
    package private(set) var measured: [MeasuredSeries] = []

    private enum CodingKeys: CodingKey {
        case schema, series, cacheQuality, ceilings, quietTime, tileCores, absent, cautions
    }
}

extension ScalingAnalysis {
    /// The same results give the same analysis: every random draw comes from fixed seeds.
    public init(results: Results) {
        self.init(
            results.measurements, ceilings: results.header.ceilings, caches: results.header.machine.caches,
            cacheQuality: results.cacheQuality)
        quietTime = QuietTime(results.measurements)
        sampleSpeeds = SampleSpeed.found(in: results.measurements)
        // Threads that are not bound may share a CPU, and say nothing of several.
        let isPinned = !results.header.machine.pinnedCPUs.isEmpty
        let tileCores = isPinned ? TileCores.found(in: results.measurements) : []
        self.tileCores = tileCores.isEmpty ? nil : tileCores
        cautions =
            results.cautions + Self.sharedCPUs(results) + CeilingsDrift.found(in: results.measurements).map(\.caution)
            + Self.unknownAccuracy(results) + cautions
    }

    /// What forbids to take the times of ranks for a speed-up.
    private static func sharedCPUs(_ results: Results) -> [Caution] {
        Set(results.measurements.compactMap(\.origin.ranks).flatMap(\.remarks)).sorted().map { Caution($0) }
    }

    /// Files of version 1 do not say it.
    private static func unknownAccuracy(_ results: Results) -> [Caution] {
        let quantises = results.measurements.contains { $0.workload.problem.cacheFormat.areQuantised }
        return quantises && results.cacheQuality.isEmpty
            ? [
                Caution(
                    "these results have no accuracy of their cache formats; a run of this build measures it"
                )
            ]
            : []
    }

    init(
        _ measurements: [Measurement], ceilings: Ceilings, caches: [Machine.Cache], cacheQuality: [CacheQuality] = []
    ) {
        let cells = Cells(measurements, ceilings: ceilings, caches: caches)
        schema = Self.currentSchema
        self.ceilings = ceilings
        self.cacheQuality = cacheQuality
        absent = cells.absent
        measured = cells.series
        series = cells.series.enumerated().map { index, one in
            var generator = SplitMix64(seed: UInt64(index))
            return Series(one, caches: caches, using: &generator)
        }
        cautions = Forecast.cautions(among: cells.series)
    }
}

extension ScalingAnalysis {
    /// What was measured in one phase. Times over prompts and times of steps share neither axes nor units of work, so
    /// figures and tables show them apart.
    public func only(_ phase: Phase) -> ScalingAnalysis {
        var part = only { $0.parameters.phase == phase }
        part.absent = absent.filter { $0.phase == phase }
        return part
    }

    /// Some of the series, with the cells of theirs that have no time.
    package func only(_ isKept: (Series) -> Bool) -> ScalingAnalysis {
        var part = self
        part.series = series.filter(isKept)
        let labels = Set(part.series.map(\.label))
        part.measured.removeAll { !labels.contains($0.label) }
        part.absent.removeAll { !labels.contains($0.series) }
        return part
    }

    /// Several analyses as one, for figures that lay them over one another. Series keep their numbers and take the source
    /// into their labels: "full · old". The same series of all sources stand together. The ceilings are the first one's.
    ///
    /// - Parameter parts: at least one; labels differ.
    public init(merging parts: [(label: String, analysis: ScalingAnalysis)]) {
        precondition(!parts.isEmpty, "there is nothing to merge")
        precondition(Set(parts.map(\.label)).count == parts.count, "two sources have one label")
        self = parts[0].analysis
        var order: [String] = []
        for series in parts.flatMap(\.analysis.series) where !order.contains(series.label) {
            order.append(series.label)
        }
        func relabelled<Value>(
            _ values: (ScalingAnalysis) -> [Value], _ label: WritableKeyPath<Value, String>
        ) -> [Value] {
            parts.flatMap { source, analysis in
                values(analysis).map { value in
                    var value = value
                    value[keyPath: label] = Self.label(value[keyPath: label], source: source)
                    return value
                }
            }
        }
        let labels = order.flatMap { name in parts.map { Self.label(name, source: $0.label) } }
        let all = relabelled(\.series, \.label)
        series = labels.compactMap { label in all.first { $0.label == label } }
        absent = relabelled(\.absent, \.series)
        (measured, cacheQuality, cautions, sampleSpeeds) = ([], [], [], [])
    }

    /// "full · old": what a series of a source is called among others.
    public static func label(_ series: String, source: String) -> String { "\(series) · \(source)" }
}
