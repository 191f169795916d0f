import Escaping
import Foundation
import Statistics

/// What a figure shows, before it is written as a script.
package struct Plot {
    /// A row of the CSV: where, how much, and between what.
    package struct Row {
        package let x: Double
        package let y: Double
        package let interval: ClosedRange<Double>?
        /// What stands beside the mark.
        package let remark: String?

        package init(x: Double, y: Double, _ interval: ClosedRange<Double>? = nil, remark: String? = nil) {
            self.x = x
            self.y = y
            self.interval = interval
            self.remark = remark
        }

        /// An estimate with its interval, in a unit.
        package init(x: Double, _ y: Estimate, in unit: Double = 1) {
            self.init(x: x, y: y.value / unit, y.low / unit...y.high / unit)
        }
    }

    /// What rows mean, and so how they are drawn.
    package enum Kind: String {
        /// Marks with intervals.
        case measured
        /// A line that joins measured points where no theory stands behind them.
        case joined
        /// A line over the measured lengths: the fitted law, or what theory predicts.
        case theory
        /// The line of theory past the measured lengths.
        case beyond
        /// A prediction with its interval.
        case forecast
        /// A cross where a cell has no time.
        case skipped
        /// A filled bar along x, from one end of each row's interval to the other.
        case span
        /// The outline of such a bar: nothing happens meanwhile.
        case idleSpan
    }

    /// How intervals of measured points are drawn: as a band along a curve, or as a bar for each point where points do
    /// not follow one another.
    package enum Intervals {
        case bands, bars
    }

    package struct Trace {
        package let series: String
        package let kind: Kind
        package let style: SeriesStyle
        package let rows: [Row]

        package init(series: String, kind: Kind, style: SeriesStyle, rows: [Row]) {
            self.series = series
            self.kind = kind
            self.style = style
            self.rows = rows
        }

        /// Measured points, and lines that join them; no trace where there are no points.
        package static func joined(series: String, style: SeriesStyle, rows: [Row]) -> [Trace] {
            rows.isEmpty
                ? [] : [Kind.joined, .measured].map { Trace(series: series, kind: $0, style: style, rows: rows) }
        }
    }

    /// A thin grey line with its name: a slope to compare with, a peak to stay under.
    package struct Guide {
        package let name: String
        package let rows: [Row]
        package let isNamed: NamePlace

        package init(name: String, rows: [Row], isNamed: NamePlace) {
            self.name = name
            self.rows = rows
            self.isNamed = isNamed
        }

        /// Where the name stands. Beside the frame it is moved apart from those of the series.
        package enum NamePlace {
            case aboveStart, afterEnd, besideFrame
        }
    }

    /// A second, flat plotting area under the first, with the same x axis.
    package struct Panel {
        package let y: Axis
        package let yLabel: String
        /// Heading of the CSV's column of y.
        package let column: String
        package let traces: [Trace]
        package let guides: [Guide]

        package init(y: Axis, yLabel: String, column: String, traces: [Trace], guides: [Guide]) {
            self.y = y
            self.yLabel = yLabel
            self.column = column
            self.traces = traces
            self.guides = guides
        }

        package func ends(along x: Axis) -> [End] { Plot.ends(of: traces, guides, along: x) }
    }

    package var name: String
    package var title: String
    package let method: String
    package let notes: [String]
    package let x: Axis
    package let y: Axis
    package let xLabel: String
    package let yLabel: String
    /// Headings of the CSV's columns of x and y, with units.
    package let columns: (x: String, y: String)
    package let traces: [Trace]
    package let guides: [Guide]

    package var below: Panel?
    package var intervals = Intervals.bands
    /// What stands behind a series' name where there is room: its fitted slope.
    package var slopes: [String: String] = [:]
    /// Left out of the names beside curves where every name begins with it.
    package var impliedPrefix: String?

    package init(
        name: String, title: String, method: String, notes: [String], x: Axis, y: Axis, xLabel: String, yLabel: String,
        columns: (x: String, y: String), traces: [Trace], guides: [Guide], below: Panel? = nil,
        intervals: Intervals = .bands, slopes: [String: String] = [:]
    ) {
        self.name = name
        self.title = title
        self.method = method
        self.notes = notes
        self.x = x
        self.y = y
        self.xLabel = xLabel
        self.yLabel = yLabel
        self.columns = columns
        self.traces = traces
        self.guides = guides
        self.below = below
        self.intervals = intervals
        self.slopes = slopes
    }

    /// What the names of all series begin with, where it says nothing beside a curve.
    package var sharedPrefix: String {
        guard let impliedPrefix, traces.allSatisfy({ $0.series.hasPrefix(impliedPrefix) }) else { return "" }
        return impliedPrefix
    }

    /// The last drawn place of a series, where its name goes.
    package typealias End = (series: String, style: SeriesStyle, row: Row)

    package var ends: [End] { Self.ends(of: traces, guides, along: x) }

    /// On the theory of a series where that reaches farther than its points.
    fileprivate static func ends(of traces: [Trace], _ guides: [Guide], along x: Axis) -> [End] {
        var ends: [End] = []
        for trace in traces where trace.kind != .skipped {
            guard let last = trace.rows.last(where: { $0.x <= x.high * 1.0001 }) else { continue }
            if let index = ends.firstIndex(where: { $0.series == trace.series }) {
                if last.x > ends[index].row.x { ends[index].row = last }
            } else {
                ends.append((trace.series, trace.style, last))
            }
        }
        return ends
            + guides.compactMap { guide in
                guide.isNamed == .besideFrame ? guide.rows.last.map { (guide.name, .guide(), $0) } : nil
            }
    }

    /// The top of an axis for these values, guides included. A wide interval must not squeeze all others: its end may
    /// leave the figure.
    package static func most(of rows: [Row], _ guides: [Double] = []) -> Double {
        let most = (rows.map(\.y) + guides).max() ?? 1
        return max(most, min(1.25 * most, rows.compactMap(\.interval?.upperBound).max() ?? most))
    }

    /// Guides first, so that they lie under everything; marks last. The place in this list is the CSV's first column,
    /// by which the script picks rows: gnuplot 5.4 does not compare quoted text that holds a comma.
    package var layers: [Layer] { Self.layers(guides, traces) }

    /// Those of the panel below, whose places follow on the ones above.
    package var layersBelow: [Layer] { below.map { Self.layers($0.guides, $0.traces) } ?? [] }

    private static func layers(_ guides: [Guide], _ traces: [Trace]) -> [Layer] {
        guides.map(Layer.guide)
            + traces.filter { $0.kind != .measured }.map(Layer.trace)
            + traces.filter { $0.kind == .measured }.map(Layer.trace)
    }

    package enum Layer {
        case guide(Guide)
        case trace(Trace)

        package var rows: [Row] {
            switch self {
            case .guide(let guide): guide.rows
            case .trace(let trace): trace.rows
            }
        }

        fileprivate var name: String {
            switch self {
            case .guide(let guide): guide.name
            case .trace(let trace): trace.series
            }
        }

        fileprivate var kind: String {
            switch self {
            case .guide: "guide"
            case .trace(let trace): trace.kind.rawValue
            }
        }
    }

    /// One row a place; what the panel below shows stands in columns of its own.
    package var data: String {
        let more = below.map { ",\($0.column),\($0.column)Low,\($0.column)High" } ?? ""
        let above = layers.enumerated().flatMap { lines($0.offset, $0.element, isBelow: false) }
        let under = layersBelow.enumerated().flatMap { lines(layers.count + $0.offset, $0.element, isBelow: true) }
        let heading = "layer,series,kind,\(columns.x),\(columns.y),low,high" + more
        return ([heading] + above + under).joined(separator: "\n") + "\n"
    }

    /// Always between quotes, and a quote in it becomes an apostrophe: gnuplot 5.4 ends a field at a comma behind a doubled
    /// quote, and would look for the numbers one column too far.
    private func name(of layer: Layer) -> String {
        let field = CSV.escaped(layer.name.unicodeScalars.map { $0 == "\"" ? "'" : String($0) }.joined())
        return field.hasPrefix("\"") ? field : "\"\(field)\""
    }

    private func lines(_ index: Int, _ layer: Layer, isBelow: Bool) -> [String] {
        layer.rows.map { row in
            let interval = row.interval.map { [$0.lowerBound, $0.upperBound] } ?? []
            let numbers = ([row.y] + interval).map { String(format: "%.7g", $0) }
            let values = numbers + Array(repeating: "", count: 3 - numbers.count)
            let blanks = Array(repeating: "", count: below == nil ? 0 : 3)
            let fields = ["\(index)", name(of: layer), layer.kind, String(format: "%.7g", row.x)]
            return (fields + (isBelow ? blanks + values : values + blanks)).joined(separator: ",")
        }
    }
}
