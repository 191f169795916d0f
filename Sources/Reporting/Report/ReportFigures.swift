import Analysis
import Drawing

extension Figure {
    /// All figures that this analysis can fill, in the order of the report.
    public static func all(for analysis: ScalingAnalysis, width: FigureWidth = .page) -> [Figure] {
        let prefill = analysis.only(.prefill)
        let decodePlots = [
            DecodeFigure.plot(analysis), BandwidthFigure.plot(analysis), StreamingFigure.plot(analysis),
            TokenCostFigure.plot(analysis), CacheFormatFigure.plot(analysis), CacheQualityFigure.plot(analysis),
        ]
        let prefillPlots = [
            TimeFigure.plot(prefill), ThroughputFigure.plot(prefill), RooflineFigure.plot(analysis),
            StrongScalingFigure.plot(analysis), PairsFigure.plot(prefill), CrossoverFigure.plot(prefill),
            MemoryFigure.plot(prefill), ForecastFigure.plot(prefill),
        ]
        let plots = analysis.isAboutPrefill ? prefillPlots + decodePlots : decodePlots + prefillPlots
        return plots.compactMap { $0.map { Figure($0.leavingOutDecode, width: width) } }
    }
}

extension Plot {
    /// "decode-" says nothing in a figure that holds no other phase.
    var leavingOutDecode: Plot {
        var plot = self
        plot.impliedPrefix = "decode-"
        return plot
    }
}

extension Axis {
    static func lengths(from low: Int, to high: Int) -> Axis { counts(of: "tokens", from: low, to: high) }
}

extension SeriesStyle {
    /// A kernel has one hue and one shape in all figures of a report.
    static func styles(for series: [Series]) -> [String: SeriesStyle] {
        styles(for: series.map { (label: $0.label, family: $0.kernel) })
    }
}
