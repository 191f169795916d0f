import Attention
import Hardware

/// What checkpointing keeps of each layer from the forward pass to the backward pass: its input, tokens × hidden elements.
public struct CheckpointedLayers: Sendable, Codable, Hashable {
    public let layers: Int
    public let tokens: Int
    public let hiddenSize: Int
    public let elementType: ElementType

    /// Larger ones could not be multiplied with one another.
    public static let most = (layers: 1000, tokens: 1 << 30, hiddenSize: 1 << 20)

    /// - Precondition: each size is from 1 to its `most`.
    public init(layers: Int, tokens: Int, hiddenSize: Int, elementType: ElementType) {
        precondition((1...Self.most.layers).contains(layers), "\(layers) layers")
        precondition((1...Self.most.tokens).contains(tokens), "\(tokens) tokens")
        precondition((1...Self.most.hiddenSize).contains(hiddenSize), "\(hiddenSize) elements")
        self.layers = layers
        self.tokens = tokens
        self.hiddenSize = hiddenSize
        self.elementType = elementType
    }

    public var layerBytes: Int { tokens * hiddenSize * elementType.byteCount }

    /// What a step keeps that does not spill.
    public var bytes: Int { layers * layerBytes }

    /// Each layer begins at a page, so that its pages hold nothing of another one.
    var mappedBytes: Int { layers * pagedLayerBytes }

    private var pagedLayerBytes: Int {
        (layerBytes + MappedMemory.pageBytes - 1) / MappedMemory.pageBytes * MappedMemory.pageBytes
    }

    /// Where a layer lies in a mapping.
    func place(of layer: Int) -> Range<Int> {
        let start = layer * pagedLayerBytes
        return start..<start + layerBytes
    }

    /// The same with the rest of its last page.
    func pages(of layer: Int) -> Range<Int> {
        let start = layer * pagedLayerBytes
        return start..<start + pagedLayerBytes
    }
}
