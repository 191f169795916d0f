import Analysis
import Attention
import Drawing
import Foundation
import Quantities
import Records
import Statistics

/// How much of the run the machine was at full speed, by the sentinels beside its samples.
enum QuietRun: Finding {
    static let phase = Phase.prefill

    /// "The machine was at full speed for 63 % of the run; samples of the rest were left out." Nil where no sentinels ran.
    static func sentence(_ analysis: ScalingAnalysis) -> String? {
        guard let quiet = analysis.quietTime else { return nil }
        let share = Quantity.percent(quiet.share)
        if quiet.share == 1 { return "The machine had its full speed at every sample." }
        let rest =
            switch quiet.cellsUsedWhole {
            case 0: "samples of the rest were left out"
            case quiet.cells: "too few samples to leave out the rest"
            default:
                "samples of the rest were left out, except in \(Quantity.count(quiet.cellsUsedWhole)) of "
                    + "\(Quantity.count(quiet.cells)) cells that would have kept too few samples"
            }
        return "The machine was at full speed for \(share) of the run; \(rest)."
    }

    /// For the head of a report, whatever it is about: nil where nearly all of the run was quiet.
    static func warning(_ analysis: ScalingAnalysis) -> String? {
        (analysis.quietTime?.share ?? 1) < QuietTime.worthTelling ? sentence(analysis) : nil
    }

    static func blocks(in section: Section, _ findings: Findings) -> [Document.Block] {
        guard section == .statistics, let sentence = sentence(findings.analysis) else { return [] }
        return [.paragraph(sentence)]
    }
}

extension QuietRun {
    /// How long the sentinels beside each sample took, over their quiet time, through the run. Nil where the results do not say
    /// when samples were taken.
    static func figure(_ findings: Findings) -> Plot? {
        let speeds = findings.analysis.sampleSpeeds
        guard let last = speeds.last?.elapsedSeconds, let slowest = speeds.map(\.slowdown).max() else { return nil }
        let traces = SampleSpeed.Use.allCases.compactMap { trace(speeds, $0) }
        let x = Axis.linear(to: max(1, last * 1.02), count: 8)
        let y = slowdowns(from: speeds.map(\.slowdown).min() ?? 1, to: slowest)
        let limit = QuietLevel.tileTolerance
        return Plot(
            name: "machine-speed", title: title(speeds),
            method:
                "One mark a sample: how long fixed work took right before and right after it, the slower of the two, over its "
                + "quiet time. The work is a register tile in the first cache, or a read from memory where that alone was slow.",
            notes: thinned(speeds), x: x, y: y, xLabel: "time since the run began (s)",
            yLabel: "time of fixed work, over quiet", columns: ("seconds", "slowdown"), traces: traces,
            guides: [
                Plot.Guide(
                    name: "slowed: above \(Quantity.significant(limit, digits: 2))",
                    rows: [Plot.Row(x: x.low, y: limit), Plot.Row(x: x.high, y: limit)], isNamed: .besideFrame)
            ])
    }

    /// How many samples are left out, and for what.
    static func title(_ speeds: [SampleSpeed]) -> String {
        let slowed = speeds.count { $0.use == .slowed }
        let disturbed = speeds.count { $0.use == .disturbed }
        let all = Quantity.count(speeds.count)
        let reasons = [
            slowed == 0 ? nil : "\(Quantity.count(slowed)) beside a slow machine",
            disturbed == 0 ? nil : "\(Quantity.count(disturbed)) disturbed by the system",
        ].compactMap { $0 }
        if !reasons.isEmpty {
            let leftOut = Quantity.count(slowed + disturbed)
            return "\(leftOut) of \(all) samples are left out: \(reasons.joined(separator: ", "))"
        }
        let slowOnes = speeds.count { $0.slowdown > QuietLevel.tileTolerance }
        return slowOnes == 0
            ? "The machine kept its speed beside all \(all) samples"
            : "All \(all) samples are used, \(Quantity.count(slowOnes)) of them beside a slow machine"
    }

    /// More marks of one kind than this are one blot, and a page that opens slowly.
    private static let mostMarks = 1500

    private static func stride(_ speeds: [SampleSpeed], _ use: SampleSpeed.Use) -> Int {
        let count = speeds.count { $0.use == use }
        return (count + mostMarks - 1) / mostMarks
    }

    private static func thinned(_ speeds: [SampleSpeed]) -> [String] {
        SampleSpeed.Use.allCases.map { stride(speeds, $0) }.max()! > 1
            ? ["Of kinds with more than \(Quantity.count(mostMarks)) samples only some are drawn, evenly spaced."] : []
    }

    private static func trace(_ speeds: [SampleSpeed], _ use: SampleSpeed.Use) -> Plot.Trace? {
        let some = speeds.filter { $0.use == use }
        if some.isEmpty { return nil }
        let (name, colour, mark) =
            switch use {
            case .kept: ("kept", SeriesStyle.colours[0], SeriesStyle.shapes[0])
            case .slowed: ("left out: slowed", SeriesStyle.colours[1], SeriesStyle.shapes[1])
            case .disturbed: ("left out: disturbed", SeriesStyle.colours[3], SeriesStyle.shapes[2])
            }
        return Plot.Trace(
            series: name, kind: .measured,
            style: SeriesStyle(colour: colour, filledMark: mark, openMark: nil, dash: SeriesStyle.dashes[0], size: 0.5),
            rows: Swift.stride(from: 0, to: some.count, by: stride(speeds, use)).map {
                Plot.Row(x: some[$0].elapsedSeconds, y: some[$0].slowdown)
            })
    }

    /// Logarithmic, since a sentinel that lost its CPU takes a hundred times as long.
    private static func slowdowns(from least: Double, to most: Double) -> Axis {
        let (low, high) = (min(0.98, least * 0.98), max(1.3, most * 1.05))
        let steps =
            high < 1.6 ? [0.9, 1, 1.1, 1.2, 1.3, 1.4, 1.5] : high < 5 ? [0.8, 1, 1.2, 1.5, 2, 3, 4] : [1, 2, 5]
        let decades = high < 5 ? [1.0] : (0...6).map { pow(10, Double($0)) }
        return Axis(
            low: low, high: high, isLogarithmic: true,
            ticks: decades.flatMap { decade in steps.map { decade * $0 } }.filter { low <= $0 && $0 <= high }.map {
                Tick(value: $0, label: Quantity.significant($0, digits: 2))
            })
    }
}
