import Records
import TestSupport
import Testing

@testable import Benchmarking

@Suite struct NeededRoundsTests {
    private func cell(
        seconds: Double = 1, heldBack: Int = 4, most: Int = 40, kept: Double = 1, scatter: Double? = 0.01
    ) -> NeededRounds.Cell {
        NeededRounds.Cell(seconds: seconds, heldBack: heldBack, most: most, keptShare: kept, scatter: scatter)
    }

    private func seconds(_ cells: [NeededRounds.Cell], _ visits: [Int]) -> Double {
        zip(cells, visits).reduce(0) { $0 + $1.0.seconds * Double($1.1) }
    }

    @Test func cellsThatNeedAlikeGetWhatTheyHeldBack() {
        #expect(
            NeededRounds.visits([cell(heldBack: 12), cell(seconds: 9, heldBack: 3), cell(heldBack: 0)]) == [12, 3, 0])
        #expect(NeededRounds.visits([cell(kept: 0.5, scatter: nil), cell(kept: 0.5, scatter: nil)]) == [4, 4])
        #expect(NeededRounds.visits([]) == [])
    }

    @Test func fewKeptSamplesAskForMoreRounds() {
        let cells = [cell(heldBack: 10, kept: 0.5), cell(heldBack: 10), cell(heldBack: 10)]
        let visits = NeededRounds.visits(cells)
        #expect(visits == [15, 7, 7])
        #expect(seconds(cells, visits) <= 30)
    }

    /// Twice the typical scatter is chance; five times is not.
    @Test func muchScatterInTheFirstRoundsAsksForMore() {
        func cells(_ scatter: Double) -> [NeededRounds.Cell] {
            [cell(heldBack: 10, scatter: scatter)] + (0..<4).map { _ in cell(heldBack: 10) }
        }
        #expect(NeededRounds.visits(cells(0.018)) == [10, 10, 10, 10, 10])
        #expect(NeededRounds.visits(cells(0.05)) == [26, 6, 6, 6, 6])
    }

    /// The check after the last round comes with a cell's last visit, so one that waits for it gets one.
    @Test func nobodyIsForgottenAndNobodyGetsMoreThanTheMost() {
        let cells = [cell(heldBack: 1), cell(heldBack: 10, most: 11, kept: 0.1), cell(seconds: 0.001, heldBack: 10)]
        let visits = NeededRounds.visits(cells)
        #expect(visits[0] == 1 && visits[1] <= 11 && visits[2] >= 1)
        #expect(seconds(cells, visits) <= 11.01)
    }

    /// No cell keeps a sample: all need alike.
    @Test func aMachineThatIsNeverQuietChangesNothing() {
        #expect(NeededRounds.visits([cell(kept: 0), cell(kept: 0)]) == [4, 4])
    }
}

/// In a run, on a machine whose slow times a test plants.
@Suite struct NeededRoundsRunTests {
    private let world = FakeWorld()

    /// While one cell is timed the machine is slow: of that cell few samples are kept, so that it is visited more often.
    @Test func aCellWithFewQuietSamplesIsVisitedMoreOften() throws {
        let workloads = try fakeWorkloads(kernels: ["full"], lengths: [256, 512, 1024])
        let disturbed = workloads[1]
        var readings = 0
        let instruments = Instruments(
            engines: [world.engine()], check: { _ in .right(maximumError: 1e-7) },
            availableBytes: { 1 << 40 }, clock: world.clock
        ) { workload in
            readings += 1
            let isSlow = workload == disturbed && readings % 3 > 0
            return SentinelReading(tileNanoseconds: [isSlow ? 50_000 : 31_000])
        }
        let folder = try TemporaryFolder()
        var options = RunOptions(seed: 1)
        options.timeBudgetSeconds = 120
        options.memoryLimitBytes = 1 << 30
        let outcome = try FakeWorld.$current.withValue(world) {
            let log = try RunLog.create(folder.file("results.jsonl"), header: fakeHeader())
            return try Runner(instruments, options).run(workloads, into: log)
        }
        let samples = outcome.measurements.map { measurement -> Int in
            guard case .measured(let record) = measurement.outcome else { return 0 }
            return record.samplesNanoseconds.count
        }
        #expect(outcome.seconds <= 120)
        #expect(samples[1] > samples[0] || samples[1] == 50, "\(samples)")
    }
}
