import Foundation
import Records
import TestSupport
import Testing

@testable import Benchmarking

/// What is not measuring keeps to its share of the time budget.
@Suite struct BudgetShareTests {
    private let world = FakeWorld()

    /// Twelve series of which a single probe takes a second, in a budget of two: what is not known is skipped, and says so.
    @Test(arguments: [2.0, 10, 60])
    func probingKeepsToItsShare(seconds: Double) throws {
        world.secondsPerCall = 1
        let workloads = try fakeWorkloads(lengths: [64, 128], windows: Array(1...11))
        var budget = RunOptions(seed: 1)
        budget.timeBudgetSeconds = seconds
        budget.rounds = 6
        budget.memoryLimitBytes = 1 << 30
        let plan = FakeWorld.$current.withValue(world) { Runner(world.instruments(), budget).plan(workloads) }
        #expect(world.clock.nanoseconds <= Int(1e9 * max(1.01, BudgetShare.probing * seconds + 1)))
        world.calls = []
        let folder = try TemporaryFolder()
        let outcome = try FakeWorld.$current.withValue(world) {
            let log = try RunLog.create(folder.file("results.jsonl"), header: fakeHeader())
            return try Runner(world.instruments(), budget).run(workloads, into: log)
        }
        #expect(outcome.seconds <= seconds)
        let reasons = outcome.measurements.compactMap { measurement -> String? in
            if case .skipped(let reason) = measurement.outcome { reason } else { nil }
        }
        #expect(reasons.allSatisfy { $0.contains("time budget") })
        #expect(reasons.contains { $0.hasSuffix("left no time to find out what a call takes") } == (seconds < 60))
        #expect((reasons.count < workloads.count) == (seconds > 9), "a budget that holds a cell measures one")
        #expect(plan.cells.contains { $0.decision == .skip(.unknown(budgetSeconds: seconds)) } == (seconds < 60))
    }
}
