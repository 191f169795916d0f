import Attention

/// The contents of all layers of one step: words drawn from a seed, of which each layer has those from another place on. So no two
/// layers are alike, and nothing is drawn, and only one layer is held, while times are taken.
///
/// Rejected: elements that are distributed as activations are. A file system that compresses would then show how well it
/// compresses them, and nothing else here depends on what the bytes are.
struct DrawnLayers {
    private var words: [UInt64]
    private let wordsOfALayer: Int

    /// A line of a cache: every layer then lies as well aligned as the first one.
    private static let wordsBetweenLayers = 8

    init(for layers: CheckpointedLayers) {
        wordsOfALayer = (layers.layerBytes + 7) / 8
        words = Array(repeating: 0, count: wordsOfALayer + Self.wordsBetweenLayers * (layers.layers - 1))
    }

    mutating func draw(seed: UInt64) {
        for index in words.indices { words[index] = SplitMix64.value(seed: seed, index: UInt64(index)) }
    }

    subscript(layer: Int) -> ArraySlice<UInt64> {
        let start = layer * Self.wordsBetweenLayers
        return words[start..<start + wordsOfALayer]
    }

    static func bytes(for layers: CheckpointedLayers) -> Int {
        layers.layerBytes + 8 + 8 * wordsBetweenLayers * layers.layers
    }
}
