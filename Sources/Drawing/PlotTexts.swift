import Escaping

/// The texts of a figure, as a data block of its script. Commands hold references to its lines and never a text itself.
final class PlotTexts {
    private static let block = "$texts"
    private var lines: [Escaped<GnuplotText>] = []

    /// What stands in a command for the text.
    func reference(_ text: String) -> String {
        let line = RaisedText.set(text) { "^{\($0)}" } as Escaped<GnuplotText>
        // Two names of one series are one line.
        let index = lines.firstIndex(of: line) ?? lines.endIndex
        if index == lines.endIndex { lines.append(line) }
        return "\(Self.block)[\(index + 1)]"
    }

    /// The block, of all texts that were referred to so far; it stands before the commands.
    var definition: String {
        (["\(Self.block) << \(GnuplotText.endOfBlock)"] + lines.map(\.text) + ["\(GnuplotText.endOfBlock)"]).joined(
            separator: "\n")
    }
}

/// Text in which `^` raises the number or letter after it, its interval included: "pairs^1.00 ± 0.02" is how the
/// terminal shows it, and everything that can set an exponent does.
package enum RaisedText {
    package struct Part: Hashable {
        package let text: String
        package let isRaised: Bool
    }

    package static func parts(_ text: String) -> [Part] {
        var parts: [Part] = []
        var rest = Substring(text)
        while let caret = rest.firstIndex(of: "^") {
            var raised = rest[rest.index(after: caret)...].prefix { "0123456789.±− \u{A0}β".contains($0) }
            while let last = raised.last, " \u{A0}.".contains(last) { raised.removeLast() }
            let plain = raised.isEmpty ? rest[...caret] : rest[..<caret]
            parts.append(Part(text: String(plain), isRaised: false))
            if !raised.isEmpty { parts.append(Part(text: String(raised), isRaised: true)) }
            rest = rest[(raised.isEmpty ? rest.index(after: caret) : raised.endIndex)...]
        }
        return (parts + [Part(text: String(rest), isRaised: false)]).filter { !$0.text.isEmpty }
    }

    /// In another language, which raises text in its own way.
    package static func set<Language>(
        _ text: String, raised: (Escaped<Language>) -> Escaped<Language>
    ) -> Escaped<Language> {
        parts(text).map { part in
            let plain = Escaped<Language>(plain: part.text)
            return part.isRaised ? raised(plain) : plain
        }.joined()
    }
}

/// Moves labels apart along a line, each as little as possible.
///
/// Given wanted positions, find positions at least `separation` apart, in the same order, with the least sum of squared
/// moves. Take i·separation off the i-th wanted position (ascending) and the constraint becomes "never decreasing":
/// isotonic regression, solved exactly by pooling neighbours that violate the order and giving the pool its mean
/// (Barlow et al., Statistical Inference under Order Restrictions, 1972).
enum LabelPlacement {
    /// Positions in the order of `wanted`, inside `bounds` as long as they fit there at all.
    static func place(_ wanted: [Double], separation: Double, in bounds: ClosedRange<Double>) -> [Double] {
        // Of equals the first comes out on top, as in a list.
        let order = wanted.indices.sorted { (wanted[$0], $1) < (wanted[$1], $0) }
        var pools: [(sum: Double, count: Int)] = []
        for (rank, index) in order.enumerated() {
            pools.append((wanted[index] - Double(rank) * separation, 1))
            while pools.count > 1, mean(pools[pools.count - 2]) > mean(pools[pools.count - 1]) {
                let last = pools.removeLast()
                pools[pools.count - 1].sum += last.sum
                pools[pools.count - 1].count += last.count
            }
        }
        let room = bounds.upperBound - Double(max(0, wanted.count - 1)) * separation
        let level = pools.flatMap { pool in
            Array(repeating: max(bounds.lowerBound, min(room, mean(pool))), count: pool.count)
        }
        var placed = wanted
        for (rank, index) in order.enumerated() { placed[index] = level[rank] + Double(rank) * separation }
        return placed
    }

    private static func mean(_ pool: (sum: Double, count: Int)) -> Double { pool.sum / Double(pool.count) }
}
