import Quantities
import Serving

/// Writing, by batch.
enum PlanWriting {
    static func blocks(_ plan: ServingPlan) -> [Document.Block] {
        let batches = Set([1, 2, 4, 8, 16, 32, 64, 128, 256].filter { $0 <= max(8, 2 * plan.largestBatch) })
            .union([plan.batch]).sorted()
        let rows = batches.map { batch in
            let other = plan.with(batch: batch)
            let decode = other.decode
            let price = other.dollarsPerMillionOutputTokens.map(Quantity.dollars) ?? "-"
            return [
                Quantity.count(batch) + (batch > plan.largestBatch ? " !" : "  "),
                Quantity.decimalBytes(decode.weightBytes), Quantity.decimalBytes(decode.cacheBytes),
                Quantity.time(seconds: other.secondsPerStep), Quantity.significant(other.tokensPerSecond, digits: 3),
                price,
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
                    + ", and each layer's activations are sent between the accelerators, as above." + crossing),
        ]
    }
}
