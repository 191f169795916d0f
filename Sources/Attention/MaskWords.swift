/// Masks in words. Each form is put together from the sizes, so that a mask without a name can be printed too.
extension Mask {
    /// A size by which people tell one mask from another.
    public enum Size: Hashable, Sendable {
        case sinks(Int)
        /// Keys up to the query's own, which is one of them.
        case window(Int)
        /// Keys on either side of the query's own.
        case radius(Int)
        /// Keys before and after the query's own, where these differ; nil for all.
        case band(left: Int?, right: Int?)
        case chunk(Int)

        /// "sinks", "window", "symmetric window", "chunks".
        public var noun: String {
            switch self {
            case .sinks: "sinks"
            case .window, .band: "window"
            case .radius: "symmetric window"
            case .chunk: "chunks"
            }
        }

        /// "s", "w" or "c", as formulas have it.
        public var letter: String {
            switch self {
            case .sinks: "s"
            case .window, .radius, .band: "w"
            case .chunk: "c"
            }
        }

        /// "1024", or "100/20" where the sides differ.
        public func numeral(_ count: (Int) -> String = { "\($0)" }) -> String {
            switch self {
            case .sinks(let size), .window(let size), .radius(let size), .chunk(let size): count(size)
            case .band(let left, let right): [left, right].map { $0.map(count) ?? "all" }.joined(separator: "/")
            }
        }
    }

    /// Sinks, window, chunk, as far as the mask has them; none for a mask that is full or causal.
    public var sizes: [Size] {
        let window: Size? =
            switch (left, right) {
            case (nil, nil), (nil, 0): nil
            case (let left?, 0): .window(left + 1)
            case (let left?, let right?) where left == right: .radius(left)
            default: .band(left: left, right: right)
            }
        return [sinks > 0 ? .sinks(sinks) : nil, window, chunk.map { .chunk($0) }].compactMap { $0 }
    }

    /// What follows a kernel's name: "(1024)", "(4+1024)"; empty where there is no size.
    public var sizesInBrackets: String {
        sizes.isEmpty ? "" : "(" + sizes.map { $0.numeral() }.joined(separator: "+") + ")"
    }

    /// What kind of mask it is, without sizes: "no mask", "causal", "sliding window", "sinks and chunks".
    public var kind: String {
        let nouns = sizes.map(\.noun)
        // A window behind sinks goes without saying.
        let telling = nouns.filter { $0 == "sinks" || $0 == "chunks" }
        if !telling.isEmpty { return telling.joined(separator: " and ") }
        guard let window = nouns.first else { return isCausal ? "causal" : "no mask" }
        return isCausal ? "sliding \(window)" : window
    }

    /// The family that the mask is named after; nil if it has no name.
    public var family: MaskFamily? { MaskFamily.named.first { $0.contains(self) } }

    /// The name of its family; what kind it is, for a mask without a name.
    public var name: String { family?.name ?? kind }
}

extension Mask: CustomStringConvertible {
    /// "sliding-window(1024)".
    public var description: String { name + sizesInBrackets }
}

extension Mask: Comparable {
    /// The order of tables: full and causal first, then windows, sinks and chunks, each by its sizes.
    public static func < (a: Mask, b: Mask) -> Bool { a.rank.lexicographicallyPrecedes(b.rank) }

    private var rank: [Int] {
        [
            chunk ?? 0, sinks > 0 ? 1 : 0, left == nil ? 0 : 1, right.map { min($0, 1) } ?? -1, left ?? 0, sinks,
            right ?? 0,
        ]
    }
}
