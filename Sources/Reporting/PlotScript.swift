import Foundation

/// A plot as a gnuplot script that runs alone beside its CSV.
struct PlotScript {
    private let plot: Plot
    private let title: (lines: [String], size: Double)
    private let method: [String]
    private let notes: [String]
    /// Edges of the plotting area, in canvas units from the left and from the bottom.
    private let left: Double
    private let right: Double
    private let bottom: Double
    private let top: Double

    private static let margin = 14.0
    private static let lineHeight = 15.0
    /// Room for an exponent under the line above.
    private static let titleSpacing = 1.4

    init(_ plot: Plot) {
        self.plot = plot
        let textWidth = FigureStyle.width - 2 * Self.margin
        title = FigureStyle.title(plot.title, width: textWidth)
        method = FigureStyle.wrap(plot.method, size: FigureStyle.textSize, width: textWidth)
        notes = plot.notes.flatMap { FigureStyle.wrap($0, size: FigureStyle.textSize - 1, width: textWidth) }
        let tickWidth = plot.y.ticks.map { FigureStyle.textWidth($0.label, size: FigureStyle.tickSize) }.max() ?? 0
        let labelWidth =
            plot.ends.map { FigureStyle.textWidth($0.series, size: FigureStyle.labelSize) }.max() ?? 0
        left = Self.margin + tickWidth + 12
        right = FigureStyle.width - Self.margin - labelWidth - Self.leaderWidth
        bottom = 56 + (notes.isEmpty ? 0 : 6 + Double(notes.count) * Self.lineHeight)
        let heading =
            Double(title.lines.count) * title.size * Self.titleSpacing + Double(method.count) * Self.lineHeight
        top = FigureStyle.height - Self.margin - heading - 34
    }

    /// Room between the plotting area and the names, for lines that lead from one to the other.
    private static let leaderWidth = 26.0

    var text: String {
        let closing = [drawing, "unset output", "unset label", "unset arrow", "}"]
        let commands = axes + heading + footing + endLabels + guideLabels + closing
        return FigureStyle.opening(name: plot.name) + "\n" + commands.joined(separator: "\n") + "\n"
    }

    private var axes: [String] {
        func ticks(_ axis: Axis) -> String {
            axis.ticks.map { "'\(Self.quoted($0.label))' \(Self.number($0.value))" }.joined(separator: ", ")
        }
        // A tick at the very end of a logarithmic axis falls to rounding unless the range reaches a little farther.
        func range(_ axis: Axis) -> String {
            "[\(Self.number(axis.low)):\(Self.number(axis.isLogarithmic ? axis.high * 1.0005 : axis.high))]"
        }
        func screen(_ value: Double, of length: Double) -> String { "at screen " + Self.fraction(value / length) }
        return [
            plot.x.isLogarithmic ? "set logscale x 2" : "",
            plot.y.isLogarithmic ? "set logscale y 10" : "",
            "set xrange \(range(plot.x))",
            "set yrange \(range(plot.y))",
            "set xtics (\(ticks(plot.x)))",
            "set ytics (\(ticks(plot.y)))",
            "set lmargin \(screen(left, of: FigureStyle.width))",
            "set rmargin \(screen(right, of: FigureStyle.width))",
            "set bmargin \(screen(bottom, of: FigureStyle.height))",
            "set tmargin \(screen(top, of: FigureStyle.height))",
        ].filter { !$0.isEmpty }
    }

    private var heading: [String] {
        var y = FigureStyle.height - Self.margin
        var lines: [String] = []
        for line in title.lines {
            y -= title.size * Self.titleSpacing
            lines.append(
                label("{/:Bold \(Self.escaped(line))}", x: Self.margin, y: y + title.size * 0.65, size: title.size))
        }
        for line in method {
            y -= Self.lineHeight
            lines.append(
                label(
                    Self.escaped(line), x: Self.margin, y: y + 4, size: FigureStyle.textSize, colour: FigureStyle.quiet)
            )
        }
        lines.append(
            label(
                Self.escaped(plot.yLabel), x: Self.margin, y: top + 13, size: FigureStyle.textSize,
                colour: FigureStyle.quiet))
        return lines
    }

    private var footing: [String] {
        let axisName = label(
            Self.escaped(plot.xLabel), x: (left + right) / 2, y: bottom - 40, size: FigureStyle.textSize,
            colour: FigureStyle.quiet, alignment: "center")
        return [axisName]
            + notes.enumerated().map { index, line in
                label(
                    Self.escaped(line), x: Self.margin, y: bottom - 63 - Double(index) * Self.lineHeight,
                    size: FigureStyle.textSize - 1, colour: FigureStyle.quiet)
            }
    }

    /// Where names may stand, and how far apart: where many series would need more than the plotting area, down to the
    /// foot of the figure, and then closer and smaller.
    private func endLabelRoom(for count: Int) -> (bounds: ClosedRange<Double>, separation: Double) {
        let needed = Double(count - 1) * Self.lineHeight
        let foot = notes.isEmpty ? Self.margin : bottom - 36
        let lowest = needed > top - bottom ? min(foot, bottom + 4) : bottom + 4
        let bounds = lowest...max(lowest, top + 4)
        guard needed > bounds.upperBound - bounds.lowerBound else { return (bounds, Self.lineHeight) }
        return (bounds, (bounds.upperBound - bounds.lowerBound) / Double(count - 1))
    }

    /// Names at the lines' ends, moved apart; a thin line leads to a name that had to move or whose series ends early.
    private var endLabels: [String] {
        let ends = plot.ends
        let room = endLabelRoom(for: ends.count)
        let size = min(FigureStyle.labelSize, room.separation * 0.8)
        let wanted = ends.map { bottom + plot.y.fraction(of: $0.row.y) * (top - bottom) }
        let placed = LabelPlacement.place(wanted, separation: room.separation, in: room.bounds)
        return ends.indices.flatMap { index -> [String] in
            let (series, style, row) = ends[index]
            let endX = left + min(1, plot.x.fraction(of: row.x)) * (right - left)
            let text = label(
                Self.escaped(series), x: right + Self.leaderWidth, y: placed[index], size: size,
                colour: style.colour)
            return [
                text,
                // Grey dots, where a series ends early, so that nobody takes them for its curve.
                endX < right - 1
                    ? leader([(endX + 6, wanted[index]), (right + 6, wanted[index])], "#aaaaaa", dash: "(2,5)") : "",
                leader(
                    [(right + 6, wanted[index]), (right + Self.leaderWidth - 4, placed[index])], style.colour),
            ].filter { !$0.isEmpty }
        }
    }

    /// A thin line; empty where it has no length.
    private func leader(_ ends: [(x: Double, y: Double)], _ colour: String, dash: String = "1") -> String {
        guard ends[1].x - ends[0].x > 0.5 else { return "" }
        let (from, to) = (Self.position(ends[0].x, ends[0].y), Self.position(ends[1].x, ends[1].y))
        return "set arrow from \(from) to \(to) nohead lt 1 dt \(dash) lw 0.5 lc rgb '\(colour)' back"
    }

    private var guideLabels: [String] {
        plot.guides.compactMap { guide in
            guard let row = guide.isNamedAtEnd ? guide.rows.last : guide.rows.first else { return nil }
            let x = left + plot.x.fraction(of: row.x) * (right - left) + 5
            let y = bottom + plot.y.fraction(of: row.y) * (top - bottom) + (guide.isNamedAtEnd ? 3 : 9)
            return label(Self.escaped(guide.name), x: x, y: y, size: FigureStyle.textSize, colour: FigureStyle.quiet)
        }
    }

    private var drawing: String {
        let parts = plot.layers.enumerated().flatMap { index, layer -> [String] in
            switch layer {
            case .guide: [command(index, "4:5", "lines lt 1 lw 0.9 lc rgb '#999999'")]
            case .trace(let trace): commands(index, trace)
            }
        }
        return "plot " + parts.joined(separator: ", \\\n  ")
    }

    private func commands(_ layer: Int, _ trace: Plot.Trace) -> [String] {
        let style = trace.style
        let colour = "lc rgb '\(style.colour)'"
        let size = "ps \(Self.number(0.72 * style.size))*mark"
        switch trace.kind {
        case .theory, .joined:
            return [command(layer, "4:5", "lines dt \(style.dash) lw \(Self.number(1.5 * style.size)) \(colour)")]
        case .beyond: return [command(layer, "4:5", "lines dt (1,4) lw 1.2 \(colour)")]
        case .skipped: return [command(layer, "4:5", "points pt 2 ps 0.75*mark lw 1.6 \(colour)")]
        case .forecast: return [command(layer, "4:5:6:7", "yerrorbars pt 3 ps 1.1*mark lw 1.3 \(colour)")]
        case .measured:
            let bars =
                trace.rows.contains { $0.interval != nil }
                ? [command(layer, "4:5:6:7", "yerrorbars pt 0 ps 0 lw 1 \(colour)")] : []
            let filled = "points pt \(style.filledMark) \(size)"
            guard let open = style.openMark else { return bars + [command(layer, "4:5", "\(filled) \(colour)")] }
            return bars + [
                command(layer, "4:5", "\(filled) lc rgb '#ffffff'"),
                command(layer, "4:5", "points pt \(open) \(size) lw 1.2 \(colour)"),
            ]
        }
    }

    /// One part of the plot command: the rows of a layer, by columns of the CSV.
    private func command(_ layer: Int, _ columns: String, _ how: String) -> String {
        let parts = columns.split(separator: ":")
        let using = ["($1 == \(layer) ? $\(parts[0]) : NaN)"] + parts.dropFirst().map(String.init)
        return "'\(plot.name).csv' skip 1 using \(using.joined(separator: ":")) with \(how)"
    }

    private func label(
        _ text: String, x: Double, y: Double, size: Double, colour: String = FigureStyle.ink,
        alignment: String = "left"
    ) -> String {
        "set label '\(Self.quoted(text))' at \(Self.position(x, y)) \(alignment) font ',\(Self.number(size))' "
            + "tc rgb '\(colour)'"
    }

    private static func position(_ x: Double, _ y: Double) -> String {
        "screen \(fraction(x / FigureStyle.width)), screen \(fraction(y / FigureStyle.height))"
    }

    private static func fraction(_ value: Double) -> String { String(format: "%.4f", value) }
    private static func number(_ value: Double) -> String { String(format: "%.7g", value) }

    /// Inside single quotes gnuplot knows one escape: a doubled quote.
    private static func quoted(_ text: String) -> String { text.replacingOccurrences(of: "'", with: "''") }

    /// Plain text for gnuplot's enhanced mode, in which some characters are markup.
    private static func escaped(_ text: String) -> String {
        RaisedText.parts(text).map { part in
            let plain = part.text.reduce(into: "") { escaped, character in
                if "\\{}^_@&~".contains(character) { escaped.append("\\") }
                escaped.append(character)
            }
            return part.isRaised ? "^{\(plain)}" : plain
        }.joined()
    }
}
