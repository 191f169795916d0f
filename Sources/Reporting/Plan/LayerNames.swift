import Attention
import Quantities
import Serving

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
