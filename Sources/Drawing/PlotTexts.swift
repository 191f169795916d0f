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
