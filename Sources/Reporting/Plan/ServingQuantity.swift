import Attention
import Foundation
import Serving

/// Quantities of serving. Memory of accelerators is sold in decimal units, so bytes are decimal here.
extension Quantity {
    /// "40,960 B", "4.83 GB", "409.6 GB", "1,966.1 GB", "12.5 TB".
    public static func decimalBytes(_ value: Double) -> String {
        switch value {
        case ..<1e6: number(value, place: value == value.rounded() ? 0 : -1) + " B"
        case ..<1e9: number(value / 1e6, place: -1) + " MB"
        case ..<1e13: number(value / 1e9, place: value < 9.995e9 ? -2 : -1) + " GB"
        default: number(value / 1e12, place: -1) + " TB"
        }
    }

    /// "$0.0021", "$4.17", "$1,560".
    public static func dollars(_ value: Double) -> String {
        switch value {
        case ..<0.01: "$" + significant(value, digits: 2)
        case ..<99.995: "$" + number(value, place: -2)
        default: "$" + number(value, place: 0)
        }
    }

    /// "12.6 EFLOP".
    public static func flops(_ value: Double) -> String {
        let units = [(1e21, "ZFLOP"), (1e18, "EFLOP"), (1e15, "PFLOP"), (1e12, "TFLOP"), (1e9, "GFLOP")]
        let (size, name) = units.first { value >= $0.0 * 0.9995 } ?? (1e6, "MFLOP")
        return significant(value / size, digits: 3) + " " + name
    }

    /// "13.7 ms", "53.2 min".
    public static func time(seconds: Double) -> String { time(nanoseconds: seconds * 1e9, digits: 3) }

    /// Both readings of a length: "1M = 1,048,576", "10,000,000".
    public static func tokensInFull(_ count: Int) -> String {
        let short = TokenCount.text(count)
        return short.last?.isLetter == true ? "\(short) = \(Self.count(count))" : Self.count(count)
    }

    /// Counts that come out of a calculation, decimal and rounded: "221 thousand", "4.41 million", "1.10 trillion".
    public static func rough(_ value: Int) -> String {
        guard value >= 10_000 else { return count(value) }
        let units = [(1e12, "trillion"), (1e9, "billion"), (1e6, "million")]
        let (size, name) = units.first { Double(value) >= $0.0 * 0.9995 } ?? (1e3, "thousand")
        return significant(Double(value) / size, digits: 3) + " " + name
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
