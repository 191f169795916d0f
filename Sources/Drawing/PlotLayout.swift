/// Where everything in a figure stands. The script draws from it, and the page puts what a pointer can touch on the
/// same places. Canvas units from the left and from the bottom.
struct PlotLayout {
    /// A plotting area: axes and the edges between which they run.
    struct Frame {
        let x: Axis
        let y: Axis
        let left: Double
        let right: Double
        let bottom: Double
        let top: Double

        func place(x: Double, y: Double) -> (x: Double, y: Double) {
            (left + self.x.fraction(of: x) * (right - left), bottom + self.y.fraction(of: y) * (top - bottom))
        }
    }

    let figureWidth: FigureWidth
    let width: Double
    let height: Double
    let title: (lines: [String], size: Double)
    let method: [String]
    let notes: [String]
    let upper: Frame
    let lower: Frame?
    /// What stands beside a curve.
    let name: @Sendable (_ series: String) -> String

    /// Lines of notes; more would leave no room for the figure.
    private static let mostNotes = 5
    /// Room for an exponent under the line above.
    static let titleSpacing = 1.4

    init(_ plot: Plot, width figureWidth: FigureWidth) {
        self.figureWidth = figureWidth
        let (margin, lineHeight, textSize) = (figureWidth.margin, figureWidth.lineHeight, figureWidth.textSize)
        width = figureWidth.width
        height = figureWidth.height + (plot.below == nil ? 0 : figureWidth.panelHeight)
        let textWidth = width - 2 * margin
        title = figureWidth.hasHeading ? FigureStyle.title(plot.title, width: textWidth) : ([], 0)
        method = figureWidth.hasHeading ? FigureStyle.wrap(plot.method, size: textSize, width: textWidth) : []
        let lines = plot.notes.flatMap { FigureStyle.wrap($0, size: textSize - 1, width: textWidth) }
        notes =
            !figureWidth.hasHeading
            ? [] : lines.count <= Self.mostNotes ? lines : lines.prefix(Self.mostNotes - 1) + ["… all in the report."]
        let ticks = plot.y.ticks + (plot.below?.y.ticks ?? [])
        let tickWidth = ticks.map { FigureStyle.textWidth($0.label, size: figureWidth.tickSize) }.max() ?? 0
        let slopes = figureWidth.hasHeading ? plot.slopes : [:]
        let prefix = plot.sharedPrefix
        name = { series -> String in
            series.dropFirst(series.hasPrefix(prefix) ? prefix.count : 0) + (slopes[series].map { ": " + $0 } ?? "")
        }
        let names = (plot.ends + (plot.below?.ends(along: plot.x) ?? [])).map { [name] in name($0.series) }
        let nameWidth = names.map { FigureStyle.textWidth($0, size: textSize) }.max() ?? 0
        let left = margin + tickWidth + 12
        let right = width - margin - nameWidth - figureWidth.leaderWidth
        let bottom =
            (figureWidth.hasHeading ? 56 : 38) + (notes.isEmpty ? 0 : 6 + Double(notes.count) * lineHeight)
        let heading = Double(title.lines.count) * title.size * Self.titleSpacing + Double(method.count) * lineHeight
        let top = height - margin - heading - (figureWidth.hasHeading ? 34 : 22)
        let gap = plot.below == nil ? 0 : figureWidth.panelHeight
        upper = Frame(x: plot.x, y: plot.y, left: left, right: right, bottom: bottom + gap, top: top)
        lower = plot.below.map { panel in
            Frame(
                x: plot.x, y: panel.y, left: left, right: right, bottom: bottom,
                top: bottom + gap - (figureWidth.hasHeading ? 40 : 27))
        }
    }

    /// Where names may stand beside a frame, and how far apart: where many series would need more than the plotting
    /// area, down to the foot of the figure, and then closer and smaller.
    func nameRoom(for count: Int, beside frame: Frame) -> (bounds: ClosedRange<Double>, separation: Double) {
        let lineHeight = figureWidth.lineHeight
        let needed = Double(count - 1) * lineHeight
        let foot = notes.isEmpty ? figureWidth.margin : frame.bottom - 36
        let isTight = lower == nil && needed > frame.top - frame.bottom
        let lowest = isTight ? min(foot, frame.bottom + 4) : frame.bottom + 4
        let bounds = lowest...max(lowest, frame.top + 4)
        guard needed > bounds.upperBound - bounds.lowerBound else { return (bounds, lineHeight) }
        return (bounds, (bounds.upperBound - bounds.lowerBound) / Double(count - 1))
    }
}
