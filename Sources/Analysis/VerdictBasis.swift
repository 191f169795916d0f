/// The pairs that theory says a kernel's time goes with. For a kernel that computes little more than its mask allows,
/// those that the mask allows. For one whose overhead changes with the length, such as overlapping chunks at a length
/// that is not a multiple of them, those that it computes by its closed form: against the others it would seem to grow
/// faster or slower than it does.
public enum VerdictBasis: String, Sendable, Codable {
    case usefulPairs, computedPairs

    /// Computed over useful pairs may change so much over the lengths before it bends an exponent.
    static let toleratedChange = 1.10

    /// - Parameter points: at least one.
    init(_ points: [Point]) {
        let overheads = points.map { Double($0.computedPairs) / Double($0.usefulPairs) }
        self = overheads.max()! > Self.toleratedChange * overheads.min()! ? .computedPairs : .usefulPairs
    }

    func pairs(of point: Point) -> Double {
        switch self {
        case .usefulPairs: Double(point.usefulPairs)
        case .computedPairs: Double(point.computedPairs)
        }
    }
}
