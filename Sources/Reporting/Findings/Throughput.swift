import Analysis
import Attention
import Drawing
import Quantities
import Statistics

/// Useful FLOP/s against length, under the peak that was measured on the same cores.
enum Throughput: Finding {
    static let phase = Phase.prefill
    static let drawn: FigureParts.Drawn? = .only(.prefill)

    static func figure(_ findings: Findings) -> Plot? {
        let analysis = findings.analysis.only(.prefill)
        guard let lengths = analysis.curveLengths, lengths.lowerBound < lengths.upperBound else { return nil }
        let styles = SeriesStyle.styles(for: analysis.series)
        let traces = analysis.series.flatMap { series in
            styles[series.label].map { self.traces(series.label, series.points(within: lengths), $0) } ?? []
        }
        let peaks = self.peaks(analysis)
        let most = Plot.most(of: traces.flatMap(\.rows), peaks)
        let x = Axis.lengths(from: Int(saturating: Double(lengths.lowerBound) / 1.1), to: lengths.upperBound)
        let y = Axis.linear(to: most * 1.08)
        return Plot(
            name: "throughput", title: title(analysis, lengths),
            method: "GFLOP/s over the pairs that the mask allows (4·d·pairs; masked pairs are not counted), "
                + "\(analysis.conditions). Medians with 95 % intervals; the peak is measured in the same run."
                + analysis.stateNote,
            notes: [], x: x, y: y,
            xLabel: analysis.lengthAxisName,
            yLabel: "useful GFLOP/s", columns: ("tokens", "usefulGFLOPsPerSecond"), traces: traces,
            guides: peaks.map { peak in
                Plot.Guide(
                    name: "peak: \(Quantity.flops(perSecond: peak * 1e9))",
                    rows: [Plot.Row(x: x.low, y: peak), Plot.Row(x: x.high, y: peak)], isNamed: .besideFrame)
            })
    }

    static func title(_ analysis: ScalingAnalysis, _ lengths: ClosedRange<Int>) -> String {
        let last = analysis.series.compactMap { series in
            series.points(within: lengths).last.map { (series.label, $0) }
        }
        guard let best = last.max(by: { $0.1.utilisation.fractionOfPeak < $1.1.utilisation.fractionOfPeak }),
            let worst = last.min(by: { $0.1.utilisation.fractionOfPeak < $1.1.utilisation.fractionOfPeak })
        else { return "Useful FLOP/s by sequence length" }
        func text(_ entry: (String, Point)) -> String {
            "\(entry.0) does useful work at \(Quantity.percent(entry.1.utilisation.fractionOfPeak)) of the measured peak"
        }
        guard best.0 != worst.0 else { return text(best) }
        return text(best) + ", \(worst.0) at \(Quantity.percent(worst.1.utilisation.fractionOfPeak))"
    }

    /// The peaks that were measured before the run, in GFLOP/s: one, unless element types or threads differ.
    private static func peaks(_ analysis: ScalingAnalysis) -> [Double] {
        var peaks: [Double] = []
        for point in analysis.series.flatMap(\.points) where point.utilisation.fractionOfPeak > 0 {
            let use = point.utilisation
            let peak = point.flopsPerSecond.value / use.fractionOfPeak / (use.relativePeak ?? 1) / 1e9
            if !peaks.contains(where: { abs($0 / peak - 1) < 0.005 }) { peaks.append(peak) }
        }
        return peaks
    }

    private static func traces(_ label: String, _ points: [Point], _ style: SeriesStyle) -> [Plot.Trace] {
        let rows = points.map { Plot.Row(x: Double($0.keyLength), $0.flopsPerSecond, in: 1e9) }
        return Plot.Trace.joined(series: label, style: style, rows: rows)
    }

    static func blocks(in section: Section, _ findings: Findings) -> [Document.Block] {
        section == .cells ? .table("Every cell", cells(findings.analysis.only(.prefill))) : []
    }

    /// One row a cell: a series at a length.
    ///
    /// - Parameter analysis: of one phase.
    static func cells(_ analysis: ScalingAnalysis) -> Table {
        var notes = Footnotes()
        let rows = analysis.series.flatMap { series in
            series.points.map { point in cell(series, point, &notes) }
        }
        return Table(
            columns: [
                .init("series", .left), .init("n"), .init("median"), .init("95 % interval", .right, .whenWide),
                .init("GFLOP/s"), .init("peak"), .init("peak a cycle"),
                .init("instructions a cycle", .right, .whenWide),
                .init("overhead"), .init("memory", .right, .whenWide),
                .init("samples", .right, .whenWide), .init("start + compile", .right, .whenWide),
                .init("on the device", .right, .whenWide), .init("notes", .left),
            ], rows: rows, footnotes: notes
        ).droppingEmptyColumns()
    }

    private static func cell(_ series: Series, _ point: Point, _ notes: inout Footnotes) -> [String] {
        let rate = point.flopsPerSecond
        let place = Quantity.supportedPlace(
            value: rate.value / 1e9, halfWidth: max(rate.high - rate.value, rate.value - rate.low) / 1e9)
        return [
            series.label, Quantity.tokens(point.keyLength), Quantity.time(point.median),
            Quantity.timeInterval(point.median),
            Quantity.number(rate.value / 1e9, place: place), Quantity.percent(point.utilisation.fractionOfPeak),
            point.cyclesPerCall?.fractionOfPeak.map(Quantity.percent) ?? "",
            point.cyclesPerCall.map { Quantity.number($0.instructionsPerCycle, place: -2) } ?? "",
            point.work.overhead.map(Quantity.ratio) ?? "–", Quantity.bytes(point.memory.peakResidentBytes),
            point.sampleCounts, point.startupTimes, point.deviceTimes,
            point.cautions.map { notes.mark($0.description) }.joined(separator: " "),
        ]
    }
}
