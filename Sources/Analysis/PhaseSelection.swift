import Attention

extension ScalingAnalysis {
    /// What was measured in one phase. Times over prompts and times of steps share neither axes nor units of work, so
    /// figures and tables show them apart.
    public func only(_ phase: Phase) -> ScalingAnalysis {
        let kept = series.filter { $0.parameters.phase == phase }
        let labels = Set(kept.map(\.label))
        return ScalingAnalysis(
            schema: schema, series: kept, crossovers: crossovers.filter { labels.contains($0.faster) },
            overheadRatios: overheadRatios.filter { labels.contains($0.series) },
            strongScaling: strongScaling, tokenCosts: tokenCosts, streaming: streaming, cacheFormats: cacheFormats,
            forecasts: forecasts.filter { labels.contains($0.series) }, cacheQuality: cacheQuality, ceilings: ceilings,
            absent: absent.filter { $0.phase == phase },
            cautions: cautions)
    }
}
