import Analysis
import Drawing

extension Figure {
    /// All figures that these findings can fill, in the order of the report.
    public static func all(for findings: Findings, width: FigureWidth = .page) -> [Figure] {
        findings.plots().map { Figure($0.leavingOutDecode, width: width) }
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
