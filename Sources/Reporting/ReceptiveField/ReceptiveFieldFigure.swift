import Drawing
import Quantities
import Records

/// Tokens that a stack of layers sees against its depth: lines from the masks alone, marks from the kernels.
enum ReceptiveFieldFigure {
    static func plot(_ fields: [MeasuredReceptiveField]) -> Plot? {
        guard let deepest = fields.map(\.layers).max(), deepest > 0,
            let most = fields.flatMap({ $0.tokens + $0.expectedTokens }).max()
        else { return nil }
        let styles = SeriesStyle.styles(for: fields.map { (label: $0.label, family: $0.kernel) })
        let traces = fields.flatMap { field -> [Plot.Trace] in
            guard let style = styles[field.label] else { return [] }
            return [(Plot.Kind.theory, field.expectedTokens), (.measured, field.tokens)].map { kind, tokens in
                Plot.Trace(
                    series: field.label, kind: kind, style: style,
                    rows: tokens.enumerated().map { Plot.Row(x: Double($0.offset), y: Double($0.element)) })
            }
        }
        let step = max(1, (deepest + 9) / 10)
        return Plot(
            name: "reach", title: title(fields, layers: deepest),
            method: "Number of input tokens on which the last output token of stacked layers of the kernels depends "
                + "(symmetric windows: the middle one). Points: measured. Lines: computed from the masks.",
            notes: [],
            x: Axis(
                low: 0, high: Double(deepest) * 1.02, isLogarithmic: false,
                ticks: stride(from: 0, through: deepest, by: step).map {
                    Tick(value: Double($0), label: Quantity.count($0))
                }),
            y: .linear(to: Double(most) * 1.08), xLabel: "layers", yLabel: "tokens that one token sees",
            columns: ("layers", "tokens"), traces: traces, guides: [])
    }

    private static func title(_ fields: [MeasuredReceptiveField], layers: Int) -> String {
        let wrong = fields.filter { !$0.isRight }
        guard wrong.isEmpty else {
            return
                "\(AbsentCells.list(wrong.map(\.label))) \(wrong.count == 1 ? "does" : "do") not see the tokens of the mask"
        }
        let chunks = fields.contains { $0.mask.family == .chunkedLocal }
        let windows = fields.contains { $0.mask.family == .slidingWindow }
        let clauses = [
            windows ? "L layers of a window of w see exactly L(w−1)+1 tokens" : nil,
            chunks ? "no depth leaves a chunk" : nil,
        ].compactMap { $0 }
        return clauses.isEmpty ? "Stacked layers see exactly what their masks say" : clauses.joined(separator: "; ")
    }
}

extension MeasuredReceptiveField {
    /// "sliding-window(32)".
    var label: String { kernel + mask.sizesInBrackets }
}

extension Figure {
    /// Nil where there is no stack to draw.
    public static func receptiveField(_ fields: [MeasuredReceptiveField]) -> Figure? {
        ReceptiveFieldFigure.plot(fields).map { Figure($0) }
    }
}
