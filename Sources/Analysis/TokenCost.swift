import Attention
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
    static func all(among measured: [MeasuredSeries]) -> [TokenCost] {
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
        guard let laws = series.laws, let last = series.points.last, length > last.keyLength,
            Double(length) <= Forecast.doubtedBeyond * last.length
        else { return nil }
        return (laws.prediction(pairs: series.parameters.work(length: length)).nanoseconds(), .extrapolated)
    }
}

extension Estimate {
    func scaled(by factor: Double) -> Estimate {
        Estimate(value: value * factor, low: low * factor, high: high * factor, level: level)
    }
}
