import CProcessor
import Foundation
import Synchronization

/// Who may change a place, and when: the workers of a team change each place in the order of their turns, whichever of them gets
/// there first. What is added up at a place then does not depend on the number of threads.
///
/// Turns have to be taken up in their order, as `WorkerTeam.forEach` does: the one that others wait for is under way then.
public final class Turns: @unchecked Sendable {
    /// The turn that ended last at each place; −1 before the first.
    private let ended: UnsafeMutablePointer<Atomic<Int>>
    private let places: Int
    /// A pause takes 40 to 140 cycles; who waits longer lets others run.
    private static let spinLimit = 2000

    public init(places: Int) {
        self.places = places
        ended = .allocate(capacity: places)
        for place in 0..<places { (ended + place).initialize(to: Atomic(-1)) }
    }

    deinit {
        ended.deinitialize(count: places)
        ended.deallocate()
    }

    /// Before the first turn. Called while no worker is at any place.
    public func reset() {
        for place in 0..<places { ended[place].store(-1, ordering: .relaxed) }
    }

    /// Returns when the turn `previous` has ended at this place; at once for −1, which no turn comes before.
    public func wait(for previous: Int, at place: Int) {
        var spins = 0
        while ended[place].load(ordering: .acquiring) != previous {
            spins += 1
            if spins < Self.spinLimit { processor_pause() } else { sched_yield() }
        }
    }

    public func end(_ turn: Int, at place: Int) { ended[place].store(turn, ordering: .releasing) }
}
