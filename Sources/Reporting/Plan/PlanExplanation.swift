import Attention
import Serving

/// Each formula with the numbers put in, to follow by hand.
enum PlanExplanation {
    struct Step {
        let name: String
        let formula: String
        let numbers: String
        let result: String
    }

    static func blocks(_ plan: ServingPlan) -> [Document.Block] {
        let steps = cache(plan) + fit(plan) + reading(plan) + writing(plan)
        return [.heading("By hand")]
            + steps.map { .list(["\($0.name) = \($0.formula) = \($0.numbers) = \($0.result)"]) }
    }

    private static func cache(_ plan: ServingPlan) -> [Step] {
        let (cache, context) = (plan.cache, Quantity.count(plan.context))
        let kept = plan.model.layerKinds.map { kind -> String in
            let bound =
                switch kind.mask {
                case .slidingWindow(let size), .chunkedLocal(let size): "min(\(context), \(Quantity.count(size)))"
                default: context
                }
            return "\(kind.count) × \(bound)"
        }
        return [
            Step(
                name: "KV bytes of a token in a layer", formula: "cached elements × bits / 8",
                numbers: "\(plan.model.attention.cachedElementsInWords) × "
                    + "\(PlanMemory.bits(cache.bitsPerElement)) / 8",
                result: Quantity.decimalBytes(cache.bytesPerTokenAndLayer)),
            Step(
                name: "KV cache", formula: "Σ layers × min(n, window or chunk) × bytes of a token in a layer",
                numbers: "(\(kept.joined(separator: " + "))) × \(Quantity.decimalBytes(cache.bytesPerTokenAndLayer))"
                    + (cache.type.residualTokens > 0 ? " + \(cache.type.residualTokens) tokens in 16 bits" : ""),
                result: Quantity.decimalBytes(cache.bytes(tokens: plan.context))),
        ]
    }

    private static func fit(_ plan: ServingPlan) -> [Step] {
        let one = plan.deployment.with(count: 1)
        return [
            Step(
                name: "Weights", formula: "parameters × bits / 8",
                numbers: weights(plan.model), result: Quantity.decimalBytes(plan.fit.weightBytes)),
            Step(
                name: "Accelerators", formula: "⌈(weights + batch × KV cache) / (memory × (1 − reserve))⌉",
                numbers: "⌈(\(Quantity.decimalBytes(plan.fit.weightBytes)) + \(plan.batch) × "
                    + "\(Quantity.decimalBytes(plan.cache.bytes(tokens: plan.context)))) / "
                    + "(\(Quantity.decimalBytes(one.accelerator.memoryBytes)) × "
                    + "\(Quantity.significant(1 - one.reserve, digits: 2)))⌉",
                result: Quantity.count(plan.fewestAccelerators)),
        ]
    }

    private static func weights(_ model: Model) -> String {
        let experts = Double(model.parameterCount.routedExperts)
        func part(_ parameters: Double, _ type: StorageType) -> String {
            "\(Quantity.significant(parameters / 1e9, digits: 4)) × 10⁹ × \(PlanMemory.bits(type.bitsPerElement)) / 8"
        }
        if model.weights.dense == model.weights.experts || experts == 0 {
            return part(model.residentParameters, model.weights.dense)
        }
        return part(model.residentParameters - experts, model.weights.dense) + " + "
            + part(experts, model.weights.experts)
    }

    private static func reading(_ plan: ServingPlan) -> [Step] {
        let deployment = plan.deployment
        let active = Double(plan.model.parameterCount.active)
        let matrices = Step(
            name: "Matrices", formula: "2 × active parameters × n",
            numbers: "2 × \(Quantity.significant(active / 1e9, digits: 4)) × 10⁹ × \(Quantity.count(plan.context))",
            result: Quantity.flops(plan.prefill.linearFLOPs))
        let attention = plan.model.layerKinds.map { kind in
            let pairs = PairCount(mask: kind.mask, length: plan.context).allowed
            let flops = plan.model.attention.prefillFLOPsPerPair
            return Step(
                name: "Attention, \(kind.mask.layerName)", formula: "layers × pairs × FLOPs a pair, all heads",
                numbers: "\(kind.count) × \(Quantity.count(pairs)) × \(Quantity.count(flops))",
                result: Quantity.flops(Double(kind.count) * Double(pairs) * Double(flops)))
        }
        let time = Step(
            name: "Time to first token", formula: "FLOPs / (accelerators × peak × utilisation), where compute-bound",
            numbers: "\(Quantity.flops(plan.prefill.flops)) / (\(deployment.count) × "
                + "\(Quantity.significant(deployment.accelerator.bf16TFLOPS, digits: 4)) TFLOP/s × "
                + "\(Quantity.significant(deployment.utilization.compute, digits: 2)))",
            result: Quantity.time(seconds: plan.secondsToFirstToken))
        return [matrices] + attention + [time]
            + price(
                "Input price", seconds: "time to first token / n",
                perToken: plan.secondsToFirstToken / Double(plan.context),
                dollars: plan.prefill.dollarsPerMillionTokens(on: deployment), deployment)
    }

    private static func writing(_ plan: ServingPlan) -> [Step] {
        let deployment = plan.deployment
        let seconds = plan.decode.secondsPerStep(on: deployment)
        return [
            Step(
                name: "Bytes of a step", formula: "weights read + batch × KV cache",
                numbers: "\(Quantity.decimalBytes(plan.decode.weightBytes)) + "
                    + Quantity.decimalBytes(plan.decode.cacheBytes),
                result: Quantity.decimalBytes(plan.decode.bytes)),
            Step(
                name: "Time of a step",
                formula: "bytes / (accelerators × bandwidth × utilisation), where that is longer",
                numbers: "\(Quantity.decimalBytes(plan.decode.bytes)) / (\(deployment.count) × "
                    + "\(Quantity.count(Int(deployment.accelerator.bandwidthGBs))) GB/s × "
                    + "\(Quantity.significant(deployment.utilization.bandwidth, digits: 2)))",
                result: Quantity.time(seconds: seconds)),
        ]
            + price(
                "Output price", seconds: "time of a step / batch", perToken: seconds / Double(plan.batch),
                dollars: plan.decode.dollarsPerMillionTokens(on: deployment), deployment)
    }

    private static func price(
        _ name: String, seconds: String, perToken: Double, dollars: Double?, _ deployment: Deployment
    ) -> [Step] {
        guard let dollars, let rent = deployment.dollarsPerAcceleratorHour else { return [] }
        return [
            Step(
                name: name, formula: "accelerators × $/h / 3600 × \(seconds) × 10⁶",
                numbers:
                    "\(deployment.count) × \(Quantity.dollars(rent)) / 3600 × \(Quantity.time(seconds: perToken)) × 10⁶",
                result: "\(Quantity.dollars(dollars)) per million tokens")
        ]
    }
}

extension AttentionDimensions {
    /// The cached elements of a token as a product.
    fileprivate var cachedElementsInWords: String {
        switch self {
        case .grouped(_, let keyValueHeads, let headDimension): "2 × \(keyValueHeads) × \(headDimension)"
        case .latent(let latent): "(\(latent.keyValueRank) + \(latent.rotatedDimension))"
        }
    }
}
