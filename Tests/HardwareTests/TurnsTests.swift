import Hardware
import Synchronization
import Testing

struct TurnsTests {
    /// Whoever gets there first: each place sees the turns in their order, call after call.
    @Test(arguments: [1, 2, 4])
    func eachPlaceIsChangedInOrder(threads: Int) {
        let (places, turns) = (5, 60)
        let team = WorkerTeam(threads: threads)
        let order = Turns(places: places)
        for _ in 0..<3 {
            order.reset()
            let seen = Mutex([[Int]](repeating: [], count: places))
            team.forEach(count: turns) { _, turn in
                // Turns skip places: each place has its own turn before this one.
                for place in 0..<places where turn.isMultiple(of: place + 1) {
                    order.wait(for: turn == 0 ? -1 : turn - (place + 1), at: place)
                    seen.withLock { $0[place].append(turn) }
                    order.end(turn, at: place)
                }
            }
            let found = seen.withLock { $0 }
            for place in 0..<places {
                #expect(found[place] == Array(stride(from: 0, to: turns, by: place + 1)), "place \(place)")
            }
        }
    }
}
