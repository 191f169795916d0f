import Quantities
import Serving

/// How much context fits on how many accelerators.
package enum PlanFit {
    static func blocks(_ plan: ServingPlan) -> [Document.Block] {
        let node = plan.deployment.accelerator.link.perNode
        let counts = Set([1, 2, 4, 8, 16, 32, 64].filter { $0 <= max(node, 4 * plan.deployment.count) })
            .union([plan.deployment.count]).sorted()
        let rows = counts.map { count in
            let deployment = plan.deployment.with(count: count)
            let rent = deployment.dollarsPerSecond.map { Quantity.dollars($0 * 3600) } ?? "-"
            return [
                Quantity.count(count) + (count == plan.deployment.count ? " *" : "  "),
                Quantity.count(deployment.nodes), Quantity.decimalBytes(deployment.usableBytes),
                longest(plan.fit.longestContext(on: deployment)),
                Quantity.count(plan.fit.largestBatch(tokens: plan.context, on: deployment)), rent,
            ]
        }
        let table = Table(
            columns: [
                .init("accelerators"), .init("nodes"), .init("usable"), .init("longest context"),
                .init("batch"), .init("an hour"),
            ], rows: rows)
        return [
            .heading("Fit"),
            .table(
                caption: "\(plan.deployment.accelerator.name), weights \(Quantity.decimalBytes(plan.fit.weightBytes)) "
                    + "and \(plan.cache.type.name) cache, batch of this context (* is what the times below are for)",
                table),
            .paragraph(reserve(plan.deployment) + " " + sharding(plan)),
        ]
    }

    static func reserve(_ deployment: Deployment) -> String {
        "\(Quantity.percent(deployment.reserve)) of memory is kept free for activations and the runtime; the rest is "
            + "taken as split evenly."
    }

    private static func sharding(_ plan: ServingPlan) -> String {
        let heads = plan.model.attention.shardableHeads
        return "Tensor parallelism splits the cache over at most \(heads) accelerator\(heads == 1 ? "" : "s") "
            + "(\(heads == 1 ? "one latent vector" : "KV heads")); pipeline or context parallelism does the rest."
    }

    package static func longest(_ context: Int?) -> String {
        switch context {
        case nil: "any"
        case 0?: "weights do not fit"
        case let context?: Quantity.rough(context)
        }
    }
}
