import Analysis

/// A figure as the report shows it: what it proves, how, and the two files that redraw it.
public struct Figure: Sendable, Hashable {
    /// The file name without its extension.
    public let name: String
    /// The finding, in a sentence without a full stop.
    public let title: String
    /// What is measured and how.
    public let method: String
    /// What is missing and why.
    public let notes: [String]
    /// `NAME.gp`: draws NAME.svg, NAME.png and NAME.pdf from NAME.csv in the working directory.
    public let script: String
    /// `NAME.csv`.
    public let data: String

    init(_ plot: Plot) {
        name = plot.name
        title = plot.title
        method = plot.method
        notes = plot.notes
        script = PlotScript(plot).text
        data = plot.data
    }

    /// The sentence that the figure proves.
    public var caption: String { title + "." }

    /// For those who do not see the figure: the sentence, how it was measured, and what is missing.
    public var alternativeText: String { ([caption, method] + notes).joined(separator: " ") }

    /// All figures that this analysis can fill, in the order of the report.
    public static func all(for analysis: ScalingAnalysis) -> [Figure] {
        all(for: analysis, closedForm: PairsFigure.registered)
    }

    static func all(for analysis: ScalingAnalysis, closedForm: PairsFigure.ClosedForm) -> [Figure] {
        let prefill = analysis.only(.prefill)
        return [
            DecodeFigure.plot(analysis), BandwidthFigure.plot(analysis), StreamingFigure.plot(analysis),
            TokenCostFigure.plot(analysis), CacheFormatFigure.plot(analysis), CacheQualityFigure.plot(analysis),
            TimeFigure.plot(prefill), ThroughputFigure.plot(prefill), RooflineFigure.plot(analysis),
            StrongScalingFigure.plot(analysis),
            PairsFigure.plot(prefill, closedForm: closedForm),
            MemoryFigure.plot(prefill), ForecastFigure.plot(prefill),
        ].compactMap { $0.map(Figure.init) }
    }
}
