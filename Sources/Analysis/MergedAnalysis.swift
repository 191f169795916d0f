/// Several analyses as one, for figures and tables that lay them over one another.
extension ScalingAnalysis {
    /// Series keep their numbers and take the source into their labels: "full · old". The same series of all sources
    /// stand together. What compares series within a source (crossovers, overheads, strong scaling) is left to the
    /// source's own analysis, and so are its ceilings: those here are the first one's.
    ///
    /// - Parameter parts: at least one; labels differ.
    public init(merging parts: [(label: String, analysis: ScalingAnalysis)]) {
        precondition(!parts.isEmpty, "there is nothing to merge")
        precondition(Set(parts.map(\.label)).count == parts.count, "two sources have one label")
        var order: [String] = []
        for series in parts.flatMap(\.analysis.series) where !order.contains(series.label) {
            order.append(series.label)
        }
        func relabelled<Value>(
            _ values: (ScalingAnalysis) -> [Value], _ label: WritableKeyPath<Value, String>
        ) -> [Value] {
            parts.flatMap { source, analysis in
                values(analysis).map { value in
                    var value = value
                    value[keyPath: label] = Self.label(value[keyPath: label], source: source)
                    return value
                }
            }
        }
        let labels = order.flatMap { name in parts.map { Self.label(name, source: $0.label) } }
        let series = relabelled(\.series, \.label)
        self.init(
            schema: Self.currentSchema,
            series: labels.compactMap { label in series.first { $0.label == label } },
            crossovers: [], overheadRatios: [], strongScaling: [], tokenCosts: [], streaming: [], cacheFormats: [],
            forecasts: relabelled(\.forecasts, \.series), cacheQuality: [], ceilings: parts[0].analysis.ceilings,
            absent: relabelled(\.absent, \.series), cautions: [])
    }

    /// "full · old": what a series of a source is called among others.
    public static func label(_ series: String, source: String) -> String { "\(series) · \(source)" }
}
