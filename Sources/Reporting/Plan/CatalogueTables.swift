import Attention
import Quantities
import Serving
import Statistics

/// What `attnbench list models` and `attnbench list accelerators` show.
public enum CatalogueTables {
    public static func models(_ catalogue: ModelCatalogue = .shipped) -> Table {
        Table(
            columns: [
                .init("model", .left), .init("layers"), .init("kinds", .left), .init("billions"),
                .init("active", .right, .whenWide),
                .init("KV B/token"), .init("context"),
            ],
            rows: catalogue.models.map { model in
                let kinds = model.layerKinds.map { "\($0.count) \(letter($0.mask))" }
                return [
                    model.id, Quantity.count(model.layers.count), kinds.joined(separator: " + "),
                    Quantity.significant(model.residentParameters / 1e9, digits: 3),
                    Quantity.significant(Double(model.parameterCount.active) / 1e9, digits: 3),
                    Quantity.count(Int(saturating: KVCache(model, type: .bf16).bytesPerToken)),
                    Quantity.tokens(model.declaredContext),
                ]
            })
    }

    public static func accelerators(
        _ catalogue: AcceleratorCatalogue = .shipped, prices: PriceList = .shipped
    ) -> Table {
        Table(
            columns: [
                .init("accelerator", .left), .init("GB"), .init("GB/s"), .init("TFLOP/s bf16"), .init("FLOP/B"),
                .init("$/h"), .init("dated"), .init("read", .left, .whenWide), .init("name", .left, .whenWide),
            ],
            rows: catalogue.accelerators.map { accelerator in
                let price = prices.price(of: accelerator)
                return [
                    accelerator.id, Quantity.count(Int(saturating: accelerator.memoryGB)),
                    Quantity.count(Int(saturating: accelerator.bandwidthGBs)),
                    Quantity.significant(accelerator.bf16TFLOPS, digits: 3),
                    Quantity.count(Int(saturating: accelerator.ridge.rounded())),
                    price.map { Quantity.dollars($0.dollarsPerAcceleratorHour) } ?? "-", price?.date.description ?? "-",
                    accelerator.date.description, accelerator.name,
                ]
            })
    }

    /// "full", "w 4,096", "c 8,192".
    private static func letter(_ mask: Mask) -> String {
        mask.sizes.isEmpty
            ? "full" : mask.sizes.map { "\($0.letter) \($0.numeral(Quantity.count))" }.joined(separator: " ")
    }
}

extension Mask {
    /// How tables call the layers of a model that have this mask.
    var layerName: String {
        guard !sizes.isEmpty else { return isCausal ? "full" : "bidirectional" }
        return sizes.map { "\($0.noun) \($0.numeral(Quantity.count))" }.joined(separator: " + ")
    }
}

extension LayerKind {
    /// How tables call it: by its mask, and by what else is unusual.
    var name: String {
        attention.selection.map { "best \(Quantity.count($0.keys)) of \(mask.layerName)" }
            ?? (attention.variations.contains(.sharedCache) ? "\(mask.layerName), shared" : mask.layerName)
    }
}

extension Prefill.Part.Subject {
    var name: String {
        switch self {
        case .linear: "matrices"
        case .recurrence: "recurrences"
        case .attention(let mask): "attention, \(mask.layerName)"
        }
    }
}
