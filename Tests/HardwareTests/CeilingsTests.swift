import Foundation
import Records
import TestSupport
import Testing

@testable import Hardware

@Suite(.serialized) struct CeilingsTests {
    @Test func areFiniteAndPositive() throws {
        let topology = try Topology()
        let ceilings = Ceilings.measure(on: WorkerTeam(), topology: topology)
        #expect(ceilings.flopsPerSecond.float32.isFinite && ceilings.flopsPerSecond.float32 > 0)
        #expect(ceilings.readBytesPerSecond.isFinite && ceilings.readBytesPerSecond > 0)
        if let bfloat16 = ceilings.flopsPerSecond.bfloat16 { #expect(bfloat16.isFinite && bfloat16 > 0) }
    }

    /// On a clock on which every reading takes five milliseconds, the full course takes seconds.
    @Test func areMeasuredInTheTimeThatIsGiven() throws {
        let topology = try Topology()
        func seconds(within limit: Double) -> Double {
            let clock = FakeClock(stepPerReading: 5_000_000)
            _ = Ceilings.measure(on: WorkerTeam(), topology: topology, clock: clock, within: limit)
            return Double(clock.nanoseconds) / 1e9
        }
        #expect(seconds(within: .infinity) > 2)
        #expect(seconds(within: 1.5) < 1.6)
        #expect(seconds(within: 0) < 0.6, "the fewest rounds")
    }

    @Test(arguments: [
        (cache: 0, available: 8 << 30, bytes: 256 << 20),
        (cache: 32 << 20, available: 8 << 30, bytes: 256 << 20),
        (cache: 512 << 20, available: 8 << 30, bytes: 2 << 30),
        (cache: 512 << 20, available: 2 << 30, bytes: 1 << 30),
    ])
    func readMoreThanTheCacheHoldsAndLessThanMemory(cache: Int, available: Int, bytes: Int) {
        #expect(Ceilings.readBytes(lastLevelCacheBytes: cache, available: available) == bytes)
    }
}
