import Analysis
import Attention
import Drawing
import Quantities
import Statistics

/// What one token costs to read and to write at the same context: a prompt of n tokens over n, beside one decoding step
/// against n tokens. Both grow with n; what separates them is that a prompt's queries share each key and value that they
/// fetch, and a step fetches them all for one token.
public struct TokenCost: Sendable, Codable, Hashable {
    public struct Row: Sendable, Codable, Hashable {
        /// Tokens of context.
        public let length: Int
        /// Nanoseconds of one token of the prompt.
        public let input: Estimate
        /// Whether the prompt was measured at this length or its law says so.
        public let inputBasis: Forecast.Basis
        /// Nanoseconds of one generated token.
        public let output: Estimate
        /// Output over input.
        public let ratio: Estimate
    }

    /// Labels of the two series.
    public let prefill: String
    public let decode: String
    /// Ascending in length, at least one.
    public let rows: [Row]
}

extension TokenCost {
    /// Every decode series for which the prompt's kernel was measured on the same heads, in the order of the series.
    fileprivate static func all(among measured: [MeasuredSeries]) -> [TokenCost] {
        var seen = Set<SeriesParameters>()
        return measured.compactMap { decode in
            // Of several kernels for one problem the first is the one that others are variants of.
            guard decode.parameters.isDecode, decode.parameters.cacheFormat == nil,
                seen.insert(decode.parameters).inserted,
                let prefill = measured.first(where: { $0.parameters == decode.parameters.prefill })
            else { return nil }
            return TokenCost(prefill: prefill, decode: decode)
        }
    }

    private init?(prefill: MeasuredSeries, decode: MeasuredSeries) {
        rows = decode.points.compactMap { step in
            guard let (call, basis) = Self.prompt(of: prefill, length: step.keyLength) else { return nil }
            let batch = Double(decode.parameters.batch)
            let input = call.scaled(by: 1 / (batch * Double(step.keyLength)))
            let output = step.median.scaled(by: 1 / batch)
            return Row(
                length: step.keyLength, input: input, inputBasis: basis, output: output, ratio: output.ratio(to: input))
        }
        guard !rows.isEmpty else { return nil }
        self.prefill = prefill.label
        self.decode = decode.label
    }

    /// One call over a prompt; from the law past the measured lengths, as far as a forecast is not doubted.
    private static func prompt(of series: MeasuredSeries, length: Int) -> (Estimate, Forecast.Basis)? {
        if let point = series.points.first(where: { $0.keyLength == length }) { return (point.median, .measured) }
        guard let last = series.points.last, length > last.keyLength,
            Double(length) <= Forecast.doubtedBeyond * Double(last.keyLength), let call = series.foretold(at: length)
        else { return nil }
        return (call, .extrapolated)
    }
}

/// Time of a token read and of a token written against context: the shape behind "output tokens cost more".
enum TokenCosts: Finding {
    static let phase = Phase.decode
    static let key: String? = "tokenCosts"

    static func find(in analysis: ScalingAnalysis) -> [TokenCost] { TokenCost.all(among: analysis.measured) }

    static func figure(_ findings: Findings) -> Plot? {
        let analysis = findings.analysis
        let costs = findings[TokenCosts.self].filter { $0.rows.count > 1 }
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
                "Attention of one layer, \(analysis.conditions). Input: the time of a prompt of n tokens over n. Output: one step "
                + "against n tokens. Medians with 95 % intervals."
                + (traces.contains { $0.kind == .beyond } ? " Dotted: the fitted law of the prompt." : ""),
            notes: [], x: .lengths(from: Int(saturating: shortest / 1.1), to: Int(saturating: longest)),
            y: .times(fromNanoseconds: least / 1.5, to: most * 1.5), xLabel: "context length n (tokens)",
            yLabel: "time per token", columns: ("tokens", "nanoseconds"), traces: traces, guides: [],
            intervals: .bars)
    }

    private static func name(_ what: String, of series: String) -> String { "\(what): \(series)" }

    private static func marks(_ rows: [TokenCost.Row], _ value: (TokenCost.Row) -> Estimate) -> [Plot.Row] {
        rows.map { Plot.Row(x: Double($0.length), value($0)) }
    }

    /// At the longest context at which both were measured.
    private static func title(_ cost: TokenCost) -> String {
        guard let row = cost.representative else { return "Time per token by context" }
        return "At \(Quantity.tokens(row.length)) tokens of context, attention takes "
            + "\(Quantity.interval(row.ratio, unit: "×")) as long for a token that is written as for one that is read"
    }
}

extension TokenCost {
    /// The longest context at which both were measured, or else the shortest that is predicted.
    var representative: Row? { rows.last { $0.inputBasis == .measured } ?? rows.first }
}

extension TokenCosts {
    static func sentences(_ findings: Findings) -> [String] {
        let costs = findings[TokenCosts.self]
        let quadratic = costs.first { findings.analysis.series(labelled: $0.decode)?.isQuadratic == true }
        guard let row = (quadratic ?? costs.first)?.representative else { return [] }
        let subject = quadratic == nil ? " by \(costs[0].decode)" : ""
        return [
            "A token that is written\(subject) costs \(Quantity.interval(row.ratio, unit: "×")) the attention of one that is read at "
                + "\(Quantity.tokens(row.length)) tokens of context."
        ]
    }

    static func blocks(in section: Section, _ findings: Findings) -> [Document.Block] {
        section == .decoding
            ? .table(
                "Attention of one layer for a token that is read and a token that is written",
                table(findings[TokenCosts.self])) : []
    }

    /// One row a context: a token of the prompt beside a token written.
    static func table(_ costs: [TokenCost]) -> Table {
        Table(
            columns: [
                .init("prompt", .left), .init("step", .left), .init("n"), .init("input token"), .init("output token"),
                .init("output / input"), .init("basis", .left),
            ],
            rows: costs.flatMap { cost in
                cost.rows.map { row in
                    [
                        cost.prefill, cost.decode, Quantity.tokens(row.length), Quantity.time(row.input),
                        Quantity.time(row.output),
                        Quantity.interval(row.ratio, unit: "×"),
                        row.inputBasis == .measured ? "measured" : "input by its fitted law",
                    ]
                }
            })
    }
}
