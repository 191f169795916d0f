/// In which order the kinds of a mix follow each other in a stack, each by its place in a list of kinds, first layer first.
struct LayerOrder: Hashable {
    let places: [Int]

    /// Kinds spread evenly over the shortest stack that has them in these proportions, as models have them: three of one kind and
    /// one of another are a, a, a, b.
    ///
    /// - Parameters:
    ///   - counts: each at least 1.
    ///   - last: the kind that comes last of two that are equally many.
    init(spreading counts: [Int], last: Int?) {
        let divisor = counts.reduce(0, Self.greatestCommonDivisor)
        let counts = counts.map { $0 / divisor }
        // The j-th of c layers is due at j/c of the stack; of layers due together, the kind with fewer layers comes later.
        let layers = counts.indices.flatMap { kind in (1...counts[kind]).map { (kind: kind, index: $0) } }
        places = layers.sorted { a, b in
            let (early, late) = (a.index * counts[b.kind], b.index * counts[a.kind])
            if early != late { return early < late }
            if counts[a.kind] != counts[b.kind] { return counts[a.kind] > counts[b.kind] }
            if a.kind != b.kind, a.kind == last || b.kind == last { return b.kind == last }
            return a.kind < b.kind
        }.map(\.kind)
    }

    /// The layers of a model up to where they begin to repeat themselves; all of them where they do not do so twice.
    init(periodOf layers: [Int]) {
        let period = (1...max(1, layers.count)).first { period in
            layers.indices.dropFirst(period).allSatisfy { layers[$0] == layers[$0 - period] }
        }
        places = period.map { 2 * $0 <= layers.count ? Array(layers.prefix($0)) : layers } ?? layers
    }

    private static func greatestCommonDivisor(_ a: Int, with b: Int) -> Int {
        b == 0 ? a : greatestCommonDivisor(b, with: a % b)
    }
}
