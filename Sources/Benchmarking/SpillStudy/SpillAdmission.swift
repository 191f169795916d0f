import Faults
import Files
import Quantities

/// Whether the disk and the memory have room for a study, before anything is measured. A tenth of what is free is left to others.
struct SpillAdmission {
    /// The lengths whose layers can also be kept in memory, to compare with.
    let kept: [CheckpointedLayers]

    /// - Parameter freeMemory: nil where it is unknown, and then enough.
    init(
        of plan: SpillStudy.Plan, in folder: FileSystem, freeMemory: Int?
    ) throws(SpillRefused) {
        guard Self.fits(plan.fileBytes, in: folder.freeBytes) else {
            throw .disk(plan.largest, folder: plan.folder, freeBytes: folder.freeBytes)
        }
        let file = folder.isInMemory ? plan.fileBytes : 0
        // Each step holds the contents of one layer, and two layers are in memory.
        let needed = plan.steps.reduce(2 * plan.largest.layerBytes + file) { $0 + DrawnLayers.bytes(for: $1) }
        guard Self.fits(needed, in: freeMemory ?? .max) else {
            throw .memory(plan.largest, neededBytes: needed, freeBytes: freeMemory ?? 0)
        }
        kept = plan.steps.filter { Self.fits(needed + $0.mappedBytes, in: freeMemory ?? .max) }
    }

    private static func fits(_ bytes: Int, in free: Int) -> Bool { Double(bytes) <= 0.9 * Double(free) }
}

/// Layers that there is no room for.
public enum SpillRefused: Fault, Hashable {
    case disk(CheckpointedLayers, folder: String, freeBytes: Int)
    case memory(CheckpointedLayers, neededBytes: Int, freeBytes: Int)

    public var exitStatus: ExitStatus { .usage }

    public var description: String {
        switch self {
        case .disk(let layers, let folder, let free):
            "\(Self.text(layers)) take \(Quantity.bytes(layers.bytes)), and \(Quantity.bytes(free)) are free on the disk of "
                + "\(folder), of which a tenth is left to others; give fewer --tokens or --layers, or another --folder"
        case .memory(let layers, let needed, let free):
            "to spill \(Self.text(layers)) takes \(Quantity.bytes(needed)) of memory, and \(Quantity.bytes(free)) are free, "
                + "of which a tenth is left to others; give fewer --tokens"
        }
    }

    private static func text(_ layers: CheckpointedLayers) -> String {
        "\(layers.layers) \(layers.layers == 1 ? "layer" : "layers") of \(TokenCount.text(layers.tokens)) tokens × "
            + "\(layers.hiddenSize) elements"
    }
}
