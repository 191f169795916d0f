import Attention
import Kernels

/// Kinds of layers that a model mixes, and the order in which they follow each other: what `MixStudy` measures.
public struct LayerMix: Sendable {
    /// Layers that one kernel computes in one way.
    public struct Kind: Sendable {
        public let kernel: Kernel
        public let layer: AttendingLayer

        public init(_ kernel: Kernel, _ layer: AttendingLayer) { (self.kernel, self.layer) = (kernel, layer) }

        /// "sliding-window(1024)".
        public var label: String { kernel.name + layer.sizesInBrackets }

        func problem(length: Int, _ elementType: ElementType) throws -> AttentionProblem {
            let heads = layer.heads
            return try AttentionProblem(
                shape: AttentionShape(
                    batch: heads.batch, queryHeads: heads.query, keyValueHeads: heads.keyValue,
                    queryLength: kernel.phase.queryLength(keyLength: length), keyLength: length,
                    headDimension: heads.dimension),
                mask: layer.mask, elementType: elementType, positions: kernel.positions, weighting: layer.weighting,
                selection: layer.selection)
        }
    }

    /// All that is measured. Where no layer of the mix attends to everything, the last kind does so, for comparison.
    public let kinds: [Kind]
    /// Layers of the whole model that are of each kind.
    public let totals: [Int]
    /// The stack, first layer first, by the places of kinds.
    public let order: [Int]
    /// Which kind is full attention.
    public let full: Int

    /// A mix in which models have such layers: see `LayerOrder`.
    ///
    /// - Parameter kernels: among which full attention is sought where the mix has none.
    public init(_ counted: [(kind: Kind, layers: Int)], among kernels: [Kernel]) throws(LayerMixError) {
        let kinds = counted.map(\.kind)
        let order = LayerOrder(
            spreading: counted.map(\.layers), last: kinds.firstIndex { $0.layer.isFull })
        try self.init(kinds, totals: counted.map(\.layers), order, among: kernels)
    }

    /// The layers of a model, first layer first.
    public init(
        layers: [AttendingLayer], _ phase: Phase, among kernels: [Kernel]
    ) throws(LayerMixError) {
        var kinds: [Kind] = []
        var places: [Int] = []
        for layer in layers {
            if let place = kinds.firstIndex(where: { $0.layer == layer }) {
                places.append(place)
            } else {
                places.append(kinds.count)
                kinds.append(Kind(try kernels.computing(layer, phase), layer))
            }
        }
        let totals = kinds.indices.map { kind in places.count { $0 == kind } }
        try self.init(kinds, totals: totals, LayerOrder(periodOf: places), among: kernels)
    }

    private init(
        _ kinds: [Kind], totals: [Int], _ order: LayerOrder, among kernels: [Kernel]
    ) throws(LayerMixError) {
        if let other = kinds.first(where: { !$0.kernel.phase.givesOutput }) {
            throw .noLayer(kernel: other.kernel.name)
        }
        if let other = kinds.first(where: { $0.kernel.readsLatents }) {
            throw .valuesInKeys(kernel: other.kernel.name)
        }
        guard let first = kinds.first, kinds.count > 1 else {
            throw .oneKind(kinds.first?.label ?? "without attention")
        }
        if let other = kinds.first(where: { $0.kernel.phase != first.kernel.phase }) {
            let (prefill, decode) = first.kernel.phase == .decode ? (other, first) : (first, other)
            throw .twoPhases(prefill: prefill.kernel.name, decode: decode.kernel.name)
        }
        self.order = order.places
        if let full = kinds.firstIndex(where: { $0.layer.isFull }) {
            (self.kinds, self.totals, self.full) = (kinds, totals, full)
        } else {
            let layer = first.layer.full
            self.kinds = kinds + [Kind(try kernels.computing(layer, first.kernel.phase), layer)]
            self.totals = totals + [0]
            full = kinds.count
        }
    }

    public var phase: Phase { kinds[0].kernel.phase }

    /// Layers of the stack that are of each kind; 0 for one that is there for comparison.
    public var counts: [Int] { kinds.indices.map { kind in order.count { $0 == kind } } }
}

extension Collection<Kernel> {
    /// The kernel for such layers: of several, the first that is another way of none, and that is for masks like this one alone.
    func computing(_ layer: AttendingLayer, _ phase: Phase) throws(LayerMixError) -> Kernel {
        let kernel = first { kernel in
            kernel.phase == phase && kernel.weighting == layer.weighting
                && kernel.selectsBlocks == (layer.selection != nil) && !kernel.readsLatents && kernel.variantOf == nil
                && kernel.masks != .any && kernel.masks.contains(layer.mask)
        }
        guard let kernel else { throw .noKernel(layer: "\(layer.mask)", phase) }
        return kernel
    }
}
