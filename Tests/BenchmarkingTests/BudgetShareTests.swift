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
        #expect(reasons.contains { $0.hasSuffix("left no time to measure a first call") } == (seconds < 60))
        #expect((reasons.count < workloads.count) == (seconds > 9), "a budget that holds a cell measures one")
        #expect(plan.cells.contains { $0.decision == .skip(.unknown(budgetSeconds: seconds)) } == (seconds < 60))
    }

    /// A machine on which the ceilings take longer than the whole budget: nearly all of it is still there for the cells.
    @Test func smokeMeasuresAllItsCellsWhereCeilingsAreSlow() throws {
        let workloads = try fakeSweep(lengths: [256, 512, 1024], windows: [128]).workloads(kernels: [
            .fakeFull, .fakeWindow,
        ])
        world.secondsPerPair = ["full": 1e-8, "sliding-window": 1e-8]
        var budget = RunOptions(seed: 1)
        budget.timeBudgetSeconds = 5
        budget.memoryLimitBytes = 1 << 30
        budget.secondsAlreadySpent = BudgetShare.charged(ceilingSeconds: 7, budgetSeconds: 5)
        #expect(budget.secondsAlreadySpent == 0.75)
        let folder = try TemporaryFolder()
        let outcome = try FakeWorld.$current.withValue(world) {
            let log = try RunLog.create(folder.file("results.jsonl"), header: fakeHeader())
            return try Runner(world.instruments(), budget).run(workloads, into: log)
        }
        #expect(outcome.measurements.allSatisfy(\.isMeasured) && outcome.measurements.count == 6)
        #expect(BudgetShare.charged(ceilingSeconds: 0.2, budgetSeconds: 5) == 0.2)
        #expect(BudgetShare.charged(ceilingSeconds: 3, budgetSeconds: .infinity) == 3)
    }

    /// Every second of a run has its activity, and what is neither sample nor warm-up keeps to its share.
    @Test(arguments: [4.0, 20, 60]) func whatTheSecondsWentIntoIsKnown(seconds: Double) throws {
        world.secondsPerPair = ["full": 1e-6, "sliding-window": 1e-6]
        world.secondsPerCall = 0.05
        let workloads = try fakeWorkloads(lengths: [64, 128, 256, 512], windows: [16, 32, 64])
        var budget = RunOptions(seed: 1)
        budget.timeBudgetSeconds = seconds
        budget.secondsAlreadySpent = 0.5
        budget.memoryLimitBytes = 1 << 30
        let folder = try TemporaryFolder()
        let outcome = try FakeWorld.$current.withValue(world) {
            let log = try RunLog.create(folder.file("results.jsonl"), header: fakeHeader())
            return try Runner(world.instruments(), budget).run(workloads, into: log)
        }
        let spent = outcome.spent
        #expect(abs(spent.total - outcome.seconds) < 0.01 * seconds)
        #expect(spent[.ceilings] == 0.5 && spent[.probing] <= BudgetShare.probing * seconds + 0.3)
        #expect(spent[.preparing] > 0 && spent[.checking] > 0 && spent[.remaking] == 0)
        #expect(spent[.preparing] + spent[.checking] <= BudgetShare.preparing * seconds)
        let sampled = outcome.measurements.reduce(0.0) { sum, measurement in
            guard case .measured(let record) = measurement.outcome else { return sum }
            return sum + Double(record.samplesNanoseconds.reduce(0, +)) / 1e9
        }
        #expect(abs(spent[.sampling] - sampled) < 1e-3)
    }

    /// A machine so slow that no cell has time for the six rounds of an interval: the cheapest is measured all the same, and its
    /// row says how few its samples are.
    @Test func theCheapestCellIsMeasuredWhereNoneHasTimeForItsRounds() throws {
        world.secondsPerCall = 0.4
        let workloads = try fakeWorkloads(kernels: ["full"], lengths: [256, 512, 1024])
        var budget = RunOptions(seed: 1)
        budget.timeBudgetSeconds = 3.5
        budget.memoryLimitBytes = 1 << 30
        let folder = try TemporaryFolder()
        let outcome = try FakeWorld.$current.withValue(world) {
            let log = try RunLog.create(folder.file("results.jsonl"), header: fakeHeader())
            return try Runner(world.instruments(), budget).run(workloads, into: log)
        }
        #expect(outcome.measurements.map(\.isMeasured) == [true, false, false])
        #expect(outcome.seconds <= 3.5)
        guard case .measured(let record) = outcome.measurements[0].outcome else { return }
        #expect((1...5).contains(record.samplesNanoseconds.count))
    }
}
