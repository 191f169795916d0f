import Analysis
import Attention
import Drawing
import Foundation
import Quantities
import Statistics

/// From which length a window beats full attention, against the window: measured, and as the counts of pairs say.
///
/// Up to n = w a window allows every pair that full attention does, so n* = w is the earliest at which it can win.
/// A kernel that computes more than its mask allows wins where its own count falls below that of full attention. For
/// chunks of w queries against 2w keys that is 2nw − w² < n²/2, from n = (2 + √2)·w = 3.41·w on.
enum Crossovers: Finding {
    static let phase = Phase.prefill
    static let key: String? = "crossovers"

    static func find(in analysis: ScalingAnalysis) -> [Crossover] { Crossover.all(among: analysis.measured) }

    static func label(of crossover: Crossover) -> String? { crossover.faster }

    /// One crossing with its window.
    private struct Crossing {
        let series: Series
        let window: Int
        let tokens: Estimate
        let isBracketed: Bool
    }

    static let chunkedOverlapFactor = 2 + 2.0.squareRoot()

    static func figure(_ findings: Findings) -> Plot? {
        let analysis = findings.analysis.only(.prefill)
        let all = findings.only(.prefill)[Crossovers.self]
        let crossings = self.crossings(all, of: analysis)
        let windows = crossings.map { Double($0.window) }
        guard let narrowest = windows.min(), let widest = windows.max(), narrowest < widest else { return nil }
        let kernels = names(crossings.map(\.series.kernel))
        // As in the other figures, where full attention has the first colour.
        let styles = SeriesStyle.styles(for: names(analysis.series.map(\.kernel)).map { (label: $0, family: $0) })
        let traces = kernels.flatMap { kernel in
            styles[kernel].map { Self.traces(kernel, crossings.filter { $0.series.kernel == kernel }, $0) } ?? []
        }
        let lengths = crossings.flatMap { [$0.tokens.low, $0.tokens.high] }
        let x = Axis.lengths(from: Int(saturating: narrowest / 1.25), to: Int(saturating: widest * 1.25))
        let hasChunks = kernels.contains("chunked-overlap")
        let least = min(lengths.min() ?? narrowest, narrowest)
        let most = max(lengths.max() ?? widest, widest * (hasChunks ? chunkedOverlapFactor : 1))
        return Plot(
            name: "crossover", title: title(crossings, kernels),
            method: "Length n* from which a kernel beats full attention, \(analysis.conditions). Points: where the "
                + "measured curves cross, with 95 % intervals. Lines: where the counts of pairs cross; n* = w for a kernel "
                + "that computes only the pairs of its mask"
                + (hasChunks ? ", 3.41 w for chunks of w queries against 2w keys." : ".")
                + measured(crossings, kernels),
            notes: notes(all, of: analysis, crossings), x: x,
            y: .lengths(from: Int(saturating: least / 1.3), to: Int(saturating: most * 1.3)),
            xLabel: "window w (tokens)",
            yLabel: "crossover length n* (tokens)", columns: ("windowTokens", "crossoverTokens"),
            traces: theory(x, hasChunks: hasChunks) + traces, guides: [], intervals: .bars)
    }

    /// Each once, in order.
    private static func names(_ kernels: [String]) -> [String] {
        kernels.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    private static func crossings(_ all: [Crossover], of analysis: ScalingAnalysis) -> [Crossing] {
        all.compactMap { crossover in
            guard case .at(let tokens, let bracketed) = crossover.place,
                let series = analysis.series(labelled: crossover.faster), let window = series.window
            else { return nil }
            return Crossing(series: series, window: window, tokens: tokens, isBracketed: bracketed)
        }.sorted { $0.window < $1.window }
    }

    private static func traces(_ kernel: String, _ crossings: [Crossing], _ style: SeriesStyle) -> [Plot.Trace] {
        func rows(_ some: [Crossing]) -> [Plot.Row] {
            some.map { Plot.Row(x: Double($0.window), $0.tokens) }
        }
        return [
            Plot.Trace(series: kernel, kind: .forecast, style: style, rows: rows(crossings.filter { !$0.isBracketed })),
            Plot.Trace(series: kernel, kind: .measured, style: style, rows: rows(crossings.filter(\.isBracketed))),
        ].filter { !$0.rows.isEmpty }
    }

    private static func theory(_ x: Axis, hasChunks: Bool) -> [Plot.Trace] {
        func line(_ name: String, _ factor: Double, dash: Int) -> Plot.Trace {
            Plot.Trace(
                series: name, kind: .theory, style: .guide(dash: dash),
                rows: [Plot.Row(x: x.low, y: x.low * factor), Plot.Row(x: x.high, y: x.high * factor)])
        }
        return [line("n* = w", 1, dash: 0)] + (hasChunks ? [line("n* = 3.41 w", chunkedOverlapFactor, dash: 1)] : [])
    }

    /// The kernel that wins earliest, and the one that wins last.
    private static func title(_ crossings: [Crossing], _ kernels: [String]) -> String {
        let found = kernels.map { (kernel: $0, multiple: multiples($0, crossings).max() ?? 0) }
        guard let first = found.min(by: { $0.multiple < $1.multiple }),
            let last = found.max(by: { $0.multiple < $1.multiple })
        else { return "Length from which a window is faster than full attention" }
        func times(_ multiple: Double) -> String { "\(Quantity.significant(multiple, digits: 2)) times its window" }
        let lead = "\(first.kernel) is faster than full attention from \(times(first.multiple)) on"
        return times(first.multiple) == times(last.multiple)
            ? lead : lead + ", \(last.kernel) from \(times(last.multiple)) on"
    }

    /// Crossing lengths over windows, from those between measured lengths where there are any.
    private static func multiples(_ kernel: String, _ crossings: [Crossing]) -> [Double] {
        let own = crossings.filter { $0.series.kernel == kernel }
        let inside = own.filter(\.isBracketed)
        return (inside.isEmpty ? own : inside).map { $0.tokens.value / Double($0.window) }
    }

    /// "Measured: chunked-overlap at 3.9 to 4.0 w, sliding-window at 1.0 w."
    private static func measured(_ crossings: [Crossing], _ kernels: [String]) -> String {
        let clauses = kernels.map { kernel in
            let multiples = multiples(kernel, crossings)
            let ends = [multiples.min() ?? 0, multiples.max() ?? 0].map { Quantity.significant($0, digits: 2) }
            return "\(kernel) at \(ends[0] == ends[1] ? ends[0] : "\(ends[0]) to \(ends[1])")\u{A0}w"
        }
        return " Found: \(clauses.joined(separator: ", "))."
    }

    private static func notes(
        _ all: [Crossover], of analysis: ScalingAnalysis, _ crossings: [Crossing]
    ) -> [String] {
        let throughout = all.filter { $0.place == .notCrossedInRange }
        let early = throughout.filter { analysis.series(labelled: $0.faster)?.isQuadratic == false }.map(\.faster)
        let never = throughout.filter { analysis.series(labelled: $0.slower)?.isQuadratic == false }.map(\.slower)
        return [
            early.isEmpty ? nil : "Faster than full attention at every measured length: \(AbsentCells.list(early)).",
            never.isEmpty ? nil : "Slower than full attention at every measured length: \(AbsentCells.list(never)).",
            crossings.contains { !$0.isBracketed }
                ? "Stars lie outside the measured lengths, where the fitted laws cross." : nil,
        ].compactMap { $0 }
    }

    /// From where a series beats another, in words about that series.
    static func beats(_ crossover: Crossover, for series: Series) -> String {
        switch crossover.place {
        case .at(let tokens, let bracketed):
            "beats \(crossover.slower) from \(Quantity.interval(tokens, unit: "tokens"))"
                + (bracketed ? "" : ", outside the measured lengths")
        case .notCrossedInRange:
            crossover.faster == series.label
                ? "faster than \(crossover.slower) at every measured length"
                : "slower than \(crossover.faster) at every measured length"
        }
    }

    /// "full: 1,410 [1,360, 1,480]".
    static func wins(_ series: Series, _ crossovers: [Crossover]) -> String {
        crossovers.filter { $0.faster == series.label }.map { crossover in
            switch crossover.place {
            case .at(let tokens, let bracketed):
                "\(crossover.slower): \(Quantity.interval(tokens))" + (bracketed ? "" : " (outside)")
            case .notCrossedInRange: "\(crossover.slower): throughout"
            }
        }.joined(separator: "; ")
    }
}
