/// Moves labels apart along a line, each as little as possible.
///
/// Given wanted positions, find positions at least `separation` apart, in the same order, with the least sum of squared
/// moves. Take i·separation off the i-th wanted position (ascending) and the constraint becomes "never decreasing":
/// isotonic regression, solved exactly by pooling neighbours that violate the order and giving the pool its mean
/// (Barlow et al., Statistical Inference under Order Restrictions, 1972).
enum LabelPlacement {
    /// Positions in the order of `wanted`, inside `bounds` as long as they fit there at all.
    static func place(_ wanted: [Double], separation: Double, in bounds: ClosedRange<Double>) -> [Double] {
        // Of equals the first comes out on top, as in a list.
        let order = wanted.indices.sorted { (wanted[$0], $1) < (wanted[$1], $0) }
        var pools: [(sum: Double, count: Int)] = []
        for (rank, index) in order.enumerated() {
            pools.append((wanted[index] - Double(rank) * separation, 1))
            while pools.count > 1, mean(pools[pools.count - 2]) > mean(pools[pools.count - 1]) {
                let last = pools.removeLast()
                pools[pools.count - 1].sum += last.sum
                pools[pools.count - 1].count += last.count
            }
        }
        let room = bounds.upperBound - Double(max(0, wanted.count - 1)) * separation
        let level = pools.flatMap { pool in
            Array(repeating: max(bounds.lowerBound, min(room, mean(pool))), count: pool.count)
        }
        var placed = wanted
        for (rank, index) in order.enumerated() { placed[index] = level[rank] + Double(rank) * separation }
        return placed
    }

    private static func mean(_ pool: (sum: Double, count: Int)) -> Double { pool.sum / Double(pool.count) }
}
