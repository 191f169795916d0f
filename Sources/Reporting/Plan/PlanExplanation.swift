import Attention
import Quantities
import Serving
import Statistics

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
            let bound = kind.mask.mostVisibleKeys.map { "min(\(context), \(Quantity.count($0)))" } ?? context
            return "\(kind.count) × \(bound) × \(Quantity.decimalBytes(cache.bytesPerToken(of: kind.attention)))"
        }
        let rest = [
            cache.type.residualTokens > 0 ? "\(cache.type.residualTokens) tokens in 16 bits" : nil,
            cache.stateBytes > 0 ? "states of \(Quantity.decimalBytes(cache.stateBytes))" : nil,
        ].compactMap { $0 }
        return [
            Step(
                name: "KV bytes of a token in a layer", formula: "cached elements × bits / 8",
                numbers: "\(plan.model.attention.cachedElementsInWords) × "
                    + "\(Quantity.bits(cache.bitsPerElement)) / 8",
                result: Quantity.decimalBytes(cache.bytesPerTokenAndLayer)),
            Step(
                name: "KV cache", formula: "Σ layers × min(n, window or chunk) × bytes of a token in a layer",
                numbers: (kept + rest).joined(separator: " + "),
                result: Quantity.decimalBytes(cache.bytes(tokens: plan.context))),
        ]
    }

    private static func fit(_ plan: ServingPlan) -> [Step] {
        let one = plan.deployment.with(count: 1)
        return [
            Step(
                name: "Weights", formula: "Σ parameters × bits / 8",
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

    /// The parameters in each format, scales counted into their bits, and what only the publisher knows of.
    private static func weights(_ model: Model) -> String {
        func part(_ parameters: Double, bits: Double, _ name: String) -> String {
            "\(Quantity.significant(parameters / 1e9, digits: 4)) × 10⁹ × \(Quantity.bits(bits)) / 8 (\(name))"
        }
        let matrices = model.architecture.matrices
        let plain = model.weights.plain.name
        let parts = model.weights.names.compactMap { name -> String? in
            let stored = matrices.filter { model.weights.format(of: $0).name == name }
            let counted = stored.reduce(0) { $0 + Double($1.parameters) }
            let bytes = stored.reduce(0) { $0 + model.weights.format(of: $1).bytes(of: $1) }
            let unexplained = name == plain ? model.residentParameters - Double(model.parameterCount.total) : 0
            guard counted + unexplained > 0 else { return nil }
            return part(counted + unexplained, bits: counted > 0 ? 8 * bytes / counted : 16, name)
        }
        return parts.joined(separator: " + ")
    }

    private static func reading(_ plan: ServingPlan) -> [Step] {
        let times = plan.prefill.parts.map { Quantity.time(seconds: $0.seconds(on: plan.deployment)) }
        let total = Step(
            name: "Time to first token", formula: "Σ times of the parts + sending",
            numbers: (times + [Quantity.time(seconds: plan.traffic.seconds(tokens: plan.context))])
                .joined(separator: " + "),
            result: Quantity.time(seconds: plan.secondsToFirstToken))
        return plan.prefill.parts.flatMap { [work($0, plan), time($0, plan.deployment)] } + [total]
            + price(
                Sale(
                    name: "Input price", seconds: "time to first token / n",
                    perToken: plan.secondsToFirstToken / Double(plan.context),
                    dollars: plan.dollarsPerMillionInputTokens), on: plan.deployment)
    }

    private static func work(_ part: Prefill.Part, _ plan: ServingPlan) -> Step {
        switch part.subject {
        case .recurrence:
            return Step(
                name: "Work of recurrences", formula: "FLOPs of a token × n",
                numbers: "\(Quantity.flops(plan.model.architecture.recurrenceFLOPsPerToken)) × "
                    + Quantity.count(plan.context),
                result: Quantity.flops(part.flops))
        case .linear:
            let active = Double(plan.model.parameterCount.active)
            return Step(
                name: "Work of the matrices", formula: "2 × active parameters × n",
                numbers: "2 × \(Quantity.significant(active / 1e9, digits: 4)) × 10⁹ × "
                    + Quantity.count(plan.context),
                result: Quantity.flops(part.flops))
        case .attention(let mask):
            let pairs = PairCount(mask: mask, length: plan.context).allowed
            let perPair = part.flops / Double(part.layers) / Double(pairs)
            return Step(
                name: "Work of attention, \(mask.layerName)", formula: "layers × pairs × FLOPs a pair, all heads",
                numbers: "\(part.layers) × \(Quantity.count(pairs)) × "
                    + Quantity.count(Int(saturating: perPair.rounded())),
                result: Quantity.flops(part.flops))
        }
    }

    /// By the side of the roofline that the part stands on.
    private static func time(_ part: Prefill.Part, _ deployment: Deployment) -> Step {
        time(
            Work(
                name: "Its time", bound: part.bound(on: deployment), flops: part.flops, bytes: part.bytes,
                seconds: part.seconds(on: deployment)), on: deployment)
    }

    /// What takes time, and the side of the roofline that it stands on.
    private struct Work {
        let name: String
        let bound: Prefill.Bound
        let flops: Double
        let bytes: Double
        let seconds: Double
    }

    private static func time(_ work: Work, on deployment: Deployment) -> Step {
        let accelerator = deployment.accelerator
        return switch work.bound {
        case .compute:
            Step(
                name: work.name, formula: "FLOPs / (accelerators × peak × utilisation)",
                numbers: "\(Quantity.flops(work.flops)) / (\(deployment.count) × "
                    + "\(Quantity.significant(accelerator.bf16TFLOPS, digits: 4)) TFLOP/s × "
                    + "\(Quantity.significant(deployment.utilization.compute, digits: 2)))",
                result: Quantity.time(seconds: work.seconds))
        case .bandwidth:
            Step(
                name: work.name, formula: "bytes / (accelerators × bandwidth × utilisation)",
                numbers: "\(Quantity.decimalBytes(work.bytes)) / (\(deployment.count) × "
                    + "\(Quantity.count(Int(saturating: accelerator.bandwidthGBs))) GB/s × "
                    + "\(Quantity.significant(deployment.utilization.bandwidth, digits: 2)))",
                result: Quantity.time(seconds: work.seconds))
        }
    }

    private static func writing(_ plan: ServingPlan) -> [Step] {
        let (decode, deployment) = (plan.decode, plan.deployment)
        let seconds = decode.secondsPerStep(on: deployment)
        let sending = plan.traffic.seconds(tokens: plan.batch)
        return [
            Step(
                name: "Bytes of a step", formula: "weights read + batch × KV cache",
                numbers: "\(Quantity.decimalBytes(decode.weightBytes)) + \(Quantity.decimalBytes(decode.cacheBytes))",
                result: Quantity.decimalBytes(decode.bytes)),
            time(
                Work(
                    name: "Time of a step", bound: decode.bound(on: deployment), flops: decode.flops,
                    bytes: decode.bytes, seconds: seconds), on: deployment),
            Step(
                name: "Step with sending", formula: "time of a step + sending",
                numbers: "\(Quantity.time(seconds: seconds)) + \(Quantity.time(seconds: sending))",
                result: Quantity.time(seconds: plan.secondsPerStep)),
        ]
            + price(
                Sale(
                    name: "Output price", seconds: "step with sending / batch",
                    perToken: plan.secondsPerStep / Double(plan.batch),
                    dollars: plan.dollarsPerMillionOutputTokens), on: deployment)
    }

    /// Tokens with their price.
    private struct Sale {
        let name: String
        /// The time of a token in words, and in seconds.
        let seconds: String
        let perToken: Double
        /// For a million tokens.
        let dollars: Double?
    }

    private static func price(_ sale: Sale, on deployment: Deployment) -> [Step] {
        guard let dollars = sale.dollars, let rent = deployment.dollarsPerAcceleratorHour else { return [] }
        return [
            Step(
                name: sale.name, formula: "accelerators × $/h / 3600 × \(sale.seconds) × 10⁶",
                numbers:
                    "\(deployment.count) × \(Quantity.dollars(rent)) / 3600 × \(Quantity.time(seconds: sale.perToken)) × 10⁶",
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
