/// How wide a figure stands in print: over the page, with its finding above it, or in one column of two, where the
/// paper's caption says the finding. Lengths are canvas units, 96 an inch.
public enum FigureWidth: String, Sendable, Hashable, CaseIterable {
    /// 7.5 in.
    case page
    /// 3.5 in; the smallest text is 7 points.
    case column

    package var width: Double { self == .page ? 720 : 336 }
    /// Of a figure with one panel.
    package var height: Double { self == .page ? 480 : 268 }
    /// Room that a second panel takes below the first.
    package var panelHeight: Double { self == .page ? 150 : 92 }

    package var hasHeading: Bool { self == .page }
    package var margin: Double { self == .page ? 14 : 4 }
    package var lineHeight: Double { self == .page ? 15 : 12 }
    package var textSize: Double { self == .page ? 11.5 : 9.4 }
    package var tickSize: Double { self == .page ? 12 : 9.4 }
    /// Between the plotting area and the names, for lines that lead from one to the other.
    package var leaderWidth: Double { self == .page ? 26 : 14 }
    /// Factor on marks and lines.
    package var markScale: Double { self == .page ? 1 : 0.72 }
}
