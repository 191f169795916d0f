import Quantities
import Serving
import Statistics

/// Reading the prompt, part by part.
enum PlanReading {
    static func blocks(_ plan: ServingPlan) -> [Document.Block] {
        let deployment = plan.deployment
        let sending = plan.traffic.seconds(tokens: plan.context)
        let rows =
            plan.prefill.parts.map { part in
                [
                    part.subject.name, Quantity.count(part.layers), Quantity.flops(part.flops),
                    shareText(part.flops / plan.prefill.flops),
                    Quantity.significant(part.intensity, digits: 3), part.bound(on: deployment).rawValue,
                    Quantity.time(seconds: part.seconds(on: deployment)),
                ]
            } + (sending > 0 ? [["sending", "", "", "", "", "link", Quantity.time(seconds: sending)]] : []) + [
                [
                    "all", "", Quantity.flops(plan.prefill.flops), "100 %", "", "",
                    Quantity.time(seconds: plan.secondsToFirstToken),
                ]
            ]
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
            .paragraph("\(utilization(deployment)) \(PlanReading.sending) Waiting is not counted. \(share)"),
        ]
    }

    static let sending =
        "Sending: two all-reduces of 16-bit activations a layer within a node, activations once between nodes, at the "
        + "full speed of the link and hidden behind nothing."

    private static func shareText(_ share: Double) -> String { share < 0.001 ? "< 0.1 %" : Quantity.percent(share) }

    static func utilization(_ deployment: Deployment) -> String {
        let ridge = deployment.accelerator.ridge
        return "\(Quantity.percent(deployment.utilization.compute)) of "
            + "\(Quantity.significant(deployment.accelerator.bf16TFLOPS, digits: 4)) TFLOP/s (bf16, dense) and "
            + "\(Quantity.percent(deployment.utilization.bandwidth)) of "
            + "\(Quantity.count(Int(saturating: deployment.accelerator.bandwidthGBs))) GB/s; ridge \(Quantity.count(Int(saturating: ridge))) "
            + "FLOP/B. Two FLOPs a multiply-add, causal pairs only."
    }
}
