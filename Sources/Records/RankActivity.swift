/// What a rank did from one time to another, by its own clock, counted from the barrier before the sample.
public struct RankActivity: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        /// Inside the kernel that one rank uses.
        case computing
        /// Inside a call that ends only when messages have arrived.
        case waiting
        /// Between tensors and the memory of messages.
        case copying
        /// Outputs over parts of the keys.
        case merging
        /// Messages are under way. A rank may compute meanwhile.
        case transfer
    }

    public let kind: Kind
    public let startNanoseconds: Int
    public let endNanoseconds: Int

    public init(_ kind: Kind, startNanoseconds: Int, endNanoseconds: Int) {
        self.kind = kind
        self.startNanoseconds = startNanoseconds
        self.endNanoseconds = endNanoseconds
    }

    public var nanoseconds: Int { endNanoseconds - startNanoseconds }
}

/// As `["computing", 0, 1234]`: a call of many ranks has hundreds of them.
extension RankActivity: Codable {
    public init(from decoder: any Decoder) throws {
        var parts = try decoder.unkeyedContainer()
        self.init(
            try parts.decode(Kind.self), startNanoseconds: try parts.decode(Int.self),
            endNanoseconds: try parts.decode(Int.self))
    }

    public func encode(to encoder: any Encoder) throws {
        var parts = encoder.unkeyedContainer()
        try parts.encode(kind)
        try parts.encode(startNanoseconds)
        try parts.encode(endNanoseconds)
    }
}

extension [RankActivity] {
    public func nanoseconds(_ kind: RankActivity.Kind) -> Int {
        reduce(0) { $1.kind == kind ? $0 + $1.nanoseconds : $0 }
    }
}
