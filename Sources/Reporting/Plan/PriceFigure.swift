import Drawing
import Quantities
import Serving

/// Dollars per million tokens against context: input, and output alone and in batches.
enum PriceFigure {
    static func plot(_ plan: ServingPlan) -> Plot? {
        guard let rent = plan.deployment.dollarsPerAcceleratorHour else { return nil }
        let plans = PlanFigures.contexts(plan).map { plan.with(context: $0, batch: 1) }
        func input(_ plan: ServingPlan) -> Double? { plan.dollarsPerMillionInputTokens }
        func output(_ plan: ServingPlan, _ batch: Int) -> Double? {
            plan.with(batch: batch).dollarsPerMillionOutputTokens
        }
        let traces = [
            trace("input", .theory, 0, rows(plans.filter(\.fits)) { input($0) }),
            trace("input", .beyond, 0, rows(beyond(plans)) { input($0) }),
            trace("output, batch 1", .theory, 1, rows(plans.filter(\.fits)) { output($0, 1) }),
            trace("output, batch 1", .beyond, 1, rows(beyond(plans)) { output($0, 1) }),
            trace("output, batch 8", .theory, 2, rows(plans.filter { $0.largestBatch >= 8 }) { output($0, 8) }),
            trace(
                "output, memory full", .theory, 3,
                rows(plans.filter { $0.largestBatch >= 2 }) { output($0, $0.largestBatch) }),
        ].filter { !$0.rows.isEmpty }
        let values = traces.flatMap { $0.rows.map(\.y) }
        guard let least = values.min(), let most = values.max() else { return nil }
        return Plot(
            name: "price", title: title(plan),
            method: "\(plan.model.name) on \(PlanFigures.place(plan)) at \(Quantity.dollars(rent)) an hour each"
                + (plan.price.map { " (\($0.date))" } ?? "") + ". " + PlanFigures.use(plan),
            notes: ["Lines of a batch end where its caches no longer fit; dotted: not even one sequence does."],
            x: PlanFigures.lengthAxis(plan), y: Axis.decades(from: least / 1.5, to: most * 1.5, label: label),
            xLabel: "context length n (tokens)", yLabel: "dollars per million tokens",
            columns: ("tokens", "dollars per million tokens"), traces: traces, guides: [])
    }

    private static func trace(_ name: String, _ kind: Plot.Kind, _ hue: Int, _ rows: [Plot.Row]) -> Plot.Trace {
        Plot.Trace(series: name, kind: kind, style: PlanFigures.style(hue), rows: rows)
    }

    /// Without those that have no price.
    private static func rows(_ plans: [ServingPlan], dollars: (ServingPlan) -> Double?) -> [Plot.Row] {
        plans.compactMap { plan in dollars(plan).map { Plot.Row(x: Double(plan.context), y: $0) } }
    }

    /// From the last context that fits on.
    private static func beyond(_ plans: [ServingPlan]) -> [ServingPlan] {
        let last = plans.lastIndex(where: \.fits) ?? 0
        return last == plans.count - 1 ? [] : Array(plans[last...])
    }

    private static func label(_ dollars: Double) -> String { "$" + Quantity.significant(dollars, digits: 1) }

    private static func title(_ plan: ServingPlan) -> String {
        let short = plan.with(context: 8 << 10, batch: 1)
        let long = plan.with(batch: 1)
        func dollars(_ value: Double?) -> String { value.map(Quantity.dollars) ?? "-" }
        return "From 8K to \(Quantity.tokens(plan.context)) tokens a million input tokens go from "
            + "\(dollars(short.dollarsPerMillionInputTokens)) to \(dollars(long.dollarsPerMillionInputTokens)), output "
            + "at batch 1 from \(dollars(short.dollarsPerMillionOutputTokens)) to "
            + dollars(long.dollarsPerMillionOutputTokens)
    }
}
