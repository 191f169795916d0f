import Analysis
import Attention
import Drawing
import Foundation
import Quantities
import Statistics

/// One decoding step with its keys and values stored in several formats: whether time falls with the bytes.
public struct CacheFormatCost: Sendable, Codable, Hashable {
    public struct Row: Sendable, Codable, Hashable {
        public let format: CacheFormats
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
    fileprivate static func all(among measured: [MeasuredSeries]) -> [CacheFormatCost] {
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
        }.sorted { $0.point.work.bytes > $1.point.work.bytes }
        guard let widest = cells.first else { return nil }
        kernel = widest.series.key.kernel
        self.series = widest.series.label
        self.length = length
        rows = cells.map { one, point in
            let format = one.parameters.storedAs
            return Row(
                format: format,
                bitsPerElement: format.bitsPerElement(tokens: length, headDimension: one.parameters.headDimension),
                bytes: point.work.bytes, median: point.median,
                timeRatio: one.label == widest.series.label
                    ? Estimate(value: 1, low: 1, high: 1, level: point.median.level)
                    : point.median.ratio(to: widest.point.median),
                bytesRatio: Double(point.work.bytes) / Double(widest.point.work.bytes),
                fractionOfBandwidth: point.utilisation.fractionOfBandwidth)
        }
    }
}

/// Time of a step against the bytes of its cache, both relative to the widest format: on the line, time falls with the
/// bytes; above it, something else bounds the step.
enum CacheFormatCosts: Finding {
    static let phase = Phase.decode
    static let key: String? = "cacheFormats"

    static func find(in analysis: ScalingAnalysis) -> [CacheFormatCost] {
        CacheFormatCost.all(among: analysis.measured)
    }

    static func figure(_ findings: Findings) -> Plot? {
        let analysis = findings.analysis
        guard let cost = findings[CacheFormatCosts.self].first, cost.rows.count > 2, let widest = cost.rows.first else {
            return nil
        }
        let traces = cost.rows.enumerated().map { index, row in
            Plot.Trace(
                series: name(row), kind: .measured, style: PlanFigures.style(index),
                rows: [Plot.Row(x: row.bytesRatio, row.timeRatio)])
        }
        let highest = Plot.most(of: traces.flatMap(\.rows), [1])
        return Plot(
            name: "formats", title: title(cost),
            method: "One step of \(cost.kernel) at \(Quantity.tokens(cost.length)) cached tokens, "
                + "\(analysis.only(.decode).conditions). Both axes are divided by \(widest.format); bytes include scales. Ratios "
                + "of medians with 95 % intervals.",
            notes: [], x: .linear(to: 1.08), y: .linear(to: highest * 1.08),
            xLabel: "bytes of the cache over those of \(widest.format)",
            yLabel: "time over that of \(widest.format)",
            columns: ("bytesRatio", "timeRatio"), traces: traces,
            guides: [
                Plot.Guide(
                    name: "   time ∝ bytes", rows: [1, 0, 0.72].map { Plot.Row(x: $0, y: $0) }, isNamed: .afterEnd)
            ])
    }

    private static func name(_ row: CacheFormatCost.Row) -> String {
        "\(row.format): \(Quantity.bits(row.bitsPerElement)) bits"
    }

    private static func title(_ cost: CacheFormatCost) -> String {
        guard let fastest = cost.rows.min(by: { $0.timeRatio.value < $1.timeRatio.value }), let widest = cost.rows.first
        else { return "Time per token by cache format" }
        return "\(fastest.format) takes \(Quantity.interval(fastest.timeRatio, unit: "×")) the time of "
            + "\(widest.format) with \(Quantity.ratio(fastest.bytesRatio)) its bytes, at "
            + "\(Quantity.tokens(cost.length)) cached tokens"
    }
}

extension CacheFormatCosts {
    static func sentences(_ findings: Findings) -> [String] {
        guard let cost = findings[CacheFormatCosts.self].first, let widest = cost.rows.first,
            let fastest = cost.rows.min(by: { $0.timeRatio.value < $1.timeRatio.value })
        else { return [] }
        return [
            "\(cost.kernel) with a \(fastest.format) cache takes "
                + "\(Quantity.interval(fastest.timeRatio, unit: "×")) the time of \(widest.format) and reads "
                + "\(Quantity.ratio(fastest.bytesRatio)) its bytes at \(Quantity.tokens(cost.length)) cached tokens."
        ]
    }

    static func blocks(in section: Section, _ findings: Findings) -> [Document.Block] {
        section == .decoding
            ? .table("One cache in several formats", table(findings[CacheFormatCosts.self])) : []
    }

    /// One row a format of a problem that was measured in several.
    static func table(_ costs: [CacheFormatCost]) -> Table {
        Table(
            columns: [
                .init("kernel", .left), .init("cached"), .init("format", .left), .init("bits"), .init("reads"),
                .init("a token"), .init("time ratio"), .init("bytes ratio"), .init("bandwidth"),
            ],
            rows: costs.flatMap { cost in
                cost.rows.map { row in
                    [
                        cost.kernel, Quantity.tokens(cost.length), "\(row.format)",
                        Quantity.number(row.bitsPerElement, place: -2), Quantity.bytes(row.bytes),
                        Quantity.time(row.median),
                        Quantity.interval(row.timeRatio, unit: "×"), Quantity.ratio(row.bytesRatio),
                        row.fractionOfBandwidth.map(Quantity.percent) ?? "–",
                    ]
                }
            })
    }
}
