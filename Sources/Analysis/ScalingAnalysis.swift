import Attention
import Records
import Statistics

/// All that a results file says about scaling, ready to be printed and drawn, and written as `analysis.json`.
public struct ScalingAnalysis: Sendable, Codable {
    public static let currentSchema = "attnbench-analysis/1"

    public let schema: String
    public let series: [Series]
    public let crossovers: [Crossover]
    public let overheadRatios: [OverheadRatio]
    /// Problems that were measured at several numbers of threads.
    public let strongScaling: [StrongScaling]
    /// Contexts at which both a prompt and a decoding step were measured.
    public let tokenCosts: [TokenCost]
    public let streaming: [Streaming]
    public let cacheFormats: [CacheFormatCost]
    public let forecasts: [Forecast]
    /// What the measured cache formats cost in accuracy; empty where the results do not say.
    public let cacheQuality: [CacheQuality]
    public let ceilings: Ceilings
    /// How much of the run was quiet; nil where no sentinels ran.
    public private(set) var quietTime: QuietTime?
    /// Cells that have no time, and why.
    public let absent: [AbsentCell]
    public private(set) var cautions: [Caution]
}

extension ScalingAnalysis {
    /// The same results give the same analysis: every random draw comes from fixed seeds.
    public init(results: Results) {
        self.init(
            results.measurements, ceilings: results.header.ceilings, caches: results.header.machine.caches,
            cacheQuality: results.cacheQuality)
        quietTime = QuietTime(results.measurements)
        cautions = results.cautions + Self.unknownAccuracy(results) + cautions
    }

    /// Files of version 1 do not say it.
    private static func unknownAccuracy(_ results: Results) -> [Caution] {
        let quantises = results.measurements.contains { $0.workload.problem.cacheFormat.elementType == nil }
        return quantises && results.cacheQuality.isEmpty
            ? [
                Caution(
                    "these results do not say what their cache formats cost in accuracy; a run of this build measures it"
                )
            ]
            : []
    }

    init(
        _ measurements: [Measurement], ceilings: Ceilings, caches: [Machine.Cache], cacheQuality: [CacheQuality] = []
    ) {
        let cells = Cells(measurements, ceilings: ceilings, caches: caches)
        let measured = cells.series

        schema = Self.currentSchema
        self.ceilings = ceilings
        absent = cells.absent
        series = measured.enumerated().map { index, one in
            var generator = SplitMix64(seed: UInt64(index))
            return Series(one, caches: caches, using: &generator)
        }
        crossovers = Self.crossovers(among: measured)
        overheadRatios = Self.overheadRatios(among: measured)
        strongScaling = StrongScaling.all(among: measured)
        tokenCosts = TokenCost.all(among: measured)
        streaming = Streaming.all(among: measured)
        cacheFormats = CacheFormatCost.all(among: measured)
        var forecasts: [Forecast] = []
        var refused: [ForecastRefusal] = []
        for one in measured {
            for length in Forecast.lengths {
                switch Forecast.of(one, tokens: length, caches: caches) {
                case .forecast(let forecast): forecasts.append(forecast)
                case .refused(let refusal): refused.append(refusal)
                }
            }
        }
        self.forecasts = forecasts
        self.cacheQuality = cacheQuality
        cautions = ForecastRefusal.cautions(refused)
    }

    /// Every series with a bounded mask against full attention of the same shape.
    private static func crossovers(among all: [MeasuredSeries]) -> [Crossover] {
        all.enumerated().compactMap { index, narrow in
            let unbounded: Mask = narrow.parameters.mask.isCausal ? .causal : .full
            guard narrow.parameters.mask != unbounded,
                let full = all.first(where: { $0.parameters == narrow.parameters.with(mask: unbounded) })
            else { return nil }
            return Crossover.between(narrow, and: full, seed: UInt64(index))
        }
    }

    private static func overheadRatios(among all: [MeasuredSeries]) -> [OverheadRatio] {
        Dictionary(grouping: all) { $0.parameters }
            .sorted { $0.key < $1.key }
            .flatMap { OverheadRatio.ratios(among: $0.value) }
    }
}
