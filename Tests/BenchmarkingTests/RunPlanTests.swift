import Attention
import Foundation
import Records
import TestSupport
import Testing

@testable import Benchmarking

struct RunPlanTests {
    private let world = FakeWorld()

    /// What a plan says, against what the run then does.
    @Test(arguments: [5.0, 30, 300, .infinity])
    func aPlanForetellsTheRun(budget: Double) throws {
        world.secondsPerCall = 0.0005
        let folder = try TemporaryFolder()
        let workloads = try fakeWorkloads(lengths: [64, 256, 1024, 2048, 8192], windows: [16, 256])
        var options = RunOptions(seed: 1)
        options.timeBudgetSeconds = budget
        try FakeWorld.$current.withValue(world) {
            let plan = Runner(world.instruments(), options).plan(workloads)
            let log = try RunLog.create(folder.file("results.jsonl"), header: fakeHeader())
            let outcome = try Runner(world.instruments(), options).run(workloads, into: log)
            #expect(plan.seconds / outcome.seconds < 1.5)
            #expect(outcome.seconds / plan.seconds < 1.5)
            #expect(plan.cells.map(\.workload) == workloads)
            for (cell, measurement) in zip(plan.cells, outcome.measurements) {
                switch (cell.decision, measurement.outcome) {
                case (.run(let rounds), .measured(let record)):
                    let taken = record.samplesNanoseconds.count
                    let callSeconds = try #require(cell.callSeconds)
                    // Cheap cells share what dear ones leave, so that they feel every error of the others.
                    let isCheap = budget.isFinite && Double(abs(rounds - taken)) * callSeconds < 0.01 * budget
                    #expect(
                        isCheap || abs(rounds - taken) <= max(2, rounds / 4), "\(cell.workload): \(rounds), \(taken)")
                    let measured = Double(record.samplesNanoseconds[0] / record.iterationsPerSample) / 1e9
                    #expect(abs(log2(callSeconds / measured)) < 1, "\(cell.workload): \(callSeconds), \(measured)")
                case (.skip, .skipped): break
                default: Issue.record("\(cell) but \(measurement.outcome)")
                }
            }
        }
    }

    /// Where kernels take what their probes foretold, a dry run and the run agree to the letter.
    @Test(arguments: [1.0, 5, 30, 300, .infinity])
    func aDryRunSaysWhatTheRunDoes(budget: Double) throws {
        let folder = try TemporaryFolder()
        world.secondsPerPair["full"] = 1e-5
        let workloads =
            try fakeWorkloads(lengths: [64, 256, 1024, 2048, 8192], windows: [16, 256])
            + fakeWorkloads(kernels: ["full"], lengths: [1 << 20])
        var options = RunOptions(seed: 1)
        options.timeBudgetSeconds = budget
        options.rounds = 12
        options.memoryLimitBytes = 10 << 20
        try FakeWorld.$current.withValue(world) {
            let plan = Runner(world.instruments(), options).plan(workloads)
            let log = try RunLog.create(folder.file("results.jsonl"), header: fakeHeader())
            let outcome = try Runner(world.instruments(), options).run(workloads, into: log)
            #expect(outcome.measurements.map(\.workload) == workloads)
            for (cell, measurement) in zip(plan.cells, outcome.measurements) {
                switch (cell.decision, measurement.outcome) {
                case (.run(let rounds), .measured(let record)):
                    #expect(rounds == Set(record.rounds).count, "\(cell.workload)")
                case (.skip(let refusal), .skipped(let reason)):
                    #expect(refusal.reason == reason, "\(cell.workload)")
                default: Issue.record("\(cell) but \(measurement.outcome)")
                }
            }
        }
    }

    @Test func aRefusalSaysWhetherTheBudgetIsTooShortOrSpent() throws {
        var options = RunOptions(seed: 1)
        options.timeBudgetSeconds = 0.1
        options.secondsAlreadySpent = 0.1
        let plan = try FakeWorld.$current.withValue(world) {
            Runner(world.instruments(), options).plan(try fakeWorkloads(kernels: ["full"], lengths: [64]))
        }
        guard case .skip(let refusal) = plan.cells[0].decision else { throw CancellationError() }
        #expect(refusal.reason.hasSuffix("does not fit into what is left of the time budget of 100 ms"))
    }

    @Test func probingIsShort() throws {
        world.secondsPerPair = ["full": 1e-9, "sliding-window": 1e-9]
        let workloads = try fakeWorkloads(lengths: [512, 1 << 20])
        _ = FakeWorld.$current.withValue(world) { Runner(world.instruments(), RunOptions(seed: 1)).plan(workloads) }
        // 512 → 2K → 8K: the first full call of 4 ms. The window's calls grow on to 512K.
        let calls = world.calls.filter { $0.hasPrefix("full") }
        #expect(calls == ["512", "2K", "8K"].flatMap { [String](repeating: "full \($0) d=1", count: 4) })
        #expect(Double(world.clock.nanoseconds) / 1e9 < 0.4)
    }

    /// A step over a window takes as long at any length, and filling its cache does not.
    @Test func aStepThatDoesNotGrowIsTriedAtOneLength() throws {
        world.secondsPerPair["decode-window"] = 1e-9
        world.secondsPerCachedToken = 1e-5
        let workloads = try [512, 1 << 20].map { length in
            Workload(
                kernel: "decode-window", phase: .decode,
                problem: try AttentionProblem(
                    shape: AttentionShape(queryLength: 1, keyLength: length, headDimension: 1),
                    mask: .slidingWindow(16)))
        }
        _ = FakeWorld.$current.withValue(world) { Runner(world.instruments(), RunOptions(seed: 1)).plan(workloads) }
        #expect(Set(world.calls).count == 1 && !world.calls.isEmpty)
        #expect(Double(world.clock.nanoseconds) / 1e9 < 0.1)
    }
}

struct ScheduleTests {
    private func candidate(_ seconds: Double, minimum: Int = 6, most: Int = 50, check: Double = 0) -> Schedule.Candidate
    {
        Schedule.Candidate(seconds: seconds, minimum: minimum, most: most, checkSeconds: check)
    }

    @Test func aCheckIsPaidForWithTheVisits() {
        let cells = [candidate(1, check: 4), candidate(1)]
        #expect(Schedule.visits(cells, in: 24) == [10, 10])
        #expect(Schedule.seconds(cells, visits: [10, 10]) == 24)
        #expect(Schedule.seconds(cells, visits: [0, 10]) == 10)
    }

    @Test func timeIsSharedAmongCells() {
        let cells = [candidate(0.001), candidate(0.1), candidate(1), candidate(10, minimum: 0)]
        let visits = Schedule.visits(cells, in: 30)
        #expect(visits[0] == 50)
        #expect(visits[1] == 50)
        #expect(visits[2] > 6 && visits[2] < 50)
        let seconds = zip(visits, cells).reduce(0) { $0 + Double($1.0) * $1.1.seconds }
        #expect(seconds <= 30 && seconds > 27)
    }

    @Test func everyoneGetsEveryRoundWhereThereIsTime() {
        #expect(Schedule.visits([candidate(1), candidate(2)], in: .infinity) == [50, 50])
        #expect(Schedule.visits([], in: 10) == [])
    }

    @Test func minimaAreLoweredAlikeWhereTheyDoNotFit() {
        #expect(Schedule.visits([candidate(1), candidate(2)], in: 9.5) == [3, 3])
        #expect(Schedule.visits([candidate(1), candidate(2)], in: 0) == [0, 0])
        #expect(Schedule.visits([candidate(1)], in: -5) == [0])
    }

    @Test(arguments: 0..<50 as Range<UInt64>)
    func visitsStandInBothHalves(seed: UInt64) {
        let visits = [50, 49, 25, 6, 2, 1, 0]
        let rounds = Schedule.rounds(visits: visits, seed: seed)
        #expect(rounds.count == 50)
        for (cell, count) in visits.enumerated() {
            let places = rounds.indices.filter { rounds[$0].contains(cell) }
            #expect(places.count == count)
            if count >= 2 {
                #expect(places.contains { $0 < 25 })
                #expect(places.contains { $0 >= 25 })
            }
        }
        #expect(rounds.allSatisfy { Set($0).count == $0.count })
    }

    @Test func ordersAreRandomAndRepeatable() {
        let visits = [Int](repeating: 20, count: 10)
        let rounds = Schedule.rounds(visits: visits, seed: 7)
        #expect(rounds == Schedule.rounds(visits: visits, seed: 7))
        #expect(rounds != Schedule.rounds(visits: visits, seed: 8))
        #expect(Set(rounds).count == 20)
    }

    @Test func residencyLeavesRoomForTheLargest() throws {
        // Q, K and V of one token and one element are 12 bytes; cells of one problem share them.
        let problem = try AttentionProblem(shape: AttentionShape(queryLength: 1, headDimension: 1), mask: .causal)
        let other = try AttentionProblem(shape: AttentionShape(queryLength: 2, headDimension: 1), mask: .causal)
        func cell(_ problem: AttentionProblem) -> Admission.Cell {
            Admission.Cell(problem: problem, prediction: .unknown)
        }
        var residency = Residency(memoryLimitBytes: 100, cellBytes: [10, 20, 70, 500])
        let kept = [15, 27, 13].map { residency.keeps(cell(problem), bytes: $0) }
        #expect(kept == [true, true, false], "of 30 bytes the first takes 15, the second 15 of its own")
        var half = Residency(memoryLimitBytes: 100, cellBytes: [30, 30])
        let keptHalf = [problem, other].map { half.keeps(cell($0), bytes: 30) }
        #expect(keptHalf == [true, false])
    }

    @Test func theMemoryLimitLeavesTheSystemSome() {
        #expect(RunOptions(seed: 1).memoryLimit(availableBytes: 100 << 30) == 20 << 30)
        #expect(RunOptions(seed: 1).memoryLimit(availableBytes: 1000) == 850)
    }
}
