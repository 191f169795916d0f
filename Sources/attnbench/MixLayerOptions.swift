import ArgumentParser
import Attention
import Benchmarking
import Foundation
import Kernels
import Serving

/// The layers of a mix: those that are named, on heads that options give, or those of a model.
struct MixLayerOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The layers of this model in place of a mix: a model in `attnbench list models`, its id on Hugging Face, the folder of a "
                + "downloaded model, the path of a config.json, or - for a config.json on standard input.",
            valueName: "id"), completion: .models)
    var model: String?

    @Option(help: ArgumentHelp("Read the file as if it had this model_type.", valueName: "type"))
    var treatAs: String?

    @Option(
        help: ArgumentHelp(
            "What the layers of the model do: prefill reads a prompt, decode writes one token. (default: prefill)",
            valueName: "phase"),
        completion: .list(["prefill", "decode"]), transform: MixLayerOptions.phase)
    var phase: Phase?

    @Option(help: ArgumentHelp("Query heads of each layer. (default: 1)", valueName: "n"))
    var heads: Int?

    @Option(help: ArgumentHelp("Key and value heads of each layer. (default: as many as --heads)", valueName: "n"))
    var kvHeads: Int?

    @Option(help: ArgumentHelp("Elements of a head. (default: 64)", valueName: "n"))
    var headDimension: Int?

    @OptionGroup var maskOptions: MaskOptions

    /// What is measured, and how its user named it.
    struct NamedMix {
        let name: String
        let mix: LayerMix
    }

    func validate() throws {
        let sizes = [("heads", heads), ("kv-heads", kvHeads), ("head-dimension", headDimension)]
        let given = sizes.first { $0.1 != nil }?.0 ?? maskOptions.firstGiven
        if model != nil, let given {
            throw ValidationError("the model says what --\(given) is; leave it out, or give a mix in place of --model")
        }
        if model == nil, treatAs != nil || phase != nil {
            throw ValidationError(
                "--\(phase != nil ? "phase" : "treat-as") needs --model; kernels of a mix have a phase of their own")
        }
        try PlanModelOptions.requireKnown(type: treatAs)
    }

    /// - Parameter kernels: those of this program, as the machine tuned them.
    func mix(_ written: String?, among kernels: [Kernel]) throws -> NamedMix {
        if let model {
            // A context that no file declares makes no difference to a layer.
            let model = try ModelSource(model, treatedAs: treatAs, context: 1)
                .model(standardInput: { FileHandle.standardInput.readDataToEndOfFile() })
            return NamedMix(
                name: model.id,
                mix: try LayerMix(layers: model.attendingLayers(), phase ?? .prefill, among: kernels))
        }
        let counts = try LayerCounts(written ?? "", among: kernels).counts
        let counted = HeadCounts(
            batch: 1, query: heads ?? 1, keyValue: kvHeads ?? heads ?? 1, dimension: headDimension ?? 64)
        let sizes = try maskOptions.sizes(for: counts.map(\.kernel))
        let kinds = zip(counts, sizes).map { count, size in
            let layer = AttendingLayer(
                mask: size.mask, weighting: count.kernel.weighting, selection: size.selection, heads: counted)
            return (kind: LayerMix.Kind(count.kernel, layer), layers: count.layers)
        }
        return NamedMix(name: written ?? "", mix: try LayerMix(kinds, among: kernels))
    }

    @Sendable private static func phase(_ text: String) throws -> Phase {
        guard let phase = Phase(rawValue: text), phase.givesOutput else {
            throw ValidationError("write prefill or decode")
        }
        return phase
    }
}
