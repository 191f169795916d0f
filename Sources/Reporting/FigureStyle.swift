/// The look that all figures share: the finding as title, direct labels, two spines, a faint grid on the value axis.
enum FigureStyle {
    /// Canvas units: 96 an inch, so 7.5 in × 5 in.
    static let width = 720.0
    static let height = 480.0

    static let font = "Inter"
    static let titleSize = 15.5
    static let textSize = 11.5
    static let labelSize = 11.5
    static let tickSize = 12.0
    static let ink = "#1a1a1a"
    static let quiet = "#595959"
    static let grid = "#e6e6e6"

    /// Opens a script: three passes over the same commands, one for each format.
    ///
    /// gnuplot's own units differ: svg counts pixels of 1/96 in, cairo's fonts points of 1/72 in. The scales make one
    /// canvas unit the same length in all three, `mark` does so for marks; the PNG has 300 dots an inch. Where Inter is not installed, fontconfig
    /// puts the system's sans serif in its place; in an SVG the reader's browser decides, so the family name carries its
    /// own fallback (`&#44;` is a comma that gnuplot does not split at). The name inside an SVG may hold no hyphen.
    static func opening(name: String) -> String {
        """
        set encoding utf8
        set datafile separator comma
        do for [format in 'svg png pdf'] {
        mark = format eq 'svg' ? 0.8 : 1
        if (format eq 'svg') { set terminal svg size 720,480 dynamic enhanced name '\(name.replacing("-", with: "_"))' \
        font '\(font)&#44; system-ui&#44; sans-serif,12' background '#ffffff' linewidth 1 }
        if (format eq 'png') { set terminal pngcairo size 2250,1500 enhanced font '\(font),12' \
        fontscale 2.344 linewidth 3.125 pointscale 3.125 background '#ffffff' }
        if (format eq 'pdf') { set terminal pdfcairo size 7.5in,5in enhanced font '\(font),12' \
        fontscale 0.5625 linewidth 1.5 pointscale 0.75 background '#ffffff' }
        set output '\(name).'.format
        set border 3 lw 0.8 lc rgb '#777777'
        set tics nomirror out scale 0.5 textcolor rgb '\(ink)' font ',12'
        set grid ytics lt 1 lw 0.6 lc rgb '\(grid)'
        unset mxtics
        unset mytics
        unset key
        set errorbars small
        """
    }

    /// Estimated width of a line of Inter; no more than a few per cent short for the words that figures hold.
    static func textWidth(_ text: String, size: Double, isBold: Bool = false) -> Double {
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

    /// Words in lines no wider than `width`; a number keeps its unit.
    static func wrap(_ text: String, size: Double, isBold: Bool = false, width: Double) -> [String] {
        var lines = [""]
        let units = TimeUnit.all.map(\.name) + ["%", "MiB", "GiB", "tokens"]
        let glued = text.replacing(#/(\d) (\S+?)(?=[\s,.;)]|$)/#) { match in
            units.contains(String(match.2)) ? "\(match.1)\u{A0}\(match.2)" : String(match.0)
        }
        for word in glued.split(separator: " ") {
            let longer = lines[lines.count - 1].isEmpty ? String(word) : lines[lines.count - 1] + " " + word
            if lines[lines.count - 1].isEmpty || textWidth(longer, size: size, isBold: isBold) <= width {
                lines[lines.count - 1] = longer
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }

    /// A title in at most two lines at full size, or as many as it needs a little smaller.
    static func title(_ text: String, width: Double) -> (lines: [String], size: Double) {
        let lines = wrap(text, size: titleSize, isBold: true, width: width)
        guard lines.count > 2 else { return (lines, titleSize) }
        return (wrap(text, size: titleSize * 0.87, isBold: true, width: width), titleSize * 0.87)
    }
}
