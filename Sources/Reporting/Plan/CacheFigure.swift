import Attention
import Drawing
import Quantities
import Serving

/// KV memory against context: the plan's model in several types, other models in bf16, and what accelerators hold.
enum CacheFigure {
    private static let others = ["llama-3.1-70b", "llama-4-scout", "gemma-3-27b", "gpt-oss-120b", "deepseek-v3"]

    static func plot(_ plan: ServingPlan) -> Plot? {
        let contexts = PlanFigures.contexts(plan)
        let models = ModelCatalogue.shipped.models.filter { others.contains($0.id) && $0.id != plan.model.id }.prefix(4)
        let types = [StorageType.bf16, .fp8, .q40]
        let own = types.enumerated().map { index, type in
            PlanFigures.line(
                "\(plan.model.name), \(type.name)", PlanFigures.style(0, dash: index),
                rows(KVCache(plan.model, type: type), contexts))
        }
        let compared = models.enumerated().map { index, model in
            PlanFigures.line(model.name, PlanFigures.style(index + 1), rows(KVCache(model, type: .bf16), contexts))
        }
        let traces = own + compared
        let values = traces.flatMap { $0.rows.map(\.y) }
        guard let least = values.min(), let most = values.max() else { return nil }
        let x = PlanFigures.lengthAxis(plan)
        let y = Axis.decades(from: max(least, most / 1e7) / 1.5, to: most * 1.5) { Quantity.significant($0, digits: 1) }
        return Plot(
            name: "cache", title: title(plan),
            method:
                "Keys and values of one sequence, layer by layer, decimal GB; the other models in bf16. Grey: memory "
                + "of accelerators as sold, weights not subtracted.",
            notes: [], x: x, y: y, xLabel: "context length n (tokens)", yLabel: "KV cache (GB)",
            columns: ("tokens", "gigabytes"), traces: traces, guides: memory(plan, over: x))
    }

    private static func rows(_ cache: KVCache, _ contexts: [Int]) -> [Plot.Row] {
        contexts.map { Plot.Row(x: Double($0), y: cache.bytes(tokens: $0) / 1e9) }
    }

    private static func memory(_ plan: ServingPlan, over x: Axis) -> [Plot.Guide] {
        let accelerator = plan.deployment.accelerator
        return Set([1, accelerator.link.perNode]).sorted().map { count in
            PlanFigures.level("\(count) × \(accelerator.id)", Double(count) * accelerator.memoryGB, over: x)
        }
    }

    static func title(_ plan: ServingPlan) -> String {
        let bytes = Quantity.decimalBytes(plan.cache.bytes(tokens: plan.context))
        let growing = plan.model.layerKinds.filter { $0.mask.mostVisibleKeys == nil }.reduce(0) { $0 + $1.count }
        let all = plan.model.layers.count
        let reason =
            growing == all
            ? "every layer keeps every token"
            : growing == 0 ? "no layer keeps more than its window" : "\(growing) of \(all) layers keep growing"
        return
            "\(plan.model.name) caches \(bytes) at \(Quantity.tokens(plan.context)) tokens in \(plan.cache.type.name): "
            + reason
    }
}
