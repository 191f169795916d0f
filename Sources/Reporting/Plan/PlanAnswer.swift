import Quantities
import Serving

/// The answer in three sentences, and what to be careful about.
enum PlanAnswer {
    static func sentences(_ plan: ServingPlan) -> [String] {
        var sentences = [memory(plan)]
        let reading =
            "Reading a prompt of that length: \(Quantity.time(seconds: plan.secondsToFirstToken)) to the first token"
        sentences.append(
            reading
                + money([
                    plan.dollarsPerPrompt.map { "\(Quantity.dollars($0)) a prompt" },
                    plan.dollarsPerMillionInputTokens.map {
                        "\(Quantity.dollars($0)) per million input tokens"
                    },
                ]))
        let writing =
            "Writing at batch \(plan.batch): \(Quantity.time(seconds: plan.secondsPerStep)) a token, "
            + "\(Quantity.significant(plan.tokensPerSecond, digits: 3)) tokens/s"
        sentences.append(
            writing
                + money([
                    plan.dollarsPerMillionOutputTokens.map {
                        "\(Quantity.dollars($0)) per million output tokens"
                    }
                ]))
        return sentences
    }

    private static func memory(_ plan: ServingPlan) -> String {
        let cache = Quantity.decimalBytes(Double(plan.batch) * plan.cache.bytes(tokens: plan.context))
        let weights = Quantity.decimalBytes(plan.fit.weightBytes)
        let need = plan.fewestAccelerators
        let deployed =
            plan.deployment.count == need ? "" : "; computed for \(plan.deployment.count)"
        return "KV cache \(cache) + weights \(weights): at least \(need) "
            + "accelerator\(need == 1 ? "" : "s")\(deployed), \(plan.deployment.nodes) "
            + "node\(plan.deployment.nodes == 1 ? "" : "s")."
    }

    private static func money(_ parts: [String?]) -> String {
        let known = parts.compactMap { $0 }
        return known.isEmpty ? "." : "; " + known.joined(separator: ", ") + "."
    }

    static func cautions(_ plan: ServingPlan, today: CatalogueDate) -> [String] {
        var cautions: [String] = []
        if !plan.fits {
            cautions.append(
                "\(plan.deployment.count) accelerators do not hold this; times and dollars are what they would be if "
                    + "they did. Take \(plan.fewestAccelerators) or more, or a smaller --kv-type.")
        }
        if plan.context > plan.model.declaredContext {
            cautions.append(
                "The release declares \(Quantity.tokensInFull(plan.model.declaredContext)) tokens; beyond them this is "
                    + "the cost, not the quality.")
        }
        return cautions + [scaling(plan), heads(plan)].compactMap { $0 } + ages(plan, today: today)
            + plan.model.cautions
    }

    /// A stretched context, told beside the trained one.
    private static func scaling(_ plan: ServingPlan) -> String? {
        plan.model.release.context.scaling.map { scaling in
            "The context is stretched: trained on \(Quantity.tokens(scaling.trainedTokens)) tokens, "
                + "\(Quantity.tokens(plan.model.declaredContext)) with \(scaling.method), "
                + "\(Quantity.significant(scaling.factor, digits: 3)) times."
        }
    }

    private static func heads(_ plan: ServingPlan) -> String? {
        let shard = TensorShard(plan.cache, tokens: plan.context, count: plan.deployment.count)
        guard !shard.dividesQueryHeads else { return nil }
        return "\(plan.deployment.count) accelerators do not divide the query heads evenly, so that engines refuse to "
            + "split heads over all of them; layers or tokens can be split."
    }

    /// A price, or data of an accelerator, that was not compared with its source for a year.
    private static func ages(_ plan: ServingPlan, today: CatalogueDate) -> [String] {
        var ages: [String] = []
        if let price = plan.price, price.date.isOlderThanAYear(on: today) {
            ages.append("The price is of \(price.date), more than a year old: give --price or --prices.")
        }
        let accelerator = plan.deployment.accelerator
        if accelerator.date.isOlderThanAYear(on: today) {
            ages.append(
                "The figures of \(accelerator.id) were last compared with their sources in \(accelerator.date), more "
                    + "than a year ago.")
        }
        return ages
    }
}
