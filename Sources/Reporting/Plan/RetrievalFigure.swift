import Drawing
import Foundation
import Quantities
import Serving

/// Dollars a question against questions an hour: the corpus read each time, kept in a cache, and retrieval.
enum RetrievalFigure {
    /// From one question in four days to three a second.
    private static let rates = (-8...16).map { pow(10, Double($0) / 4) }

    static func plot(_ plan: ContextOrRetrieval) -> Plot? {
        guard let rent = plan.whole.deployment.dollarsPerAcceleratorHour else { return nil }
        let traces = plan.costs.enumerated().map { index, cost in
            PlanFigures.line(
                PlanRetrieval.name(cost.way, plan.use), PlanFigures.style(index, dash: index),
                rates.compactMap { rate in
                    cost.dollars(queriesPerHour: rate).map { Plot.Row(x: rate, y: $0) }
                })
        }
        let values = traces.flatMap { $0.rows.map(\.y) }
        guard let least = values.min(), let most = values.max(), least > 0,
            let title = PlanRetrieval.sentences(plan).first
        else { return nil }
        return Plot(
            name: "retrieval", title: String(title.dropLast()),
            method: "\(plan.whole.model.name), a corpus of \(Quantity.tokens(plan.corpusTokens)) tokens on "
                + "\(PlanFigures.place(plan.whole)) against \(plan.use.passages) passages of \(plan.use.passageTokens) tokens on "
                + "\(PlanFigures.place(plan.passages)), \(Quantity.dollars(rent)) an hour each"
                + (plan.whole.price.map { " (\($0.date))" } ?? "") + ". " + PlanFigures.use(plan.whole),
            notes: ["What is due every hour is shared by the questions of that hour."],
            x: Axis.decades(from: rates[0], to: rates[rates.count - 1], label: count),
            y: Axis.decades(from: least / 1.5, to: most * 1.5) { "$" + Quantity.significant($0, digits: 1) },
            xLabel: "questions an hour", yLabel: "dollars a question",
            columns: ("questions an hour", "dollars a question"), traces: traces, guides: [])
    }

    private static func count(_ value: Double) -> String {
        value < 1 ? Quantity.significant(value, digits: 1) : Quantity.count(Int(saturating: value.rounded()))
    }
}
