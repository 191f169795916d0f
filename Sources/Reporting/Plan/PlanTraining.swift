import Quantities
import Serving

/// Training at this context: memory besides the weights, and work a token.
enum PlanTraining {
    static func blocks(_ plan: ServingPlan) -> [Document.Block] {
        let memory = TrainingMemory(plan.model, tokens: plan.context)
        let gibibyte = Double(1 << 30)
        func both(_ bytes: Double) -> String {
            let binary =
                bytes < 10_000 * gibibyte
                ? "\(Quantity.significant(bytes / gibibyte, digits: 4)) GiB"
                : "\(Quantity.significant(bytes / gibibyte / 1024, digits: 4)) TiB"
            return "\(Quantity.decimalBytes(bytes)) = \(binary)"
        }
        let short = 8 << 10
        let ratio =
            TrainingMemory.flopsPerToken(plan.model, tokens: plan.context)
            / TrainingMemory.flopsPerToken(plan.model, tokens: short)
        let rows = [
            ["inputs of all layers", both(memory.checkpointBytes)],
            ["scores of a layer, written out", both(memory.scoreMatrixBytes(bytesPerElement: 2))],
            ["FLOPs a token", Quantity.flops(TrainingMemory.flopsPerToken(plan.model, tokens: plan.context))],
            ["against \(Quantity.tokens(short)) tokens of context", Quantity.ratio(ratio)],
        ]
        let table = Table(columns: [.init("what", .left), .init("how much")], rows: rows)
        return [
            .heading("Training"),
            .table(caption: "One sequence of \(Quantity.tokens(plan.context)) tokens", table),
            .paragraph(
                "Inputs, offloaded to the host: layers · hidden · 2 bytes · tokens, gradient checkpointing at each layer. FLOPs: "
                    + "3 · (2 · parameters that multiply + attention), causal pairs. Scores in bf16; tiled kernels "
                    + "never write them out."),
        ]
    }
}
