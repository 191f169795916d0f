import Serving

/// The answer in three sentences, and what to be careful about.
enum PlanAnswer {
    static func sentences(_ plan: ServingPlan) -> [String] {
        let deployment = plan.deployment
        var sentences = [memory(plan)]
        let reading =
            "Reading a prompt of that length: \(Quantity.time(seconds: plan.secondsToFirstToken)) to the first token"
        sentences.append(
            reading
                + money([
                    plan.prefill.dollars(on: deployment).map { "\(Quantity.dollars($0)) a prompt" },
                    plan.prefill.dollarsPerMillionTokens(on: deployment).map {
                        "\(Quantity.dollars($0)) per million input tokens"
                    },
                ]))
        let step = plan.decode.secondsPerStep(on: deployment)
        let writing =
            "Writing at batch \(plan.batch): \(Quantity.time(seconds: step)) a token, "
            + "\(Quantity.significant(plan.decode.tokensPerSecond(on: deployment), digits: 3)) tokens/s"
        sentences.append(
            writing
                + money([
                    plan.decode.dollarsPerMillionTokens(on: deployment).map {
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

    static func cautions(_ plan: ServingPlan) -> [String] {
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
        return cautions + plan.model.notes.filter { $0.contains("not known") }
    }
}
