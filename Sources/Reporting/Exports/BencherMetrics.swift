/// Bencher Metric Format: benchmark, measure, value with bounds (bencher.dev/docs/reference/bencher-metric-format).
/// `latency` is the measure that Bencher knows, in nanoseconds; the other two need no clock, so that a threshold on them
/// never raises a false alarm.
enum BencherMetrics {
    private struct Metric: Encodable {
        let value: Double
        var lowerValue: Double?
        var upperValue: Double?

        enum CodingKeys: String, CodingKey {
            case value
            case lowerValue = "lower_value"
            case upperValue = "upper_value"
        }
    }

    static func text(_ source: ReportSource) throws(ReportError) -> String {
        let metrics = MeasuredCell.all(in: source).map { cell -> (String, [String: Metric]) in
            let point = cell.point
            return (
                cell.name,
                [
                    "latency": Metric(
                        value: point.median.value, lowerValue: point.median.low, upperValue: point.median.high),
                    "computed-pairs": point.work.computedPairs.map { Metric(value: Double($0)) },
                    "peak-memory": Metric(value: Double(point.memory.peakResidentBytes)),
                ].compactMapValues(\.self)
            )
        }
        return try ExportJSON.text(Dictionary(uniqueKeysWithValues: metrics), file: "bencher.json")
    }
}
