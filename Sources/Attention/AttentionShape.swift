import Faults

/// The sizes of one attention call. Query heads are shared evenly among key/value heads (grouped-query attention):
/// query head `h` reads key/value head `h / groupSize`.
public struct AttentionShape: Hashable, Sendable {
    public let batch: Int
    public let queryHeads: Int
    public let keyValueHeads: Int
    public let queryLength: Int
    public let keyLength: Int
    public let headDimension: Int

    /// - Parameter keyLength: nil for self-attention over `queryLength` tokens.
    public init(
        batch: Int = 1, queryHeads: Int = 1, keyValueHeads: Int = 1,
        queryLength: Int, keyLength: Int? = nil, headDimension: Int
    ) throws(ShapeError) {
        let keyLength = keyLength ?? queryLength
        for (name, value) in [
            ("batch", batch), ("queryHeads", queryHeads), ("keyValueHeads", keyValueHeads),
            ("queryLength", queryLength), ("keyLength", keyLength), ("headDimension", headDimension),
        ] where value < 1 {
            throw .notPositive(name: name, value: value)
        }
        // Past these limits a count of pairs or elements would not fit in an Int; they are far beyond any memory.
        for (name, value) in [("queryLength", queryLength), ("keyLength", keyLength)] where value > Self.longestLength {
            throw .tooLong(name: name, value: value)
        }
        let scores = Double(batch) * Double(queryHeads) * Double(queryLength) * Double(keyLength)
        let elements =
            Double(batch) * Double(queryHeads) * Double(max(queryLength, keyLength)) * Double(headDimension)
        guard scores <= 0x1p62, elements <= 0x1p56 else { throw .tooLarge(scores: scores, elements: elements) }
        guard queryHeads.isMultiple(of: keyValueHeads) else {
            throw .unevenGroups(queryHeads: queryHeads, keyValueHeads: keyValueHeads)
        }
        self.batch = batch
        self.queryHeads = queryHeads
        self.keyValueHeads = keyValueHeads
        self.queryLength = queryLength
        self.keyLength = keyLength
        self.headDimension = headDimension
    }

    /// 2G tokens.
    public static let longestLength = 1 << 31

    /// Query heads that share one key/value head.
    public var groupSize: Int { queryHeads / keyValueHeads }

    /// Elements of the query and of the output, laid out [batch][queryHeads][queryLength][headDimension].
    public var queryCount: Int { batch * queryHeads * queryLength * headDimension }

    /// Elements of the key and of the value, laid out [batch][keyValueHeads][keyLength][headDimension].
    public var keyCount: Int { batch * keyValueHeads * keyLength * headDimension }

    /// The place of query row 0 among the keys: the last query stands at the last key.
    public var firstPosition: Int { keyLength - queryLength }
}

public enum ShapeError: Fault, Equatable {
    case notPositive(name: String, value: Int)
    case unevenGroups(queryHeads: Int, keyValueHeads: Int)
    case tooLong(name: String, value: Int)
    case tooLarge(scores: Double, elements: Double)

    public var exitStatus: ExitStatus { .usage }

    public var description: String {
        switch self {
        case .notPositive(let name, let value):
            "\(name) is \(value); it must be at least 1"
        case .unevenGroups(let queryHeads, let keyValueHeads):
            "\(queryHeads) query heads cannot share \(keyValueHeads) key/value heads evenly; "
                + "make the query heads a multiple of the key/value heads"
        case .tooLong(let name, let value):
            "\(name) is \(value); it must be at most \(AttentionShape.longestLength)"
        case .tooLarge(let scores, let elements):
            "\(scores) scores over \(elements) elements per tensor are too many to be counted; "
                + "reduce the batch, the heads or the lengths"
        }
    }
}
