import Attention
import Records

/// In which order the sides and the cells of a block are visited: pure functions of a seed.
enum PairedOrder {
    /// The order of the sides in each round of one cell. Six rounds hold the six orders of three sides: a random one, its
    /// reverse (ABBA), and so on; so each side comes first, second and last equally often, after each other equally
    /// often, and a drift that is linear over two rounds cancels. A fixed order would charge one side with what the
    /// other leaves behind in the caches.
    static func sides(rounds: Int, using generator: inout SplitMix64) -> [[PairedSide]] {
        var orders: [[PairedSide]] = []
        while orders.count < rounds {
            let start = PairedSide.allCases.shuffled(using: &generator)
            for turn in 0..<3 {
                let order = Array(start[turn...] + start[..<turn])
                orders += [order, order.reversed()]
            }
        }
        return Array(orders.prefix(rounds))
    }

    /// What each round visits, in order: the indices of the cells, shuffled again for each round.
    static func cells(count: Int, rounds: Int, using generator: inout SplitMix64) -> [[Int]] {
        (0..<rounds).map { _ in Array(0..<count).shuffled(using: &generator) }
    }
}
