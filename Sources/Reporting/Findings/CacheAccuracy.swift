import Analysis
import Attention
import Drawing
import Quantities
import Records

/// Error of the output against bits of a cached element, one point a format and sample.
enum CacheAccuracy: Finding {
    static let phase = Phase.decode

    static func figure(_ findings: Findings) -> Plot? {
        let schemes = findings.analysis.cacheQuality
        let traces: [Plot.Trace] = CacheSample.allCases.enumerated().flatMap { index, sample in
            [false, true].map { perChannel in
                Plot.Trace(
                    series: name(sample), kind: .measured, style: style(index, isOpen: perChannel),
                    rows: rows(schemes.filter { $0.keysArePerChannel == perChannel }, sample))
            }
        }.filter { !$0.rows.isEmpty }
        let points = traces.flatMap(\.rows)
        guard let least = points.map(\.y).min(), let most = points.map(\.y).max(), let fewest = points.map(\.x).min(),
            let widest = points.map(\.x).max()
        else { return nil }
        let (low, high) = (fewest / 1.15, widest * 1.55)
        return Plot(
            name: "quality", title: title(schemes),
            method:
                "Computed, not timed: error of the attention of one query over cached keys and values against float32, "
                + "relative root mean square. Filled: 32 channels of a token share a scale; open: keys share one for 32 "
                + "tokens of a channel. Bits include scales.",
            notes: [],
            x: Axis(
                low: low, high: high, isLogarithmic: true,
                ticks: [2, 3, 4, 5, 6, 8, 12, 16, 32].filter { $0 >= low && $0 <= high }.map {
                    Tick(value: $0, label: Quantity.number($0, place: 0))
                }),
            y: .decades(from: least / 2, to: most * 2) { Quantity.significant($0, digits: 1) },
            xLabel: "bits per cached element", yLabel: "error of the output (%)",
            columns: ("bitsPerElement", "outputErrorPercent"),
            traces: traces, guides: names(schemes))
    }

    /// From the fewest bits to the most, where there is room for the samples' names.
    private static func rows(_ schemes: [CacheQuality], _ sample: CacheSample) -> [Plot.Row] {
        schemes.sorted { $0.bitsPerElement < $1.bitsPerElement }.compactMap { scheme in
            // An error of 0 has no place on a logarithmic axis.
            scheme[sample].flatMap { $0.output > 0 ? Plot.Row(x: scheme.bitsPerElement, y: 100 * $0.output) : nil }
        }
    }

    private static func style(_ index: Int, isOpen: Bool) -> SeriesStyle {
        let shape = SeriesStyle.shapes[index % SeriesStyle.shapes.count]
        return SeriesStyle(
            colour: SeriesStyle.colours[index % SeriesStyle.colours.count], filledMark: shape,
            openMark: isOpen ? shape - 1 : nil, dash: SeriesStyle.dashes[0], size: 1.6 - 0.35 * Double(index))
    }

    static func name(_ sample: CacheSample) -> String {
        switch sample {
        case .normal: "normals"
        case .outlierChannels: "outlier channels"
        case .realActivations: "real activations"
        }
    }

    /// Each format's name on a stem: over its points where it errs more than the neighbour, which is the other one of two
    /// with as many bits, else under them. A name that would run into the next stands higher.
    private static func names(_ schemes: [CacheQuality]) -> [Plot.Guide] {
        schemes.indices.compactMap { index in
            let bits = schemes[index].bitsPerElement
            let neighbour = schemes.indices.filter { $0 != index }.min {
                abs(schemes[$0].bitsPerElement - bits) < abs(schemes[$1].bitsPerElement - bits)
            }
            let own = schemes[index].errors.map { 100 * $0.output }
            guard let low = own.min(), let high = own.max() else { return nil }
            let isAbove = neighbour.map { typical(schemes[index]) > typical(schemes[$0]) } ?? true
            let isCrowded = schemes.contains { $0.bitsPerElement > bits && $0.bitsPerElement < 1.2 * bits }
            let length = isCrowded ? 2.2 : 1.45
            let (from, to) = isAbove ? (high * 1.12, high * length) : (low / 1.12, low / length)
            return Plot.Guide(
                name: schemes[index].scheme, rows: [Plot.Row(x: bits, y: from), Plot.Row(x: bits, y: to)],
                isNamed: .afterEnd)
        }
    }

    private static func typical(_ scheme: CacheQuality) -> Double { scheme[.realActivations]?.output ?? 0 }

    /// What the direction of the scales decides where bits are fewest.
    static func title(_ schemes: [CacheQuality]) -> String {
        let pairs = schemes.filter(\.keysArePerChannel).compactMap { perChannel in
            schemes.first { !$0.keysArePerChannel && $0.bitsPerElement == perChannel.bitsPerElement }.map {
                (perChannel: perChannel, perToken: $0)
            }
        }
        guard let pair = pairs.min(by: { $0.perChannel.bitsPerElement < $1.perChannel.bitsPerElement }),
            let perChannel = pair.perChannel[.realActivations], let perToken = pair.perToken[.realActivations]
        else { return "Error of the output by bits per cached element" }
        return
            "With \(Quantity.bits(pair.perChannel.bitsPerElement)) bits per element, key scales per "
            + "channel give outputs over real activations an error of \(Quantity.percent(perChannel.output)), scales per token "
            + "by \(Quantity.percent(perToken.output))"
    }

    static func blocks(in section: Section, _ findings: Findings) -> [Document.Block] {
        section == .accuracy
            ? .table(
                "Accuracy of each cache format: relative RMS errors", table(findings.analysis.cacheQuality))
            : []
    }

    /// One row a cache format: relative errors of keys, values and outputs. "Per channel" are keys of which 32
    /// tokens share a scale in each channel.
    static func table(_ schemes: [CacheQuality]) -> Table {
        let samples = CacheSample.allCases.map { (sample: $0, name: name($0)) }
        return Table(
            columns: [.init("format", .left), .init("bits")]
                + samples.map { .init("keys: \($0.name)", .right, .whenWide) }
                + [.init("values: \(name(.realActivations))", .right, .whenWide)]
                + samples.map { .init("output: \($0.name)") },
            rows: schemes.map { scheme in
                [scheme.scheme, Quantity.bits(scheme.bitsPerElement)]
                    + samples.map { percent(scheme[$0.sample]?.keys) }
                    + [percent(scheme[.realActivations]?.values)]
                    + samples.map { percent(scheme[$0.sample]?.output) }
            })
    }

    private static func percent(_ error: Double?) -> String { error.map(Quantity.percent) ?? "–" }
}
