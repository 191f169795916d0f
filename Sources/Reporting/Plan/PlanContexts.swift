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

/// A chat with and without a prefix cache.
enum PlanConversation {
    static func blocks(_ plan: ServingPlan, _ chat: Conversation) -> [Document.Block] {
        let rows = [false, true].map { prefixCache in
            let seconds = chat.prefillSeconds(plan.model, on: plan.deployment, prefixCache: prefixCache)
            return [
                prefixCache ? "kept" : "none", Quantity.count(chat.prefillTokens(prefixCache: prefixCache)),
                Quantity.rough(chat.pairs(mask: .causal, prefixCache: prefixCache)),
                Quantity.time(seconds: seconds),
                PlanContexts.dollars(plan.deployment.dollarsPerSecond.map { $0 * seconds }),
            ]
        }
        let table = Table(
            columns: [
                .init("prefix cache", .left), .init("tokens read"), .init("pairs, one full head"),
                .init("reading"), .init("dollars"),
            ], rows: rows)
        return [
            .heading("Conversation"),
            .table(
                caption: "\(Quantity.count(chat.turns)) turns of \(Quantity.count(chat.userTokens)) + "
                    + "\(Quantity.count(chat.answerTokens)) tokens on \(plan.deployment.count) × "
                    + plan.deployment.accelerator.id, table),
            .paragraph(
                "Without a prefix cache every turn reads all before it again, so tokens grow with the square of the "
                    + "turns; writing the answers costs the same in both. Pairs count reading and writing."),
        ]
    }
}
