/// How a series looks in every figure of a report. The family (in a report, the kernel) decides hue and shape; the
/// place within the family decides filled or open and the dash: so eight series stay legible, in grey print and to colour-blind eyes too.
package struct SeriesStyle: Hashable {
    package let colour: String
    /// gnuplot's point type, filled.
    package let filledMark: Int
    /// The outline of the same shape; nil where the mark is filled.
    package let openMark: Int?
    /// gnuplot's dash type.
    package let dash: String
    /// Factor on marks and lines. Later families are drawn over earlier ones and a little smaller, so that where two
    /// coincide both show.
    package let size: Double

    package init(colour: String, filledMark: Int, openMark: Int?, dash: String, size: Double) {
        self.colour = colour
        self.filledMark = filledMark
        self.openMark = openMark
        self.dash = dash
        self.size = size
    }

    /// Okabe and Ito's colours (https://jfly.uni-koeln.de/color/) without yellow, too pale for lines on white; then black.
    package static let colours = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"]
    /// Circle, square, triangle, diamond, triangle down, pentagon: the outline is one less.
    package static let shapes = [7, 5, 9, 13, 11, 15]
    package static let dashes = ["1", "(14,8)", "(3,5)", "(16,6,3,6)"]

    /// Of lines that are no series: theory that all share, ceilings.
    package static func guide(dash: Int = 0) -> SeriesStyle {
        SeriesStyle(
            colour: FigureStyle.quiet, filledMark: shapes[0], openMark: nil, dash: dashes[dash], size: 1)
    }

    /// Styles in the order of the series; those of one family share hue and shape.
    package static func styles(for series: [(label: String, family: String)]) -> [String: SeriesStyle] {
        var families: [String] = []
        var variants: [String: Int] = [:]
        var styles: [String: SeriesStyle] = [:]
        for one in series {
            if !families.contains(one.family) { families.append(one.family) }
            let family = families.firstIndex(of: one.family) ?? 0
            let variant = variants[one.family, default: 0]
            variants[one.family] = variant + 1
            let shape = shapes[family % shapes.count]
            styles[one.label] = SeriesStyle(
                colour: colours[family % colours.count], filledMark: shape,
                openMark: variant.isMultiple(of: 2) ? nil : shape - 1, dash: dashes[variant % dashes.count],
                size: max(0.75, 1.25 - 0.125 * Double(family)))
        }
        return styles
    }
}
