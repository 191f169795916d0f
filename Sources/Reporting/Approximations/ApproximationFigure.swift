import Attention
import Drawing
import Quantities
import Records

extension Figure {
    /// The figure of a study of approximations; none where no approximation gives anything up.
    public static func all(for study: ApproximationStudy, width: FigureWidth = .page) -> [Figure] {
        [ApproximationFigure.plot(study)].compactMap { $0.map { Figure($0, width: width) } }
    }
}

/// Error of the output against the time of a call, both against full attention: a line for each kernel, a mark for each size.
enum ApproximationFigure {
    /// Below it an output in float32 does not differ from full attention by more than its own rounding, and the figure has no place for the
    /// error: a logarithmic axis down to it would leave no room for the others.
    static let leastError = 1e-6

    static func plot(_ study: ApproximationStudy) -> Plot? {
        let shown = study.approximations.filter { $0.quality.error >= leastError }
        let errors = shown.map { 100 * $0.quality.error }
        guard let least = errors.min(), let most = errors.max() else { return nil }
        let ratios = shown.map(\.timeRatio.value)
        let x = timeAxis(from: ratios.min() ?? 1, to: ratios.max() ?? 1)
        let y = Axis.decades(from: least / 1.6, to: most * 1.4) { Quantity.significant($0, digits: 1) }
        return Plot(
            name: "approximations", title: ApproximationDocument.finding(study),
            method:
                "Causal attention over \(ApproximationDocument.text(of: study)), float32. Error: √(Σ (o − o′)² / Σ o²) over "
                + "\(Quantity.count(study.comparedRows)) rows, computed in Double. Time: a call on \(ApproximationDocument.cores(study)), "
                + "over that of full attention in the same round (median). Numbers beside marks: keys of a window or a chunk, or selected "
                + "blocks.",
            notes: notes(study), x: x, y: y, xLabel: "time of a call over that of full attention",
            yLabel: "error of the output (%)", columns: ("timeRatio", "outputErrorPercent"),
            traces: traces(shown),
            guides: [
                Plot.Guide(
                    name: "full attention: time 1, no error",
                    rows: [Plot.Row(x: 1, y: y.low), Plot.Row(x: 1, y: y.high)],
                    isNamed: .aboveStart)
            ])
    }

    /// Always with room for full attention, which stands at 1, and with two doublings below it.
    private static func timeAxis(from least: Double, to most: Double) -> Axis {
        Axis.powersOfTwo(from: min(0.25, least) / 1.3, to: max(1, most) * 1.2, atMost: 9) {
            Quantity.significant($0, digits: 3)
        }
    }

    /// Approximations that differ in one size alone, which a line joins.
    private static func traces(_ shown: [ApproximationStudy.Approximation]) -> [Plot.Trace] {
        let families = Works.unique(shown.map(family))
        let named = families.map { family -> (label: String, family: String) in
            (family, shown.first { self.family($0) == family }?.kernel ?? "")
        }
        let styles = SeriesStyle.styles(for: named)
        return families.flatMap { family -> [Plot.Trace] in
            guard let style = styles[family] else { return [] }
            let members = shown.filter { self.family($0) == family }
            func rows(_ remark: (ApproximationStudy.Approximation) -> String?) -> [Plot.Row] {
                members.map {
                    Plot.Row(x: $0.timeRatio.value, y: 100 * $0.quality.error, remark: remark($0))
                }
            }
            return [
                Plot.Trace(series: family, kind: .joined, style: style, rows: rows { _ in nil }),
                Plot.Trace(series: family, kind: .measured, style: style, rows: rows { TokenCount.text(size($0)) }),
            ]
        }
    }

    /// "sliding-window", "attention-sink, 4 sinks", "top-k-blocks of 16 keys".
    static func family(_ approximation: ApproximationStudy.Approximation) -> String {
        let (mask, kernel) = (approximation.mask, approximation.kernel)
        if let selection = approximation.selection {
            return "\(kernel) of \(TokenCount.text(selection.blockLength)) keys"
        }
        return mask.sinks > 0 ? "\(kernel), \(mask.sinks) \(mask.sinks == 1 ? "sink" : "sinks")" : kernel
    }

    /// What differs within a family: blocks, or keys of a chunk or of a window.
    private static func size(_ approximation: ApproximationStudy.Approximation) -> Int {
        let mask = approximation.mask
        return approximation.selection?.blocks ?? mask.chunk ?? mask.left.map { $0 + 1 } ?? 0
    }

    private static func notes(_ study: ApproximationStudy) -> [String] {
        let without = study.approximations.filter { $0.quality.error < leastError }.map(\.label)
        return without.isEmpty
            ? []
            : [
                "Not on the axis, because their outputs differ by less than float32 rounds: \(AbsentCells.list(without))."
            ]
    }
}
