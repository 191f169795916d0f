import Quantities
import Serving
import Statistics

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
            plan.model, flopsPerSecond: accelerator.flopsPerSecond, bytesPerSecond: Traffic.bytesPerSecondBetweenNodes)
        let efficiency = Parallelism.naiveCausalRingEfficiency(count: count)
        let hide = zip([accelerator.link.name, "50 GB/s between nodes"], [fast, slow]).compactMap { name, tokens in
            tokens.map { "\(Quantity.count(Int(saturating: $0.rounded(.up)))) tokens over \(name)" }
        }
        return [
            .heading("Parallelism"),
            shards(plan),
            .table(caption: "Split over P = \(count); bytes that each sends for a layer and token of prefill", table),
            .paragraph(
                "16-bit activations, ring collectives; context parallelism copies the weights. A ring hides its sending behind computing from "
                    + "\(hide.joined(separator: ", ")) on each accelerator (c ≥ F·b / (2·g·BW) at full FLOP/s); a causal "
                    + "ring over consecutive pieces is busy \(Quantity.percent(efficiency)) of the time, a zigzag one "
                    + "all of it. Ulysses needs P ≤ KV heads, or copies them."),
        ]
    }

    /// What each accelerator holds where heads and matrices are split.
    private static func shards(_ plan: ServingPlan) -> Document.Block {
        let node = plan.deployment.accelerator.link.perNode
        let rows = Set([1, 2, 4, 8, node, plan.deployment.count]).filter { $0 <= max(node, plan.deployment.count) }
            .sorted()
            .map { count in
                let shard = TensorShard(plan.cache, tokens: plan.context, count: count)
                let held = shard.weightBytes + Double(plan.batch) * shard.cacheBytes
                let one = plan.deployment.with(count: 1)
                return [
                    Quantity.count(count), Quantity.decimalBytes(shard.weightBytes),
                    Quantity.decimalBytes(Double(plan.batch) * shard.cacheBytes),
                    Quantity.significant(shard.copies, digits: 3) + "×",
                    !shard.dividesQueryHeads ? "heads do not divide" : held <= one.usableBytes ? "yes" : "no",
                ]
            }
        let table = Table(
            columns: [
                .init("P"), .init("weights"), .init("KV"), .init("KV held"), .init("fits", .left),
            ], rows: rows)
        return .table(caption: "Tensor parallelism: what each of P accelerators holds", table)
    }
}
