import Foundation
import Records
import TestSupport
import Testing

@testable import Hardware

@Suite(.serialized) struct CeilingsTests {
    @Test func areFiniteAndPositive() {
        let ceilings = Ceilings.measure(on: WorkerTeam())
        #expect(ceilings.flopsPerSecond.float32.isFinite && ceilings.flopsPerSecond.float32 > 0)
        #expect(ceilings.readBytesPerSecond.isFinite && ceilings.readBytesPerSecond > 0)
        #expect(ceilings.tileFLOPsPerSecond.map { $0.isFinite && $0 > 0 } == true)
        if let bfloat16 = ceilings.flopsPerSecond.bfloat16 { #expect(bfloat16.isFinite && bfloat16 > 0) }
    }

    /// On a clock on which every reading takes five milliseconds, the full course takes seconds.
    @Test func areMeasuredInTheTimeThatIsGiven() {
        func seconds(within limit: Double) -> Double {
            let clock = FakeClock(stepPerReading: 5_000_000)
            _ = Ceilings.measure(on: WorkerTeam(), clock: clock, within: limit)
            return Double(clock.nanoseconds) / 1e9
        }
        #expect(seconds(within: .infinity) > 2)
        #expect(seconds(within: 1.5) < 1.6)
        #expect(seconds(within: 0) < 0.8, "the fewest rounds")
    }

    /// However many share it, a part is small, and fills the reading loop's turns.
    @Test(arguments: [1, 2, 3, 64, 384]) func theReadBufferIsSmall(workers: Int) {
        let bytes = Ceilings.readBytesPerWorker(workers)
        #expect(bytes >= 1 << 20 && bytes % 1024 == 0)
        #expect(bytes * workers <= max(32, workers) << 20)
    }

    /// A part of the buffer that was just read lies in a cache, and is read from there unless it was taken out.
    @Test(.enabled(if: isOptimized, "without optimisation the loop is slower than memory"))
    func whatWasFlushedIsReadFromMemory() {
        let buffer = ReadBuffer(bytesPerWorker: 1 << 18, workers: 1)
        buffer.touch(worker: 0)
        func fastest(_ prepare: () -> Void) -> Int {
            (0..<200).map { _ in
                prepare()
                let watch = Stopwatch()
                buffer.read(worker: 0)
                return watch.nanoseconds
            }.min()!
        }
        #expect(fastest { buffer.flush(worker: 0) } > fastest {} * 3 / 2)
    }
}

private var isOptimized: Bool {
    #if DEBUG
        false
    #else
        true
    #endif
}
