import Serving

/// Training at this context: memory besides the weights, and work a token.
enum PlanTraining {
    static func blocks(_ plan: ServingPlan) -> [Document.Block] {
        let memory = TrainingMemory(plan.model, tokens: plan.context)
        let gibibyte = Double(1 << 30)
        func both(_ bytes: Double) -> String {
            "\(Quantity.decimalBytes(bytes)) = \(Quantity.significant(bytes / gibibyte, digits: 4)) GiB"
        }
        let short = 8 << 10
        let ratio =
            TrainingMemory.flopsPerToken(plan.model, tokens: plan.context)
            / TrainingMemory.flopsPerToken(plan.model, tokens: short)
        let rows = [
            ["inputs of all layers, offloaded", both(memory.checkpointBytes)],
            ["scores of one layer, if written out, bf16", both(memory.scoreMatrixBytes(bytesPerElement: 2))],
            ["FLOPs a token", Quantity.flops(TrainingMemory.flopsPerToken(plan.model, tokens: plan.context))],
            ["against \(Quantity.tokens(short)) tokens of context", Quantity.ratio(ratio)],
        ]
        let table = Table(columns: [.init("what", .left), .init("how much")], rows: rows)
        return [
            .heading("Training"),
            .table(caption: "One sequence of \(Quantity.tokens(plan.context)) tokens", table),
            .paragraph(
                "Offloaded inputs: layers · hidden · 2 bytes · tokens, gradient checkpointing at each layer. FLOPs: "
                    + "3 · (2 · parameters that multiply + attention), causal pairs. Tiled kernels never write the "
                    + "scores out."),
        ]
    }
}
