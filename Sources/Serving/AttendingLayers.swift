import Attention
import Faults

/// The layers of a model as kernels compute them.
extension Model {
    /// What each layer computes that looks at other tokens, first layer first. Layers with a feed-forward half alone are left out.
    ///
    /// - Throws: where a layer is of a kind that no kernel computes.
    public func attendingLayers() throws(UnmeasurableLayers) -> [AttendingLayer] {
        var attending: [AttendingLayer] = []
        var reasons: [String] = []
        for layer in layers {
            switch layer.measurable {
            case .nothing: continue
            case .layer(let layer): attending.append(layer)
            case .noKernel(let reason): reasons.append(reason)
            }
        }
        guard reasons.isEmpty else { throw UnmeasurableLayers(model: id, reasons: reasons) }
        return attending
    }
}

/// What there is of a layer for a kernel.
private enum Measurable {
    case nothing
    case layer(AttendingLayer)
    /// Of what kind it is.
    case noKernel(String)
}

extension DecoderLayer {
    fileprivate var measurable: Measurable {
        switch (attention, recurrence) {
        case (nil, nil): .nothing
        case (let attention?, nil): attention.measurable
        case (nil, let recurrence?): recurrence.measurable
        case (_?, let recurrence?): .noKernel("with attention beside \(recurrence.name)")
        }
    }
}

extension AttentionLayer {
    fileprivate var measurable: Measurable {
        guard case .grouped(let queryHeads, let keyValueHeads, let headDimension) = dimensions else {
            return .noKernel("of latent attention")
        }
        guard selection == nil else { return .noKernel("whose keys an indexer selects") }
        return .layer(
            AttendingLayer(
                mask: mask,
                heads: HeadCounts(batch: 1, query: queryHeads, keyValue: keyValueHeads, dimension: headDimension)))
    }
}

extension Recurrence {
    /// Each head of values has a state of its own, and shares queries and keys with others, as the transformers library repeats them.
    fileprivate var measurable: Measurable {
        guard case .gatedDelta(let delta) = self else { return .noKernel("of \(name)") }
        guard delta.keyDimension == delta.valueDimension else {
            return .noKernel("of the gated delta rule with values of another size than keys")
        }
        return .layer(
            AttendingLayer(
                mask: .causal, weighting: .gatedDelta,
                heads: HeadCounts(
                    batch: 1, query: delta.valueHeads, keyValue: delta.valueHeads, dimension: delta.valueDimension)))
    }
}

/// A model with layers that no kernel of this program computes.
public struct UnmeasurableLayers: Fault, Equatable {
    public let model: String
    /// Of what kind each such layer is.
    public let reasons: [String]

    public var exitStatus: ExitStatus { .usage }

    public var description: String {
        let kinds = reasons.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        let counted = kinds.map { kind in
            let count = reasons.count { $0 == kind }
            return "\(count) \(count == 1 ? "layer" : "layers") \(kind)"
        }
        return
            "\(model) has \(counted.joined(separator: " and ")), which a mix cannot measure; give a mix of other layers by hand, "
            + "such as full:1,gated-delta:3"
    }
}
