import Serving

/// Ways to split the model over the deployment.
enum PlanParallelism {
    static func blocks(_ plan: ServingPlan) -> [Document.Block] {
        let count = max(2, plan.deployment.count)
        let accelerator = plan.deployment.accelerator
        let rows = Parallelism.allCases.map { way in
            let limit = way.limit(of: plan.model)
            let bytes = way.prefillBytesPerLayerAndToken(plan.model, count: count)
            return [
                way.name, way.shards, limit.map { "P ≤ \(Quantity.count($0))" } ?? "any P",
                Quantity.decimalBytes(bytes.rounded()),
            ]
        }
        let table = Table(
            columns: [
                .init("parallelism", .left), .init("splits", .left), .init("KV split", .left), .init("sent"),
            ], rows: rows)
        let fast = Parallelism.ring.tokensToHide(
            plan.model, flopsPerSecond: accelerator.flopsPerSecond,
            bytesPerSecond: accelerator.link.oneWayBytesPerSecond)
        let slow = Parallelism.ring.tokensToHide(
            plan.model, flopsPerSecond: accelerator.flopsPerSecond, bytesPerSecond: betweenNodes)
        let efficiency = Parallelism.naiveCausalRingEfficiency(count: count)
        let hide = zip([accelerator.link.name, "50 GB/s between nodes"], [fast, slow]).compactMap { name, tokens in
            tokens.map { "\(Quantity.count(Int($0.rounded(.up)))) tokens over \(name)" }
        }
        return [
            .heading("Parallelism"),
            .table(caption: "Split over P = \(count); bytes that each sends for a layer and token of prefill", table),
            .paragraph(
                "16-bit activations, ring collectives; context parallelism copies the weights. A ring hides its sending behind computing from "
                    + "\(hide.joined(separator: ", ")) on each accelerator (c ≥ F·b / (2·g·BW) at full FLOP/s); a causal "
                    + "ring over consecutive pieces is busy \(Quantity.percent(efficiency)) of the time, a zigzag one "
                    + "all of it. Ulysses needs P ≤ KV heads, or copies them."),
        ]
    }

    /// One 400 Gbit/s port for each accelerator, one way.
    private static let betweenNodes = 50e9
}
