import Attention
import Testing

@testable import Benchmarking

@Suite struct PairedOrderTests {
    @Test func sixRoundsHoldAllOrders() {
        var generator = SplitMix64(seed: 1)
        let orders = PairedOrder.sides(rounds: 18, using: &generator)
        #expect(orders.count == 18)
        for start in stride(from: 0, to: 18, by: 6) {
            #expect(Set(orders[start..<start + 6]).count == 6)
            for pair in stride(from: start, to: start + 6, by: 2) {
                #expect(orders[pair + 1] == orders[pair].reversed(), "ABBA")
            }
        }
    }

    @Test func roundsVisitEveryCellInChangingOrder() {
        var generator = SplitMix64(seed: 1)
        let rounds = PairedOrder.cells(count: 8, rounds: 6, using: &generator)
        for round in rounds { #expect(round.sorted() == Array(0..<8)) }
        #expect(Set(rounds).count == 6)
    }
}
