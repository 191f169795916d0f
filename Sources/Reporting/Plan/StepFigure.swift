import Drawing
import Quantities
import Serving
import Statistics

/// Time of a decode step against batch, at several contexts.
enum StepFigure {
    private static let batches = Sampling.lengths(1...256, perOctave: 4)

    static func plot(_ plan: ServingPlan) -> Plot? {
        let contexts = Set([8 << 10, 128 << 10, 1 << 20, plan.context]).sorted()
        let traces = contexts.enumerated().flatMap { index, context -> [Plot.Trace] in
            let largest = plan.with(context: context).largestBatch
            let name = "\(Quantity.tokens(context)) tokens"
            func rows(_ batches: [Int]) -> [Plot.Row] {
                batches.map { batch in
                    Plot.Row(x: Double(batch), y: plan.with(context: context, batch: batch).secondsPerStep * 1e9)
                }
            }
            let fitting = Self.batches.filter { $0 <= largest }
            let beyond = Self.batches.filter { $0 > largest }
            return [
                PlanFigures.line(name, PlanFigures.style(index), rows(fitting)),
                Plot.Trace(
                    series: name, kind: .beyond, style: PlanFigures.style(index),
                    rows: rows(fitting.suffix(1) + beyond)),
            ].filter { $0.rows.count > 1 || $0.kind == .theory && !$0.rows.isEmpty }
        }
        let values = traces.flatMap { $0.rows.map(\.y) }
        guard let least = values.min(), let most = values.max() else { return nil }
        return Plot(
            name: "step", title: title(plan),
            method: "\(plan.model.name) on \(PlanFigures.place(plan)), a token for each sequence of the batch. "
                + PlanFigures.use(plan) + " Dotted: the caches do not fit.",
            notes: [], x: Axis.powersOfTwo(from: 1, to: 256, atMost: 9) { Quantity.count(Int(saturating: $0)) },
            y: Axis.times(fromNanoseconds: least / 1.5, to: most * 1.5), xLabel: "batch (sequences)",
            yLabel: "time of a step", columns: ("batch", "nanoseconds"), traces: traces, guides: [])
    }

    private static func title(_ plan: ServingPlan) -> String {
        let alone = plan.with(batch: 1)
        let cache = alone.decode.cacheBytes
        let share = cache / alone.decode.bytes
        return
            "At \(Quantity.tokens(plan.context)) tokens the cache is \(Quantity.percent(share)) of what a batch of one "
            + "reads, so a batch \(share > 0.5 ? "hardly helps" : "shares most of it")"
    }
}
