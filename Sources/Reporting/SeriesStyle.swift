import Analysis

/// How a series looks in every figure of a report. The kernel decides hue and shape, the parameters (such as the
/// window) decide filled or open and the dash: so eight series stay legible, in grey print and to colour-blind eyes too.
struct SeriesStyle: Hashable {
    let colour: String
    /// gnuplot's point type, filled.
    let filledMark: Int
    /// The outline of the same shape; nil where the mark is filled.
    let openMark: Int?
    /// gnuplot's dash type.
    let dash: String
    /// Factor on marks and lines. Later kernels are drawn over earlier ones and a little smaller, so that where two
    /// coincide both show.
    let size: Double

    /// Okabe and Ito's colours (https://jfly.uni-koeln.de/color/) without yellow, too pale for lines on white; then black.
    static let colours = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"]
    /// Circle, square, triangle, diamond, triangle down, pentagon: the outline is one less.
    static let shapes = [7, 5, 9, 13, 11, 15]
    static let dashes = ["1", "(14,8)", "(3,5)", "(16,6,3,6)"]

    /// Of lines that are no series: theory that all share, ceilings.
    static func guide(dash: Int = 0) -> SeriesStyle {
        SeriesStyle(
            colour: FigureStyle.quiet, filledMark: shapes[0], openMark: nil, dash: dashes[dash], size: 1)
    }

    /// Styles in the order of the series.
    static func styles(for series: [Series]) -> [String: SeriesStyle] {
        styles(for: series.map { (label: $0.label, kernel: $0.kernel) })
    }

    static func styles(for series: [(label: String, kernel: String)]) -> [String: SeriesStyle] {
        var kernels: [String] = []
        var variants: [String: Int] = [:]
        var styles: [String: SeriesStyle] = [:]
        for one in series {
            if !kernels.contains(one.kernel) { kernels.append(one.kernel) }
            let kernel = kernels.firstIndex(of: one.kernel) ?? 0
            let variant = variants[one.kernel, default: 0]
            variants[one.kernel] = variant + 1
            let shape = shapes[kernel % shapes.count]
            styles[one.label] = SeriesStyle(
                colour: colours[kernel % colours.count], filledMark: shape,
                openMark: variant.isMultiple(of: 2) ? nil : shape - 1, dash: dashes[variant % dashes.count],
                size: max(0.75, 1.25 - 0.125 * Double(kernel)))
        }
        return styles
    }
}
