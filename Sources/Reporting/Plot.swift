import Foundation

/// What a figure shows, before it is written as a script.
struct Plot {
    /// A row of the CSV: where, how much, and between what.
    struct Row {
        let x: Double
        let y: Double
        let interval: ClosedRange<Double>?

        init(_ x: Double, _ y: Double, _ interval: ClosedRange<Double>? = nil) {
            self.x = x
            self.y = y
            self.interval = interval
        }
    }

    /// What rows mean, and so how they are drawn.
    enum Kind: String {
        /// Marks with intervals.
        case measured
        /// A line that joins measured points where no theory stands behind them.
        case joined
        /// A line over the measured lengths: the fitted law, or what theory predicts.
        case theory
        /// The same line past the measured lengths.
        case beyond
        /// A prediction with its interval.
        case forecast
        /// A cross where a cell has no time.
        case skipped
    }

    struct Trace {
        let series: String
        let kind: Kind
        let style: SeriesStyle
        let rows: [Row]
    }

    /// A thin grey line with its name: a slope to compare with, a peak to stay under.
    struct Guide {
        let name: String
        let rows: [Row]
        /// Where the name stands: at the line's end, or above its start.
        let isNamedAtEnd: Bool
    }

    let name: String
    let title: String
    let method: String
    let notes: [String]
    let x: Axis
    let y: Axis
    let xLabel: String
    let yLabel: String
    /// Headings of the CSV's columns of x and y, with units.
    let columns: (x: String, y: String)
    let traces: [Trace]
    let guides: [Guide]

    /// The last drawn place of each series, where its name goes: on its theory where that reaches farther.
    var ends: [(series: String, style: SeriesStyle, row: Row)] {
        var ends: [(series: String, style: SeriesStyle, row: Row)] = []
        for trace in traces where trace.kind != .skipped {
            guard let last = trace.rows.last(where: { $0.x <= x.high * 1.0001 }) else { continue }
            if let index = ends.firstIndex(where: { $0.series == trace.series }) {
                if last.x > ends[index].row.x { ends[index].row = last }
            } else {
                ends.append((trace.series, trace.style, last))
            }
        }
        return ends
    }

    /// Guides first, so that they lie under everything; marks last. The place in this list is the CSV's first column,
    /// by which the script picks rows: gnuplot 5.4 does not compare quoted text that holds a comma.
    var layers: [Layer] {
        guides.map(Layer.guide)
            + traces.filter { $0.kind != .measured }.map(Layer.trace)
            + traces.filter { $0.kind == .measured }.map(Layer.trace)
    }

    enum Layer {
        case guide(Guide)
        case trace(Trace)
    }

    var data: String {
        var lines = ["layer,series,kind,\(columns.x),\(columns.y),low,high"]
        func append(_ layer: Int, _ series: String, _ kind: String, _ rows: [Row]) {
            for row in rows {
                let interval = row.interval.map { [$0.lowerBound, $0.upperBound] } ?? []
                let numbers = ([row.x, row.y] + interval).map { String(format: "%.7g", $0) }
                let blanks = Array(repeating: "", count: 4 - numbers.count)
                lines.append((["\(layer)", "\"\(series)\"", kind] + numbers + blanks).joined(separator: ","))
            }
        }
        for (index, layer) in layers.enumerated() {
            switch layer {
            case .guide(let guide): append(index, guide.name, "guide", guide.rows)
            case .trace(let trace): append(index, trace.series, trace.kind.rawValue, trace.rows)
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
