/// What is to be computed: softmax(scale · Q Kᵀ + mask) V, for given sizes and element type. It knows nothing of
/// kernels or threads.
public struct AttentionProblem: Hashable, Sendable {
    public let shape: AttentionShape
    public let mask: Mask
    public let elementType: ElementType
    /// Factor on the scores before softmax; positive.
    public let scale: Float

    /// - Parameter scale: nil for 1/√headDimension.
    public init(
        shape: AttentionShape, mask: Mask, elementType: ElementType = .float32, scale: Float? = nil
    ) throws(ProblemError) {
        switch mask {
        case .slidingWindow(let window) where window < 1:
            throw .parameter(name: "window", value: window, minimum: 1)
        case .symmetricWindow(let radius) where radius < 0:
            throw .parameter(name: "window", value: radius, minimum: 0)
        case .attentionSink(let sinks, _) where sinks < 0:
            throw .parameter(name: "sinks", value: sinks, minimum: 0)
        case .attentionSink(_, let window) where window < 1:
            throw .parameter(name: "window", value: window, minimum: 1)
        case .chunkedLocal(let chunk) where chunk < 1:
            throw .parameter(name: "chunk", value: chunk, minimum: 1)
        default: break
        }
        if mask != .full, shape.queryLength > shape.keyLength {
            throw .queriesWithoutKeys(queryLength: shape.queryLength, keyLength: shape.keyLength)
        }
        let scale = scale ?? 1 / Float(shape.headDimension).squareRoot()
        guard scale > 0, scale.isFinite else { throw .scale(scale) }
        self.shape = shape
        self.mask = mask
        self.elementType = elementType
        self.scale = scale
    }

    /// The pairs of one query head.
    public var pairs: PairCount {
        PairCount(mask: mask, queryLength: shape.queryLength, keyLength: shape.keyLength)
    }

    /// Bytes of Q, K, V and O.
    public var tensorBytes: Int {
        2 * (shape.queryCount + shape.keyCount) * elementType.byteCount
    }
}

public enum ProblemError: Error, Equatable, CustomStringConvertible {
    case parameter(name: String, value: Int, minimum: Int)
    case queriesWithoutKeys(queryLength: Int, keyLength: Int)
    case scale(Float)

    public var description: String {
        switch self {
        case .parameter(let name, let value, let minimum):
            "\(name) is \(value); it must be at least \(minimum)"
        case .queriesWithoutKeys(let queryLength, let keyLength):
            "\(queryLength) queries against \(keyLength) keys: the last query stands at the last key, so the first "
                + "would see nothing; give at least as many keys as queries"
        case .scale(let scale):
            "scale is \(scale); it must be a positive number"
        }
    }
}
