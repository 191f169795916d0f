import Drawing
import Quantities
import Serving

/// Time to the first token, and between tokens, against context.
enum LatencyFigure {
    static func plot(_ plan: ServingPlan) -> Plot? {
        let plans = PlanFigures.contexts(plan).map { plan.with(context: $0, batch: 1) }
        let first = plans.map { Plot.Row(x: Double($0.context), y: $0.secondsToFirstToken * 1e9) }
        let full = plans.map { other in
            let prefill = Prefill(plan.model.withAllLayersFull, tokens: other.context)
            let seconds = prefill.seconds(on: plan.deployment) + plan.traffic.seconds(tokens: other.context)
            return Plot.Row(x: Double(other.context), y: seconds * 1e9)
        }
        let between = plans.map { Plot.Row(x: Double($0.context), y: $0.secondsPerStep * 1e9) }
        let hasBounds = plan.model.layerKinds.contains { $0.mask != .causal }
        let traces =
            [PlanFigures.line("first token", PlanFigures.style(0), first)]
            + (hasBounds ? [PlanFigures.line("first, all layers full", PlanFigures.style(0, dash: 2), full)] : [])
            + [PlanFigures.line("each further token", PlanFigures.style(1), between)]
        let values = traces.flatMap { $0.rows.map(\.y) }
        guard let least = values.min(), let most = values.max() else { return nil }
        let x = PlanFigures.lengthAxis(plan)
        return Plot(
            name: "latency", title: title(plan),
            method: "\(plan.model.name) on \(PlanFigures.place(plan)), one sequence, nothing cached. "
                + PlanFigures.use(plan),
            notes: overtakes(plan), x: x, y: Axis.times(fromNanoseconds: least / 1.5, to: most * 1.5),
            xLabel: "context length n (tokens)", yLabel: "time", columns: ("tokens", "nanoseconds"), traces: traces,
            guides: [])
    }

    private static func title(_ plan: ServingPlan) -> String {
        let short = plan.with(context: 8 << 10, batch: 1)
        return "The first token takes \(Quantity.time(seconds: short.secondsToFirstToken)) at 8K tokens and "
            + "\(Quantity.time(seconds: plan.secondsToFirstToken)) at \(Quantity.tokens(plan.context))"
    }

    private static func overtakes(_ plan: ServingPlan) -> [String] {
        AttentionShare(plan.model).overtakes.map {
            ["From \(Quantity.rough($0)) tokens on, attention costs more than the matrices of the layers."]
        } ?? ["Windows keep attention below the matrices at every length."]
    }
}
