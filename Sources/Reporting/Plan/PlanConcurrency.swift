import Quantities
import Serving

/// How many sequences an engine would start with: real memory of a card, less weights and working memory, in tokens.
enum PlanConcurrency {
    static func blocks(_ plan: ServingPlan) -> [Document.Block] {
        let concurrency = Concurrency(plan)
        let usable = 1 - plan.deployment.reserve
        let rows = [
            ["a card shows", binary(concurrency.visibleBytes)],
            ["\(Quantity.percent(usable)) of it is used", binary(concurrency.visibleBytes * usable)],
            ["weights on each", binary(concurrency.weightBytes)],
            ["working memory, estimated", binary(concurrency.workingBytes)],
            ["left for the cache", binary(concurrency.cacheBytes)],
            ["tokens in the cache", Quantity.count(concurrency.tokens)],
            [
                "sequences of \(Quantity.tokens(plan.context)) tokens at once",
                Quantity.significant(concurrency.sequences, digits: 4),
            ],
        ]
        return [
            .heading("Concurrency"),
            .table(
                caption: "What an engine finds on each of \(plan.deployment.count) × \(plan.deployment.accelerator.id) "
                    + "when it starts", Table(columns: [.init("what", .left), .init("how much")], rows: rows)),
            .paragraph(
                "GiB = 2³⁰ bytes, as engines print them. Heads and matrices are split over all accelerators. Working "
                    + "memory: the larger of the activations of one layer for a step of "
                    + "\(Quantity.count(Concurrency.Engine.vLLM.batchedTokens)) tokens and of the logits of "
                    + "\(Quantity.count(Concurrency.Engine.vLLM.sequences)) sequences, and 0.1 GiB beside "
                    + "(vLLM's defaults: \(Concurrency.Engine.vLLM.source))."),
        ]
    }

    private static func binary(_ bytes: Double) -> String {
        Quantity.number(bytes / Double(1 << 30), place: -2) + " GiB"
    }
}
