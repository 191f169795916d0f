import Analysis
import Attention
import Drawing
import Quantities
import Statistics

/// FLOP/s against FLOPs a byte, under the ceilings that were measured on the same cores.
enum RooflineBounds: Finding {
    static let phase = Phase.prefill
    static let drawn: FigureParts.Drawn? = .everyPhase

    static func figure(_ findings: Findings) -> Plot? {
        let analysis = findings.analysis
        let roofs = self.roofs(analysis)
        let styles = SeriesStyle.styles(for: analysis.series)
        let traces = analysis.series.flatMap { series in
            styles[series.label].map { self.traces(series, $0) } ?? []
        }
        let rows = traces.flatMap(\.rows)
        guard let least = rows.map(\.y).min(), let leanest = rows.map(\.x).min(), let richest = rows.map(\.x).max(),
            let ridge = roofs.map(\.ridge).min(), let peak = roofs.map(\.peakFLOPsPerSecond).max()
        else { return nil }
        let x = Axis.powersOfTwo(
            from: min(ridge / 2, leanest / 1.3), to: max(4 * ridge, 1.3 * richest), atMost: 10, label: tick)
        let y = Axis.decades(from: min(least / 1.3, peak / 1e9 / 4), to: peak / 1e9 * 1.3, label: tick)
        return Plot(
            name: "roofline", title: title(analysis),
            method:
                "One call, \(analysis.conditions). \(counted(analysis)), once.\(analysis.stateNote) "
                + "Medians with 95 % intervals, a point wherever the intensity has grown by a tenth; the ceilings are measured in the same run."
                + extremes(analysis),
            notes: [], x: x, y: y,
            xLabel: "intensity (FLOP/byte)", yLabel: "useful GFLOP/s",
            columns: ("FLOPsPerByte", "usefulGFLOPsPerSecond"), traces: traces,
            guides: peaks(roofs, x) + tiles(analysis, roofs, x) + memory(roofs, x: x, y: y), intervals: .bars)
    }

    /// What counts as FLOPs, and as bytes.
    private static func counted(_ analysis: ScalingAnalysis) -> String {
        if analysis.isLoss { return "FLOPs: 6·D for each token and word; bytes: all that a call reads and writes" }
        let gradients = analysis.hasGradients ? ", 10·d in a backward pass, 14·d in both passes" : ""
        let latents = analysis.hasLatents ? ", 2·(d + m) where the first m elements of a key are its value" : ""
        let hasLoss = analysis.series.contains { $0.parameters.phase == .loss }
        let loss = hasLoss ? ", 6·D for each token and word of a loss" : ""
        return
            "FLOPs: 4·d for each pair that the mask allows\(gradients)\(latents)\(loss); bytes: queries, keys, values and outputs"
    }

    /// "0.25", "1", "256".
    private static func tick(_ value: Double) -> String {
        value < 1 ? Quantity.significant(value, digits: 2) : Quantity.count(Int(saturating: value.rounded()))
    }

    /// What bounds how many cells.
    static func title(_ analysis: ScalingAnalysis) -> String {
        let cells = cells(analysis)
        let starved = cells.count { $0.point.work.intensity < $0.roofline.ridge }
        let all = cells.count == 1 ? "the cell" : "all \(Quantity.count(cells.count)) cells"
        return switch starved {
        case 0: "Roofline: arithmetic limits \(all)"
        case cells.count: "Roofline: memory limits \(all)"
        default:
            "Roofline: memory limits \(Quantity.count(starved)) of \(Quantity.count(cells.count)) cells, arithmetic the others"
        }
    }

    private typealias Cell = (series: Series, point: Point, roofline: Roofline)

    private static func cells(_ analysis: ScalingAnalysis) -> [Cell] {
        analysis.series.flatMap { series in
            series.points.compactMap { point in analysis.roofline(of: series).map { (series, point, $0) } }
        }
    }

    /// The cells closest to what is attainable and farthest from it.
    private static func extremes(_ analysis: ScalingAnalysis) -> String {
        let ranked = cells(analysis).sorted {
            $0.roofline.fractionOfAttainable($0.point) < $1.roofline.fractionOfAttainable($1.point)
        }
        func text(_ cell: Cell) -> String {
            let share = cell.roofline.fractionOfAttainable(cell.point)
            // More than memory feeds comes from a cache.
            let source = share > 1 && cell.point.work.intensity < cell.roofline.ridge ? ", from a cache" : ""
            return
                "\(Quantity.percent(share)) (\(cell.series.label), \(Quantity.tokens(cell.point.keyLength)) \(noun(cell))\(source))"
        }
        guard let worst = ranked.first, let best = ranked.last else { return "" }
        return ranked.count == 1
            ? " The cell reaches \(text(best)) of the attainable speed."
            : " The cells reach \(text(worst)) to \(text(best)) of the attainable speed."
    }

    private static func noun(_ cell: Cell) -> String {
        cell.series.parameters.phase == .loss ? Phase.loss.lengthNoun : "tokens"
    }

    /// One for each element type and number of cores, the lowest first.
    private static func roofs(_ analysis: ScalingAnalysis) -> [Roofline] {
        Set(analysis.series.compactMap(analysis.roofline)).sorted {
            ($0.peakFLOPsPerSecond, $0.elementType.rawValue) < ($1.peakFLOPsPerSecond, $1.elementType.rawValue)
        }
    }

    /// Types that share a peak share its line.
    private static func peaks(_ roofs: [Roofline], _ x: Axis) -> [Plot.Guide] {
        Dictionary(grouping: roofs, by: \.peakFLOPsPerSecond).sorted { $0.key < $1.key }.map { peak, sharing in
            let types = Set(sharing.map(\.elementType.rawValue)).sorted().joined(separator: " and ")
            return Plot.Guide(
                name: "peak of \(types)\(on(sharing[0], among: roofs)): \(Quantity.flops(perSecond: peak))",
                rows: [Plot.Row(x: sharing[0].ridge, y: peak / 1e9), Plot.Row(x: x.high, y: peak / 1e9)],
                isNamed: .besideFrame)
        }
    }

    /// What a register tile attains of float32's peak: no kernel that loads its operands does more.
    private static func tiles(_ analysis: ScalingAnalysis, _ roofs: [Roofline], _ x: Axis) -> [Plot.Guide] {
        guard let rate = analysis.ceilings.tileFLOPsPerSecond else { return [] }
        return roofs.filter { $0.elementType == .float32 && $0.device == nil }.map { roof in
            let attained = rate * Double(roof.cores)
            return Plot.Guide(
                name: "register tile\(on(roof, among: roofs)): \(Quantity.flops(perSecond: attained))",
                rows: [Plot.Row(x: roof.ridge, y: attained / 1e9), Plot.Row(x: x.high, y: attained / 1e9)],
                isNamed: .besideFrame)
        }
    }

    /// From the corner up to the ridge of the highest peak. Its name stands beside the frame, below that of the peak: inside
    /// the frame it would lie on points.
    private static func memory(_ roofs: [Roofline], x: Axis, y: Axis) -> [Plot.Guide] {
        Dictionary(grouping: roofs, by: \.readBytesPerSecond).sorted { $0.key < $1.key }.compactMap { _, sharing in
            guard let roof = sharing.max(by: { $0.peakFLOPsPerSecond < $1.peakFLOPsPerSecond }) else { return nil }
            let rate = roof.readBytesPerSecond / 1e9
            let start = max(x.low, y.low / rate)
            return Plot.Guide(
                name: "memory\(on(roof, among: roofs)): \(Quantity.bytes(perSecond: roof.readBytesPerSecond))",
                rows: [Plot.Row(x: start, y: start * rate), Plot.Row(x: roof.ridge, y: roof.ridge * rate)],
                isNamed: .besideFrame)
        }
    }

    /// Where a roof is one of several: on how many cores, or on which device.
    private static func on(_ roof: Roofline, among roofs: [Roofline]) -> String {
        if let device = roof.device { return " on \(device)" }
        guard Set(roofs.map(\.cores)).count > 1 || roofs.contains(where: { $0.device != nil }) else { return "" }
        return roof.cores == 1 ? " on 1 core" : " on \(roof.cores) cores"
    }

    /// Past its window the intensity of a series hardly grows. Points that would lie on one another are left to the table;
    /// the longest length always has its point.
    private static func traces(_ series: Series, _ style: SeriesStyle) -> [Plot.Trace] {
        let rows = series.points.map { point in
            Plot.Row(x: point.work.intensity, point.flopsPerSecond, in: 1e9)
        }.sorted { $0.x < $1.x }
        return Plot.Trace.joined(series: series.label, style: style, rows: apart(rows))
    }

    private static func apart(_ rows: [Plot.Row]) -> [Plot.Row] {
        var kept: [Plot.Row] = []
        for row in rows where row.x >= 1.1 * (kept.last?.x ?? 0) { kept.append(row) }
        if let last = rows.last, last.x != kept.last?.x { kept.append(last) }
        return kept
    }

    static func blocks(in section: Section, _ findings: Findings) -> [Document.Block] {
        section == .cells ? .table("Every cell under the roofline", table(findings.analysis)) : []
    }

    /// One row a cell: what bounds it, and how much of that it attains. Empty where no ceiling was measured.
    static func table(_ analysis: ScalingAnalysis) -> Table {
        let rows = analysis.series.flatMap { series -> [[String]] in
            guard let roof = analysis.roofline(of: series) else { return [] }
            return series.points.map { point in
                [
                    series.label, Quantity.tokens(point.keyLength),
                    Quantity.significant(point.work.intensity, digits: 3),
                    point.work.intensity < roof.ridge ? "memory" : "arithmetic",
                    Quantity.flops(perSecond: roof.attainable(intensity: point.work.intensity)),
                    Quantity.flops(perSecond: point.flopsPerSecond.value),
                    Quantity.percent(roof.fractionOfAttainable(point)),
                ]
            }
        }
        return Table(
            columns: [
                .init("series", .left), .init("n"), .init("FLOP/byte"), .init("bound by", .left), .init("attainable"),
                .init("measured"), .init("of attainable"),
            ], rows: rows)
    }
}
