import Attention
import Quantities
import Serving

/// What has to be held, by part, by cache type and by formula.
enum PlanMemory {
    static func blocks(_ plan: ServingPlan) -> [Document.Block] {
        let cache = plan.cache
        let total = plan.fit.bytes(tokens: plan.context, batch: plan.batch)
        var rows = plan.model.layerKinds.map { kind in
            let kept = cache.allocation.tokens(for: kind.mask, context: plan.context)
            return [
                "KV, \(kind.name)", Quantity.count(kind.count), Quantity.count(kept),
                Quantity.decimalBytes(cache.bytes(of: kind, tokens: plan.context)),
            ]
        }
        if cache.stateBytes > 0 {
            let recurrent = plan.model.layers.count { $0.recurrence != nil }
            rows.append(
                ["state of recurrent layers", Quantity.count(recurrent), "", Quantity.decimalBytes(cache.stateBytes)])
        }
        let layers = Quantity.count(plan.model.layers.count)
        rows.append(
            ["KV, one sequence", layers, "", Quantity.decimalBytes(cache.bytes(tokens: plan.context))])
        if plan.batch > 1 {
            let bytes = Double(plan.batch) * cache.bytes(tokens: plan.context)
            rows.append(["KV, \(plan.batch) sequences", layers, "", Quantity.decimalBytes(bytes)])
        }
        rows.append(["weights", layers, "", Quantity.decimalBytes(plan.fit.weightBytes)])
        rows.append(["all", "", "", Quantity.decimalBytes(total)])
        let table = Table(
            columns: [.init("what", .left), .init("layers"), .init("tokens kept"), .init("bytes")], rows: rows)
        let elements = plan.model.attention.cachedElementsPerToken
        let assumption =
            "\(Quantity.count(elements)) elements a token and layer at \(Quantity.bits(cache.bitsPerElement)) bits "
            + "(\(cache.type.name): \(cache.type.source)); a token adds \(Quantity.decimalBytes(cache.bytesPerToken)), of "
            + "which \(Quantity.decimalBytes(cache.growingBytesPerToken)) stay. Weights: "
            + "\(Quantity.significant(plan.model.residentParameters / 1e9, digits: 3)) billion parameters in "
            + plan.model.weights.names.joined(separator: " and ") + components(plan.model)
            + ". GB = 10⁹ bytes." + allocation(cache)
        return [.heading("Memory"), .table(caption: "Keys, values and weights", table), .paragraph(assumption)]
    }

    private static func components(_ model: Model) -> String {
        model.architecture.components.map {
            ", with \(Quantity.significant(Double($0.parameters) / 1e6, digits: 3)) million of the \($0.name)"
        }.joined()
    }

    private static func allocation(_ cache: KVCache) -> String {
        cache.allocation == .exact ? "" : " Handed out as \(cache.allocation.name) does: \(cache.allocation.source)."
    }

    static func typeBlocks(_ plan: ServingPlan) -> [Document.Block] {
        let rows = StorageType.all.map { type in
            let other = ServingPlan(
                KVCache(plan.model, type: type), context: plan.context, batch: plan.batch,
                on: ServingPlan.Supply(plan.deployment))
            return [
                type.name, Quantity.bits(other.cache.bitsPerElement), Quantity.decimalBytes(other.cache.bytesPerToken),
                Quantity.decimalBytes(other.cache.bytes(tokens: plan.context)),
                Quantity.count(other.fewestAccelerators),
                PlanFit.longest(other.fit.longestContext(on: plan.deployment)),
            ]
        }
        let table = Table(
            columns: [
                .init("type", .left), .init("bits"), .init("a token"), .init("KV cache"), .init("accelerators"),
                .init("longest"),
            ], rows: rows)
        return [
            .heading("Cache types"),
            .table(
                caption: "KV cache of one sequence of \(Quantity.tokens(plan.context)) tokens by type; accelerators "
                    + "that it needs with the weights, and longest context on \(plan.deployment.count)", table),
            .paragraph(
                "Bits with scales and zero points; int4 has none: estimates count so, no format stores so. "
                    + PlanFit.reserve(plan.deployment)),
        ]
    }

    /// - Parameter formula: the one to compare with the exact count; all of them where it is `exact`.
    static func formulaBlocks(_ plan: ServingPlan, _ formula: KVCache.Formula) -> [Document.Block] {
        let exact = plan.cache.bytes(tokens: plan.context)
        let formulas = KVCache.Formula.allCases.filter { formula == .exact || $0 == .exact || $0 == formula }
        let caches = formulas.map { KVCache(plan.model, type: plan.cache.type, formula: $0) }
        let rows = caches.map { cache in
            let bytes = cache.bytes(tokens: plan.context)
            return [
                cache.formula.rawValue, Quantity.decimalBytes(cache.bytesPerToken), Quantity.decimalBytes(bytes),
                Quantity.ratio(bytes / exact),
            ]
        }
        let table = Table(
            columns: [.init("formula", .left), .init("a token"), .init("KV cache"), .init("of exact")], rows: rows)
        let reasons = caches.dropFirst().map { cache in
            "\(cache.formula.rawValue): "
                + (cache.differences.isEmpty
                    ? "right for this model and type."
                    : cache.differences.map(sentence).joined(separator: "; ") + ".")
        }
        return [
            .heading("Formulas"),
            .table(caption: "The same cache by other formulas", table),
            .paragraph(
                "exact: layer by layer, min(n, window or chunk) tokens, true bits. textbook: 2 · layers · n · KV heads "
                    + "· head dimension · nominal bits."),
            .list(reasons),
        ]
    }

    static func sentence(_ difference: KVCache.Difference) -> String {
        switch difference {
        case .boundedLayers(let bounded, let layers):
            "it lets all \(layers) layers grow, but \(bounded) of them stop at their window or chunk"
        case .bits(let taken, let real):
            "it counts \(Quantity.bits(taken)) bits where \(Quantity.bits(real)) are stored with the scales"
        }
    }
}
