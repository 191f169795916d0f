import Analysis
import Attention
import Drawing
import Quantities
import Statistics

/// Bytes that decoding reads in a second against what is cached, under the read bandwidth measured on the same cores.
enum StepBandwidth: Finding {
    static let phase = Phase.decode
    static let drawn: FigureParts.Drawn? = .only(.decode)

    static func figure(_ findings: Findings) -> Plot? {
        let analysis = findings.analysis
        let decode = analysis.only(.decode)
        let reading = decode.series.filter { !$0.isDecodeByArithmetic }
        guard let lengths = decode.curveLengths, lengths.lowerBound < lengths.upperBound else { return nil }
        let styles = SeriesStyle.styles(for: decode.series)
        let traces = reading.flatMap { series -> [Plot.Trace] in
            let rows = series.points(within: lengths).map {
                Plot.Row(x: Double($0.keyLength), $0.bytesPerSecond, in: 1e9)
            }
            return styles[series.label].map { Plot.Trace.joined(series: series.label, style: $0, rows: rows) } ?? []
        }
        let roofs = Set(reading.map(\.cores)).sorted().map { cores in
            (cores: cores, rate: analysis.ceilings.readBytesPerSecond * Double(cores) / 1e9)
        }.filter { $0.rate > 0 }
        guard !traces.isEmpty else { return nil }
        let most = Plot.most(of: traces.flatMap(\.rows), roofs.map(\.rate))
        let x = Axis.lengths(from: Int(saturating: Double(lengths.lowerBound) / 1.1), to: lengths.upperBound)
        return Plot(
            name: "bandwidth", title: title(decode, reading, lengths),
            method:
                "Queries, outputs, and the keys and values that the token sees, or the state, once each, over the time of a step; "
                + "\(decode.conditions). Medians with 95 % intervals. Grey: read bandwidth of memory in the same run; above it, the "
                + "previous step left the data in a cache.",
            notes: [], x: x, y: .linear(to: most * 1.08),
            xLabel: decode.lengthAxisName, yLabel: "GB/s", columns: ("tokens", "gigabytesPerSecond"), traces: traces,
            guides: roofs.map { roof in
                Plot.Guide(
                    name: "memory"
                        + (roofs.count == 1 ? "" : roof.cores == 1 ? " of 1 core" : " of \(roof.cores) × 1 core")
                        + ": \(Quantity.bytes(perSecond: roof.rate * 1e9))",
                    rows: [x.low, x.high].map { Plot.Row(x: $0, y: roof.rate) }, isNamed: .besideFrame)
            }, intervals: .bars)
    }

    private static func title(
        _ decode: ScalingAnalysis, _ reading: [Series], _ lengths: ClosedRange<Int>
    ) -> String {
        let last = reading.compactMap { series in
            series.points(within: lengths).last.flatMap { point in
                point.utilisation.fractionOfBandwidth.map { (label: series.label, point: point, fraction: $0) }
            }
        }
        guard let longest = last.map(\.point.work.bytes).max(),
            let most = last.first(where: { $0.point.work.bytes == longest })
        else { return "Bytes per second by context" }
        let place = most.point.utilisation.cacheLevel == nil ? "from memory" : "from a cache"
        return "\(most.label) reads \(Quantity.bytes(most.point.work.bytes)) per token \(place) at "
            + "\(Quantity.percent(most.fraction)) of the measured bandwidth"
    }
}
