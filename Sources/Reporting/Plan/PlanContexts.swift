import Quantities
import Serving

/// The same plan over contexts: what the length does to prices.
enum PlanContexts {
    static func blocks(_ plan: ServingPlan) -> [Document.Block] {
        let contexts = Set([1 << 10, 8 << 10, 32 << 10, 128 << 10, 512 << 10, 1 << 20, 4 << 20, 10 << 20])
            .union([plan.context]).sorted()
        let rows = contexts.map { context in
            let other = plan.with(context: context, batch: 1)
            let full = max(1, other.largestBatch)
            let best = other.with(batch: full)
            return [
                Quantity.tokens(context) + (other.fits ? "  " : " !"),
                Quantity.time(seconds: other.secondsToFirstToken),
                dollars(other.dollarsPerMillionInputTokens), Quantity.time(seconds: other.secondsPerStep),
                dollars(other.dollarsPerMillionOutputTokens), Quantity.count(full),
                dollars(best.dollarsPerMillionOutputTokens),
            ]
        }
        let table = Table(
            columns: [
                .init("context"), .init("first token"), .init("$/M in"), .init("a token"), .init("$/M out"),
                .init("full batch"), .init("$/M out"),
            ], rows: rows)
        return [
            .heading("Contexts"),
            .table(
                caption:
                    "On \(plan.deployment.count) × \(plan.deployment.accelerator.id), alone and with the batch that "
                    + "fills memory (! does not fit)", table),
            .paragraph(
                "Same utilisation at every length; $/M is dollars per million tokens, input of a whole prompt and "
                    + "output at that context."),
        ]
    }

    static func dollars(_ value: Double?) -> String { value.map(Quantity.dollars) ?? "-" }
}
