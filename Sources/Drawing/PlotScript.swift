import Foundation

/// A plot as a gnuplot script that runs alone beside its CSV.
struct PlotScript {
    private let plot: Plot
    private let layout: PlotLayout
    private let texts = PlotTexts()

    init(_ plot: Plot, width: FigureWidth = .page) {
        self.plot = plot
        layout = PlotLayout(plot, width: width)
    }

    var text: String {
        let (upper, lower) = (layout.upper, layout.lower)
        let first = panel(
            Panel(
                frame: upper, yLabel: plot.yLabel, ends: plot.ends, guides: plot.guides, layers: plot.layers,
                columns: [5, 6, 7], firstLayer: 0, namesTicks: lower == nil))
        let xName = xLabel(under: lower ?? upper)
        var commands = heading + footing + (lower == nil ? [xName] : []) + first
        if let lower, let below = plot.below {
            let second = panel(
                Panel(
                    frame: lower, yLabel: below.yLabel, ends: below.ends(along: plot.x), guides: below.guides,
                    layers: plot.layersBelow, columns: [8, 9, 10], firstLayer: plot.layers.count, namesTicks: true))
            commands =
                ["set multiplot"] + commands + ["unset label", "unset arrow", "unset logscale", xName] + second
                + ["unset multiplot"]
        }
        let closing = ["unset output", "unset label", "unset arrow", "unset logscale", "}"]
        return FigureStyle.settings + "\n" + texts.definition + "\n" + FigureStyle.opening(name: plot.name, layout)
            + "\n"
            + (commands + closing).joined(separator: "\n") + "\n"
    }

    /// One plotting area and what it shows.
    private struct Panel {
        let frame: PlotLayout.Frame
        let yLabel: String
        let ends: [Plot.End]
        let guides: [Plot.Guide]
        let layers: [Plot.Layer]
        /// Those of the CSV that hold the value and the ends of its interval.
        let columns: [Int]
        /// Its place in the CSV.
        let firstLayer: Int
        /// Whether the ticks of the x axis have names here.
        let namesTicks: Bool
    }

    /// All commands of one plotting area.
    private func panel(_ panel: Panel) -> [String] {
        let (frame, layers) = (panel.frame, panel.layers)
        let drawing = layers.enumerated().flatMap { index, layer -> [String] in
            let marks = LayerCommands(
                name: plot.name, layer: panel.firstLayer + index, columns: panel.columns, intervals: plot.intervals)
            switch layer {
            case .guide: return [marks.guide]
            case .trace(let trace): return marks.trace(trace)
            }
        }
        let yName = label(
            panel.yLabel, x: layout.figureWidth.margin,
            y: frame.top + (layout.figureWidth.hasHeading ? 17 : 13), LabelStyle(colour: FigureStyle.quiet))
        return axes(frame, namesTicks: panel.namesTicks) + [yName] + names(panel.ends, beside: frame)
            + guideNames(panel.guides, frame) + remarks(layers, frame) + [
                "plot " + drawing.joined(separator: ", \\\n  ")
            ]
    }

    private func axes(_ frame: PlotLayout.Frame, namesTicks: Bool) -> [String] {
        func ticks(_ axis: Axis, named: (Tick) -> Bool) -> String {
            axis.ticks.map { tick in
                let name = named(tick) ? texts.reference(tick.label) : "''"
                return "\(name) \(GnuplotNumber.number(tick.value))"
            }.joined(separator: ", ")
        }
        // A tick at the very end of a logarithmic axis falls to rounding unless the range reaches a little farther.
        func range(_ axis: Axis) -> String {
            let high = axis.isLogarithmic ? axis.high * 1.0005 : axis.high
            return "[\(GnuplotNumber.number(axis.low)):\(GnuplotNumber.number(high))]"
        }
        func screen(_ value: Double, of length: Double) -> String {
            "at screen " + GnuplotNumber.fraction(value / length)
        }
        let room = frame.x.ticksWithRoom(width: frame.right - frame.left, size: layout.figureWidth.tickSize)
        return [
            frame.x.isLogarithmic ? "set logscale x 2" : "",
            frame.y.isLogarithmic ? "set logscale y 10" : "",
            "set xrange \(range(frame.x))",
            "set yrange \(range(frame.y))",
            "set xtics (\(ticks(frame.x) { namesTicks && room.contains($0) }))",
            "set ytics (\(ticks(frame.y) { _ in true }))",
            "set lmargin \(screen(frame.left, of: layout.width))",
            "set rmargin \(screen(frame.right, of: layout.width))",
            "set bmargin \(screen(frame.bottom, of: layout.height))",
            "set tmargin \(screen(frame.top, of: layout.height))",
        ].filter { !$0.isEmpty }
    }

    private var heading: [String] {
        let margin = layout.figureWidth.margin
        var y = layout.height - margin
        var lines: [String] = []
        for line in layout.title.lines {
            y -= layout.title.size * PlotLayout.titleSpacing
            lines.append(
                label(
                    line, x: margin, y: y + layout.title.size * 0.65, LabelStyle(size: layout.title.size, isBold: true))
            )
        }
        for line in layout.method {
            y -= layout.figureWidth.lineHeight
            lines.append(label(line, x: margin, y: y + 4, LabelStyle(colour: FigureStyle.quiet)))
        }
        return lines
    }

    private var footing: [String] {
        let bottom = (layout.lower ?? layout.upper).bottom
        return layout.notes.enumerated().map { index, line in
            label(
                line, x: layout.figureWidth.margin,
                y: bottom - 63 - Double(index) * layout.figureWidth.lineHeight,
                LabelStyle(size: layout.figureWidth.textSize - 1, colour: FigureStyle.quiet))
        }
    }

    private func xLabel(under frame: PlotLayout.Frame) -> String {
        label(
            plot.xLabel, x: (frame.left + frame.right) / 2,
            y: frame.bottom - (layout.figureWidth.hasHeading ? 40 : 31),
            LabelStyle(colour: FigureStyle.quiet, alignment: .center))
    }

    /// Names at the lines' ends, moved apart; a thin line leads to a name that had to move or whose series ends early.
    private func names(_ ends: [Plot.End], beside frame: PlotLayout.Frame) -> [String] {
        let room = layout.nameRoom(for: ends.count, beside: frame)
        let size = min(layout.figureWidth.textSize, room.separation * 0.8)
        let places = ends.map { frame.place(x: min($0.row.x, frame.x.high), y: $0.row.y) }
        let placed = LabelPlacement.place(places.map(\.y), separation: room.separation, in: room.bounds)
        let leaderWidth = layout.figureWidth.leaderWidth
        return ends.indices.flatMap { index -> [String] in
            let (series, style, _) = ends[index]
            let place = places[index]
            let text = label(
                layout.name(series), x: frame.right + leaderWidth, y: placed[index],
                LabelStyle(size: size, colour: style.colour))
            return [
                text,
                // Grey dots, where a series ends early, so that they are not taken for its curve.
                place.x < frame.right - 1
                    ? leader([(place.x + 6, place.y), (frame.right + 6, place.y)], "#aaaaaa", dash: "(2,5)") : "",
                leader(
                    [(frame.right + 6, place.y), (frame.right + leaderWidth - 4, placed[index])], style.colour),
            ].filter { !$0.isEmpty }
        }
    }

    /// A thin line; empty where it has no length.
    private func leader(_ ends: [(x: Double, y: Double)], _ colour: String, dash: String = "1") -> String {
        guard ends[1].x - ends[0].x > 0.5 else { return "" }
        let (from, to) = (position(x: ends[0].x, y: ends[0].y), position(x: ends[1].x, y: ends[1].y))
        return "set arrow from \(from) to \(to) nohead lt 1 dt \(dash) lw 0.5 lc rgb '\(colour)' back"
    }

    private func guideNames(_ guides: [Plot.Guide], _ frame: PlotLayout.Frame) -> [String] {
        guides.compactMap { guide -> String? in
            guard let first = guide.rows.first, let last = guide.rows.last else { return nil }
            let (start, end) = (frame.place(x: first.x, y: first.y), frame.place(x: last.x, y: last.y))
            func name(x: Double, y: Double) -> String {
                label(guide.name, x: x, y: y, LabelStyle(colour: FigureStyle.quiet))
            }
            return switch guide.isNamed {
            case .aboveStart: name(x: start.x + 5, y: start.y + 9)
            case .afterEnd: name(x: end.x + 5, y: end.y + 3)
            case .besideFrame: nil
            }
        }
    }

    /// What stands beside marks: to the left, where the curves came from lower down, or to the right, and there a line higher or lower where
    /// another remark or a mark stands. A place that no curve crosses comes first. One that finds no room is left to the notes, which
    /// name every cell.
    private func remarks(_ layers: [Plot.Layer], _ frame: PlotLayout.Frame) -> [String] {
        let size = layout.figureWidth.textSize - 1
        var room = RemarkRoom(layers, frame, textSize: size)
        return layers.flatMap { layer -> [String] in
            guard case .trace(let trace) = layer else { return [] }
            return trace.rows.reversed().compactMap { row in
                guard let remark = row.remark,
                    let place = room.take(
                        width: FigureStyle.textWidth(remark, size: size), beside: frame.place(x: row.x, y: row.y))
                else { return nil }
                return label(
                    remark, x: place.isLeft ? place.x.upperBound : place.x.lowerBound, y: place.y,
                    LabelStyle(size: size, colour: trace.style.colour, alignment: place.isLeft ? .right : .left))
            }
        }
    }

    private struct LabelStyle {
        enum Alignment: String { case left, center, right }

        /// Nil for that of all text.
        var size: Double?
        var colour = FigureStyle.ink
        var alignment = Alignment.left
        var isBold = false
    }

    private func label(_ text: String, x: Double, y: Double, _ style: LabelStyle) -> String {
        let size = GnuplotNumber.number(style.size ?? layout.figureWidth.textSize)
        let line = texts.reference(text)
        let shown = style.isBold ? "'{/:Bold '.\(line).'}'" : line
        return "set label \(shown) at \(position(x: x, y: y)) \(style.alignment.rawValue) font ',\(size)' "
            + "tc rgb '\(style.colour)'"
    }

    private func position(x: Double, y: Double) -> String {
        "screen \(GnuplotNumber.fraction(x / layout.width)), screen \(GnuplotNumber.fraction(y / layout.height))"
    }
}
