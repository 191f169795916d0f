import Attention

extension ScalingAnalysis {
    /// What was measured in one phase. Times over prompts and times of steps share neither axes nor units of work, so
    /// figures and tables show them apart.
    public func only(_ phase: Phase) -> ScalingAnalysis {
        let kept = series.filter { $0.parameters.isDecode == (phase == .decode) }
        let labels = Set(kept.map(\.label))
        return ScalingAnalysis(
            schema: schema, series: kept, crossovers: crossovers.filter { labels.contains($0.faster) },
            overheadRatios: overheadRatios.filter { labels.contains($0.series) },
            strongScaling: strongScaling, tokenCosts: tokenCosts, streaming: streaming, cacheFormats: cacheFormats,
            forecasts: forecasts.filter { labels.contains($0.series) }, cacheQuality: cacheQuality, ceilings: ceilings,
            // Decoding starts at two tokens, so that one query is always a step.
            absent: absent.filter { ($0.queryLength == 1 && $0.keyLength > 1) == (phase == .decode) },
            cautions: cautions)
    }
}
