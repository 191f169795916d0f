import Foundation
import Quantities

/// The look that all figures share: the finding as title, direct labels, two spines, a faint grid on the value axis.
package enum FigureStyle {
    package static let font = "Inter"
    package static let titleSize = 15.5
    package static let ink = "#1a1a1a"
    package static let quiet = "#595959"
    package static let grid = "#e6e6e6"

    package static let settings = "set encoding utf8\nset datafile separator comma"

    /// Begins the commands of a script: a pass over the same commands for each format, all three unless `formats` is set beforehand.
    ///
    /// gnuplot's own units differ: svg counts pixels of 1/96 in, cairo's fonts points of 1/72 in. The scales make one
    /// canvas unit the same length in all three, `mark` does so for marks; the PNG has 300 dots an inch. Where Inter is
    /// not installed, fontconfig uses the system's sans serif instead; in an SVG the reader's browser decides, so
    /// the family name carries its own fallback (`&#44;` is a comma that gnuplot does not split at).
    static func opening(name: String, _ layout: PlotLayout) -> String {
        let (width, height) = (Int(layout.width), Int(layout.height))
        let scale = layout.figureWidth.markScale
        func decimal(_ value: Double) -> String { String(format: "%.4g", value) }
        return """
            if (!exists('formats')) formats = 'svg png pdf'
            do for [format in formats] {
            mark = (format eq 'svg' ? 0.8 : 1) * \(decimal(scale))
            if (format eq 'svg') { set terminal svg size \(width),\(height) dynamic enhanced name '\(name.replacing("-", with: "_"))' \
            font '\(font)&#44; system-ui&#44; sans-serif,12' background '#ffffff' linewidth \(decimal(scale)) }
            if (format eq 'png') { set terminal pngcairo size \(width * 300 / 96),\(height * 300 / 96) enhanced \
            font '\(font),12' fontscale 2.344 linewidth \(decimal(3.125 * scale)) pointscale 3.125 background '#ffffff' }
            if (format eq 'pdf') { set terminal pdfcairo size \(decimal(layout.width / 96))in,\
            \(decimal(layout.height / 96))in enhanced font '\(font),12' \
            fontscale 0.5625 linewidth \(decimal(1.5 * scale)) pointscale 0.75 background '#ffffff' }
            set output '\(name).'.format
            set border 3 lw 0.8 lc rgb '#777777'
            set tics nomirror out scale 0.5 textcolor rgb '\(ink)' font ',\(decimal(layout.figureWidth.tickSize))'
            set grid ytics lt 1 lw 0.6 lc rgb '\(grid)'
            unset mxtics
            unset mytics
            unset key
            set errorbars small
            """
    }

    /// Estimated width of a line of Inter; no more than a few per cent short for the words that figures hold.
    package static func textWidth(_ text: String, size: Double, isBold: Bool = false) -> Double {
        let ems = text.reduce(0.0) { sum, character in
            switch character {
            case "i", "j", "l", "I", ".", ",", ":", ";", "'", "|", " ", "(", ")", "[", "]", "-", "f", "t", "r":
                sum + 0.33
            case "m", "w", "M", "W", "%", "×", "÷", "±": sum + 0.86
            case "A"..."Z": sum + 0.7
            default: sum + 0.6
            }
        }
        return ems * size * (isBold ? 1.07 : 1)
    }

    /// Words in lines no wider than `width`; a number keeps its unit and its interval.
    package static func wrap(_ text: String, size: Double, isBold: Bool = false, width: Double) -> [String] {
        var lines = [""]
        let units = TimeUnit.all.map(\.name) + ["%", "MiB", "GiB", "tokens"]
        let glued = text.replacing(#/(\d) (\S+?)(?=[\s,.;)]|$)/#) { match in
            units.contains(String(match.2)) ? "\(match.1)\u{A0}\(match.2)" : String(match.0)
        }
        let words = glued.replacing(" ± ", with: "\u{A0}±\u{A0}")
        for word in words.split(separator: " ") {
            let longer = lines[lines.count - 1].isEmpty ? String(word) : lines[lines.count - 1] + " " + word
            if lines[lines.count - 1].isEmpty || textWidth(longer, size: size, isBold: isBold) <= width {
                lines[lines.count - 1] = longer
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }

    /// A title in at most two lines at full size, or as many as it needs a little smaller. A last line of a word or two
    /// takes some from the line above.
    package static func title(_ text: String, width: Double) -> (lines: [String], size: Double) {
        let isLong = wrap(text, size: titleSize, isBold: true, width: width).count > 2
        let size = isLong ? titleSize * 0.87 : titleSize
        let lines = wrap(text, size: size, isBold: true, width: width)
        guard lines.count > 1, let last = lines.last, textWidth(last, size: size, isBold: true) < width / 3 else {
            return (lines, size)
        }
        let narrower = stride(from: 0.95, to: 0.5, by: -0.05).map {
            wrap(text, size: size, isBold: true, width: width * $0)
        }.prefix { $0.count == lines.count }
        return (narrower.first { textWidth($0.last ?? "", size: size, isBold: true) >= width / 3 } ?? lines, size)
    }
}

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
