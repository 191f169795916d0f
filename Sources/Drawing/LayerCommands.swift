import Foundation

/// Parts of gnuplot's plot command that draw one layer of a CSV.
struct LayerCommands {
    /// The CSV's name without its extension.
    let name: String
    /// Which rows.
    let layer: Int
    /// Which columns: the value and the ends of its interval.
    let columns: [Int]
    let intervals: Plot.Intervals

    var guide: String { command("lines lt 1 lw 0.9 lc rgb '#999999'") }

    /// Theory is thin, what was measured is not.
    func trace(_ trace: Plot.Trace) -> [String] {
        let style = trace.style
        let colour = "lc rgb '\(style.colour)'"
        let size = "ps \(GnuplotNumber.number(0.72 * style.size))*mark"
        switch trace.kind {
        case .theory: return [command("lines dt \(style.dash) lw 1 \(colour)")]
        case .joined: return [command("lines dt \(style.dash) lw \(GnuplotNumber.number(1.4 * style.size)) \(colour)")]
        case .beyond: return [command("lines dt (2,4) lw 1.4 \(colour)")]
        case .span: return [bars("fs solid 0.85 noborder \(colour)")]
        case .idleSpan: return [bars("fs empty \(colour) lw 0.8")]
        case .skipped: return [command("points pt 2 ps 0.75*mark lw 1.6 \(colour)")]
        case .forecast: return [command("yerrorbars pt 3 ps 1.1*mark lw 1.3 \(colour)", withInterval: true)]
        case .measured:
            let filled = "points pt \(style.filledMark) \(size)"
            guard let open = style.openMark else { return interval(trace) + [command("\(filled) \(colour)")] }
            return interval(trace) + [
                command("\(filled) lc rgb '#ffffff'"), command("points pt \(open) \(size) lw 1.2 \(colour)"),
            ]
        }
    }

    /// A single point has no length along which a band could run.
    private func interval(_ trace: Plot.Trace) -> [String] {
        guard trace.rows.contains(where: { $0.interval != nil }) else { return [] }
        let colour = "lc rgb '\(trace.style.colour)'"
        if intervals == .bars || trace.rows.count == 1 {
            // Not error bars: gnuplot clears a space around their points, in which a short interval would vanish.
            let bar = "using (\(picked("4"))):\(columns[1]):(0):($\(columns[2])-$\(columns[1]))"
            return ["'\(name).csv' skip 1 \(bar) with vectors nohead lt 1 lw 1.2 \(colour)"]
        }
        let band = "using (\(picked("4"))):\(columns[1]):\(columns[2])"
        return ["'\(name).csv' skip 1 \(band) with filledcurves fs transparent solid 0.25 noborder \(colour)"]
    }

    /// Bars of a fixed height around the value, whose interval runs along x.
    private func bars(_ how: String) -> String {
        let (value, low, high) = (columns[0], columns[1], columns[2])
        let ends = "\(low):\(high):($\(value)-\(Self.barHalfHeight)):($\(value)+\(Self.barHalfHeight))"
        return "'\(name).csv' skip 1 using (\(picked("\(low)"))):\(value):\(ends) with boxxyerror \(how)"
    }

    /// Lanes stand 1 apart.
    private static let barHalfHeight = 0.36

    private func command(_ how: String, withInterval: Bool = false) -> String {
        let values = (withInterval ? columns : Array(columns.prefix(1))).map(String.init)
        return "'\(name).csv' skip 1 using \((["(\(picked("4")))"] + values).joined(separator: ":")) with \(how)"
    }

    private func picked(_ column: String) -> String { "$1 == \(layer) ? $\(column) : NaN" }
}

/// Numbers in the form in which gnuplot takes them for what they are.
enum GnuplotNumber {
    static func fraction(_ value: Double) -> String { String(format: "%.4f", value) }
    static func number(_ value: Double) -> String { String(format: "%.7g", value) }
}
