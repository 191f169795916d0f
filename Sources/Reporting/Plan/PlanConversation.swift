import Quantities
import Serving

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
