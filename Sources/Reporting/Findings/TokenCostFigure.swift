import Analysis
import Drawing
import Quantities
import Statistics

/// Time of a token read and of a token written against context: the shape behind "output tokens cost more".
enum TokenCostFigure {
    static func plot(_ analysis: ScalingAnalysis) -> Plot? {
        let costs = analysis.tokenCosts.filter { $0.rows.count > 1 }
        guard let lead = costs.first else { return nil }
        let names = costs.flatMap { cost in
            [
                (label: name("output", of: cost.decode), family: cost.decode),
                (name("input", of: cost.prefill), cost.prefill),
            ]
        }
        let styles = SeriesStyle.styles(for: names)
        let traces = costs.flatMap { cost -> [Plot.Trace] in
            let (output, input) = (name("output", of: cost.decode), name("input", of: cost.prefill))
            guard let outputStyle = styles[output], let inputStyle = styles[input] else { return [] }
            let measured = cost.rows.filter { $0.inputBasis == .measured }
            let foretold = cost.rows.filter { $0.inputBasis == .extrapolated }
            let bridge = foretold.isEmpty ? [] : measured.suffix(1) + foretold
            return [
                Plot.Trace(series: output, kind: .joined, style: outputStyle, rows: marks(cost.rows, \.output)),
                Plot.Trace(series: output, kind: .measured, style: outputStyle, rows: marks(cost.rows, \.output)),
                Plot.Trace(series: input, kind: .joined, style: inputStyle, rows: marks(measured, \.input)),
                Plot.Trace(series: input, kind: .beyond, style: inputStyle, rows: marks(Array(bridge), \.input)),
                Plot.Trace(series: input, kind: .measured, style: inputStyle, rows: marks(measured, \.input)),
            ].filter { !$0.rows.isEmpty }
        }
        let rows = traces.flatMap(\.rows)
        guard let least = rows.map(\.y).min(), let most = rows.map(\.y).max(), let shortest = rows.map(\.x).min(),
            let longest = rows.map(\.x).max()
        else { return nil }
        return Plot(
            name: "tokens", title: title(lead),
            method:
                "Attention of one layer, \(analysis.conditions). Input: a prompt of n tokens over n. Output: one step "
                + "against n tokens. Medians with 95 % intervals."
                + (traces.contains { $0.kind == .beyond } ? " Dotted: by the prompt's law." : ""),
            notes: [], x: .lengths(from: Int(saturating: shortest / 1.1), to: Int(saturating: longest)),
            y: .times(fromNanoseconds: least / 1.5, to: most * 1.5), xLabel: "context length n (tokens)",
            yLabel: "time per token", columns: ("tokens", "nanoseconds"), traces: traces, guides: [],
            intervals: .bars)
    }

    private static func name(_ what: String, of series: String) -> String { "\(what): \(series)" }

    private static func marks(_ rows: [TokenCost.Row], _ value: (TokenCost.Row) -> Estimate) -> [Plot.Row] {
        rows.map { Plot.Row(x: Double($0.length), y: value($0).value, value($0).low...value($0).high) }
    }

    /// At the longest context at which both were measured.
    private static func title(_ cost: TokenCost) -> String {
        guard let row = cost.representative else { return "Time per token by context" }
        return "At \(Quantity.tokens(row.length)) tokens of context, attention takes "
            + "\(Quantity.interval(row.ratio, unit: "×")) as long for a token written as for one read"
    }
}

extension TokenCost {
    /// The longest context at which both were measured, or else the shortest foretold.
    var representative: Row? { rows.last { $0.inputBasis == .measured } ?? rows.first }
}
