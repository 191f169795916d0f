/// What theory says that the time of a series goes with.
///
/// In prefill: pairs. For a kernel that computes little more than its mask allows, those that the mask allows. For one
/// whose overhead changes with the length, such as overlapping chunks at a length that is not a multiple of them, those
/// that it computes by its closed form: against the others it would seem to grow faster or slower than it does.
///
/// In decode: bytes. Each key and value is read once, for a few FLOPs a byte, far below what a core could do meanwhile;
/// so memory is the limit, and the format of the cache counts. Steps over latents are the exception: one row is read for all heads, so
/// that arithmetic is the limit, and they are held against pairs.
public enum WorkBasis: String, Sendable, Codable {
    case usefulPairs, computedPairs, bytes

    /// Computed over useful pairs may change so much over the lengths before it bends an exponent.
    static let toleratedChange = 1.10

    /// What a verdict holds a series against.
    /// - Parameter points: at least one.
    init(_ points: [Point], of parameters: SeriesParameters) {
        if parameters.lawBasis == .bytes {
            self = .bytes
            return
        }
        let overheads = points.compactMap(\.work.overhead)
        guard overheads.count == points.count else {
            self = .usefulPairs
            return
        }
        self = overheads.max()! > Self.toleratedChange * overheads.min()! ? .computedPairs : .usefulPairs
    }

    /// - Precondition: where it is computed pairs, the point's are known.
    func work(of point: Point) -> Double {
        switch self {
        case .usefulPairs: Double(point.work.usefulPairs)
        case .computedPairs: Double(point.work.computedPairs!)
        case .bytes: Double(point.work.bytes)
        }
    }
}

extension SeriesParameters {
    /// Whether steps of a decoding series read the keys that they see anew, as a prompt, and are so bound by arithmetic:
    /// they go through w(w + 1) / 2 pairs of w keys, where a step over a cache goes through w. Below 64 keys the two
    /// cannot be told apart, since caches are read in whole tiles.
    func recomputes(_ points: [Point]) -> Bool {
        guard isDecode, let last = points.last, let overhead = last.work.overhead else { return false }
        let keys = last.work.usefulPairs / (batch * queryHeads)
        return keys >= 64 && overhead >= Double(keys) / 4
    }

    /// What the law of a series is over, and `work(length:)` counts.
    package var lawBasis: WorkBasis { isDecode && latent == nil ? .bytes : .usefulPairs }
}
