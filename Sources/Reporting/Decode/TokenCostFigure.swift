import Analysis
import Statistics

/// Time of a token read and of a token written against context: the shape behind "output tokens cost more".
enum TokenCostFigure {
    static func plot(_ analysis: ScalingAnalysis) -> Plot? {
        let costs = analysis.tokenCosts.filter { $0.rows.count > 1 }
        guard let lead = costs.first else { return nil }
        let names = costs.flatMap { cost in
            [(label: name("output", cost.decode), kernel: cost.decode), (name("input", cost.prefill), cost.prefill)]
        }
        let styles = SeriesStyle.styles(for: names)
        let traces = costs.flatMap { cost -> [Plot.Trace] in
            let (output, input) = (name("output", cost.decode), name("input", cost.prefill))
            guard let outputStyle = styles[output], let inputStyle = styles[input] else { return [] }
            let measured = cost.rows.filter { $0.inputBasis == .measured }
            let foretold = cost.rows.filter { $0.inputBasis == .extrapolated }
            let bridge = foretold.isEmpty ? [] : measured.suffix(1) + foretold
            return [
                trace(output, .joined, outputStyle, cost.rows, \.output),
                trace(output, .measured, outputStyle, cost.rows, \.output),
                trace(input, .joined, inputStyle, measured, \.input),
                trace(input, .beyond, inputStyle, Array(bridge), \.input),
                trace(input, .measured, inputStyle, measured, \.input),
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

    private static func name(_ what: String, _ series: String) -> String { "\(what): \(series)" }

    private static func trace(
        _ name: String, _ kind: Plot.Kind, _ style: SeriesStyle, _ rows: [TokenCost.Row],
        _ value: (TokenCost.Row) -> Estimate
    ) -> Plot.Trace {
        Plot.Trace(
            series: name, kind: kind, style: style,
            rows: rows.map { row in
                Plot.Row(Double(row.length), value(row).value, value(row).low...value(row).high)
            })
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
