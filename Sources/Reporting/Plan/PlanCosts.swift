import Serving

/// Reading the prompt, part by part.
enum PlanReading {
    static func blocks(_ plan: ServingPlan) -> [Document.Block] {
        let deployment = plan.deployment
        let seconds = plan.prefill.seconds(on: deployment)
        let rows =
            plan.prefill.parts.map { part in
                [
                    part.subject.name, Quantity.count(part.layers), Quantity.flops(part.flops),
                    Quantity.percent(part.flops / plan.prefill.flops),
                    Quantity.significant(part.intensity, digits: 3), part.bound(on: deployment).rawValue,
                    Quantity.time(seconds: part.seconds(on: deployment)),
                ]
            } + [["all", "", Quantity.flops(plan.prefill.flops), "100 %", "", "", Quantity.time(seconds: seconds)]]
        let table = Table(
            columns: [
                .init("part", .left), .init("layers", .right, .whenWide), .init("work"), .init("share"),
                .init("FLOP/B"), .init("bound by", .left), .init("time"),
            ], rows: rows)
        let overtakes = AttentionShare(plan.model).overtakes
        let share =
            overtakes.map { "Attention overtakes the matrices in the layers at \(Quantity.rough($0)) tokens." }
            ?? "Attention never overtakes the matrices: windows keep it below."
        return [
            .heading("Reading"),
            .table(caption: "One prompt of \(Quantity.tokens(plan.context)) tokens, nothing cached", table),
            .paragraph("\(utilization(deployment)) Waiting and network are not counted. \(share)"),
        ]
    }

    static func utilization(_ deployment: Deployment) -> String {
        let ridge = deployment.accelerator.ridge
        return "\(Quantity.percent(deployment.utilization.compute)) of "
            + "\(Quantity.significant(deployment.accelerator.bf16TFLOPS, digits: 4)) TFLOP/s (bf16, dense) and "
            + "\(Quantity.percent(deployment.utilization.bandwidth)) of "
            + "\(Quantity.count(Int(deployment.accelerator.bandwidthGBs))) GB/s; ridge \(Quantity.count(Int(ridge))) "
            + "FLOP/B. Two FLOPs a multiply-add, causal pairs only."
    }
}

/// Writing, by batch.
enum PlanWriting {
    static func blocks(_ plan: ServingPlan) -> [Document.Block] {
        let batches = Set([1, 2, 4, 8, 16, 32, 64, 128, 256].filter { $0 <= max(8, 2 * plan.largestBatch) })
            .union([plan.batch]).sorted()
        let rows = batches.map { batch in
            let decode = plan.with(batch: batch).decode
            let price = decode.dollarsPerMillionTokens(on: plan.deployment).map(Quantity.dollars) ?? "-"
            return [
                Quantity.count(batch) + (batch > plan.largestBatch ? " !" : "  "),
                Quantity.decimalBytes(decode.weightBytes), Quantity.decimalBytes(decode.cacheBytes),
                Quantity.time(seconds: decode.secondsPerStep(on: plan.deployment)),
                Quantity.significant(decode.tokensPerSecond(on: plan.deployment), digits: 3), price,
                decode.bound(on: plan.deployment).rawValue,
            ]
        }
        let table = Table(
            columns: [
                .init("batch"), .init("weights read"), .init("KV read"), .init("a step"), .init("tokens/s"),
                .init("$ per M"), .init("bound by", .left),
            ], rows: rows)
        let outweighs = Decode.contextWhereCacheOutweighsWeights(plan.cache)
        let crossing =
            outweighs.map {
                " One sequence's cache is read like the active weights at \(Quantity.rough($0)) tokens."
            }
            ?? " One sequence's cache never outweighs the active weights."
        return [
            .heading("Writing"),
            .table(
                caption: "One step: a token for each sequence, all at \(Quantity.tokens(plan.context)) tokens "
                    + "(! does not fit \(plan.deployment.count))", table),
            .paragraph(
                "A step reads the weights once and every cache once"
                    + (plan.model.parameterCount.routedExperts > 0
                        ? ", of the experts those that the batch wakes if tokens choose evenly" : "")
                    + "; sending between accelerators is not counted." + crossing),
        ]
    }
}

/// The same plan over contexts: what the length does to prices.
enum PlanContexts {
    static func blocks(_ plan: ServingPlan) -> [Document.Block] {
        let contexts = Set([1 << 10, 8 << 10, 32 << 10, 128 << 10, 512 << 10, 1 << 20, 4 << 20, 10 << 20])
            .union([plan.context]).sorted()
        let rows = contexts.map { context in
            let other = plan.with(context: context, batch: 1)
            let full = max(1, other.largestBatch)
            let best = other.with(batch: full).decode
            return [
                Quantity.tokens(context) + (other.fits ? "  " : " !"),
                Quantity.time(seconds: other.secondsToFirstToken),
                dollars(other.prefill.dollarsPerMillionTokens(on: plan.deployment)),
                Quantity.time(seconds: other.decode.secondsPerStep(on: plan.deployment)),
                dollars(other.decode.dollarsPerMillionTokens(on: plan.deployment)), Quantity.count(full),
                dollars(best.dollarsPerMillionTokens(on: plan.deployment)),
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
