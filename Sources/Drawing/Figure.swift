/// A figure as a report shows it: what it proves, how, and the two files that redraw it.
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
    public var script: String { drawing.script }
    /// `NAME.csv`.
    public let data: String
    /// As it stands in the files.
    package let drawing: FigureDrawing
    /// The figure for a narrow screen. A page holds both.
    package let narrow: FigureDrawing

    package init(_ plot: Plot, width: FigureWidth = .page) {
        drawing = FigureDrawing(plot, width: width)
        narrow = width == .column ? drawing : FigureDrawing(plot, width: .column)
        name = plot.name
        title = plot.title
        method = plot.method
        notes = plot.notes
        data = plot.data
    }

    /// How it was measured and what is missing.
    package var explanation: String { ([method] + notes).joined(separator: " ") }

    /// The sentence that the figure proves.
    public var caption: String { title + "." }

    /// Whether the drawing says its title itself, so that a caption beside it would repeat it.
    package var showsItsTitle: Bool { drawing.figureWidth.hasHeading }

    /// For those who do not see the figure: the sentence, how it was measured, and what is missing.
    public var alternativeText: String { ([caption, method] + notes).joined(separator: " ") }
}

/// A figure at one width.
package struct FigureDrawing: Sendable, Hashable {
    package let figureWidth: FigureWidth
    package let script: String
    /// In canvas units, 96 an inch.
    package let width: Double
    package let height: Double
    /// What a pointer or the keyboard can reach on the page.
    package let points: [FigurePoint]

    package init(_ plot: Plot, width figureWidth: FigureWidth) {
        let layout = PlotLayout(plot, width: figureWidth)
        self.figureWidth = figureWidth
        script = PlotScript(plot, width: figureWidth).text
        width = layout.width
        height = layout.height
        points = FigurePoint.points(of: plot, layout)
    }
}

/// The forms in which gnuplot draws a figure.
public enum FigureFormat: String, Sendable, Hashable, CaseIterable {
    case svg, png, pdf
}
