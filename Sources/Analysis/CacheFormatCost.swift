import Attention
import Statistics

/// One decoding step with its keys and values stored in several formats: whether time falls with the bytes.
public struct CacheFormatCost: Sendable, Codable, Hashable {
    public struct Row: Sendable, Codable, Hashable {
        public let format: CacheFormat
        /// Of one element, scales and residual window included.
        public let bitsPerElement: Double
        /// The least that one call must move.
        public let bytes: Int
        /// Nanoseconds of one call.
        public let median: Estimate
        /// Time over that of the widest format.
        public let timeRatio: Estimate
        /// Bytes over those of the widest format: what the time's ratio would be if bytes were all that mattered.
        public let bytesRatio: Double
        public let fractionOfBandwidth: Double?
    }

    public let kernel: String
    /// The label of the series of the widest format.
    public let series: String
    /// Tokens that are cached.
    public let length: Int
    /// The most bits first, at least two.
    public let rows: [Row]
}

extension CacheFormatCost {
    /// Every problem that was measured in two formats or more, at the longest length that all have.
    static func all(among measured: [MeasuredSeries]) -> [CacheFormatCost] {
        let byProblem = Dictionary(grouping: measured.filter(\.parameters.isDecode)) {
            SeriesKey(kernel: $0.key.kernel, parameters: $0.parameters.unquantised)
        }
        return SeriesOrder(kernels: measured.map(\.key.kernel)).sorted(byProblem.keys).compactMap {
            CacheFormatCost(of: byProblem[$0]!)
        }
    }

    private init?(of series: [MeasuredSeries]) {
        let common = series.map { Set($0.points.map(\.keyLength)) }
            .reduce(nil as Set<Int>?) { $0?.intersection($1) ?? $1 }
        guard series.count > 1, let length = common?.max() else { return nil }
        let cells = series.compactMap { one in
            one.points.first { $0.keyLength == length }.map { (series: one, point: $0) }
        }.sorted { $0.point.bytes > $1.point.bytes }
        guard let widest = cells.first else { return nil }
        kernel = widest.series.key.kernel
        self.series = widest.series.label
        self.length = length
        rows = cells.map { one, point in
            let format = one.parameters.storedAs
            return Row(
                format: format,
                bitsPerElement: format.bitsPerElement(tokens: length, headDimension: one.parameters.headDimension),
                bytes: point.bytes, median: point.median,
                timeRatio: one.label == widest.series.label
                    ? Estimate(value: 1, low: 1, high: 1, level: point.level)
                    : point.median.ratio(to: widest.point.median),
                bytesRatio: Double(point.bytes) / Double(widest.point.bytes),
                fractionOfBandwidth: point.fractionOfBandwidth)
        }
    }
}
