import Attention
import Engines
import Faults
import Foundation
import Kernels
import Records
import TestSupport
import Testing

@testable import Benchmarking

struct RunnerTests {
    private let world = FakeWorld()
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func run(
        _ workloads: [Workload], _ options: RunOptions, file: String = "results.jsonl",
        cancellation: Cancellation = Cancellation()
    ) throws -> Runner.Outcome {
        try FakeWorld.$current.withValue(world) {
            let path = folder.file(file)
            if !FileManager.default.fileExists(atPath: path) { try ResultsFile.create(path, header: fakeHeader()) }
            let log = try RunLog.resume(path, header: fakeHeader(), launch: options.launch)
            return try Runner(world.instruments(), options).run(workloads, into: log, cancellation: cancellation)
        }
    }

    private func options(seed: UInt64 = 1, _ change: (inout RunOptions) -> Void = { _ in }) -> RunOptions {
        var options = RunOptions(seed: seed)
        change(&options)
        return options
    }

    private func record(_ outcome: Runner.Outcome, _ cell: String) throws -> Measurement.Record {
        let measurement = try #require(outcome.measurements.first { "\($0.workload)".hasPrefix(cell) })
        guard case .measured(let record) = measurement.outcome else {
            throw ResultsError.foreign(path: "\(measurement.outcome)")
        }
        return record
    }

    @Test func samplesAreThePlantedTimes() throws {
        let workloads = try fakeWorkloads(lengths: [64, 4096])
        let outcome = try run(workloads, options { $0.rounds = 8 })
        #expect(outcome.measurements.map(\.workload) == workloads)
        #expect(!outcome.wasInterrupted)
        let full = try record(outcome, "full 4K")
        #expect(full.samplesNanoseconds.count == 8)
        #expect(full.rounds.allSatisfy { (0...8).contains($0) })
        let expected = Double(4096 * 4097 / 2) * 1e-6
        #expect(full.samplesNanoseconds.allSatisfy { abs(Double($0) / 1e9 - expected) < 1e-6 })
        #expect(full.iterationsPerSample == 1)
        #expect(full.peakResidentBytes == 5000)
        #expect(full.maximumError == 1e-7)
        let results = try ResultsFile.load(folder.file("results.jsonl"))
        #expect(Set(results.measurements) == Set(outcome.measurements))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["results.jsonl"])
    }

    /// An engine whose kernel breaks while it is prepared, or in a later round, costs that cell and no other.
    @Test(arguments: [(1, "while the cell is made ready"), (12, "in a round")])
    func anEngineThatBreaksCostsItsCell(calls: Int, when: String) throws {
        let workloads = try fakeWorkloads(lengths: [64])
        let instruments = Instruments(
            engines: [BreakingEngine(world.engine(), kernel: "full", afterSamples: calls)],
            check: { _ in .right(maximumError: 0) }, availableBytes: { 1 << 40 }, clock: world.clock)
        world.secondsPerPair = ["full": 1e-3, "sliding-window": 1e-3]
        let outcome = try FakeWorld.$current.withValue(world) {
            let path = folder.file("results.jsonl")
            try ResultsFile.create(path, header: fakeHeader())
            let log = try RunLog.resume(path, header: fakeHeader(), launch: 1)
            return try Runner(instruments, options { $0.rounds = 30 }).run(workloads, into: log)
        }
        #expect(outcome.measurements.count == 2)
        guard case .broken(let reason) = outcome.measurements[0].outcome else {
            Issue.record("\(when): \(outcome.measurements[0].outcome)")
            return
        }
        #expect(reason == "the engine died")
        #expect(try record(outcome, "sliding-window").samplesNanoseconds.count == 30)
        let results = try ResultsFile.load(folder.file("results.jsonl"))
        #expect(Set(results.measurements) == Set(outcome.measurements))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["results.jsonl"])
    }

    @Test func shortCallsAreBatched() throws {
        world.secondsPerPair["full"] = 1e-9
        let outcome = try run(try fakeWorkloads(kernels: ["full"], lengths: [64]), options { $0.rounds = 6 })
        let record = try record(outcome, "full 64")
        #expect(record.iterationsPerSample >= 480)
        #expect(record.samplesNanoseconds.allSatisfy { $0 >= 1_000_000 })
    }

    @Test func aLongPassIsItsOwnSample() throws {
        world.secondsPerPair["full"] = 1e-5
        let outcome = try run(
            try fakeWorkloads(kernels: ["full"], lengths: [4096]), options { $0.timeBudgetSeconds = 100 })
        // The probes stop at 512 tokens, 1.3 s; the cell itself takes 84 s.
        #expect(world.calls.filter { $0.hasPrefix("full 4K") }.count == 1)
        #expect(try record(outcome, "full 4K").rounds == [0])
        #expect(outcome.seconds < 100)
    }

    @Test(arguments: [3.0, 10, 40, 200])
    func theBudgetIsKept(seconds: Double) throws {
        let workloads = try fakeWorkloads(lengths: [64, 128, 256, 512, 1024, 2048], windows: [16, 64])
        let outcome = try run(
            workloads,
            options {
                $0.timeBudgetSeconds = seconds
                $0.secondsAlreadySpent = 1
                $0.rounds = 1000
            })
        #expect(outcome.seconds <= seconds * 1.05)
        #expect(outcome.seconds >= seconds * 0.8)
        #expect(outcome.measurements.count == workloads.count)
        for measurement in outcome.measurements {
            switch measurement.outcome {
            case .measured(let record):
                #expect(record.samplesNanoseconds.count >= 6 || record.rounds.first == 0, "\(measurement.workload)")
            case .skipped(let reason): #expect(reason.contains("time budget"))
            case .wrong, .broken: Issue.record("\(measurement)")
            }
        }
    }

    @Test func longPassesComeLastAndCostTheOthersNothing() throws {
        let workloads = try fakeWorkloads(kernels: ["full"], lengths: [64, 256, 2048, 4096])
        // Each of the two long ones takes a hundred times what was foretold, and only one of them is tried.
        world.afterCall = { [clock = world.clock] cell in
            if cell.hasPrefix("full 2K") || cell.hasPrefix("full 4K") { clock.advance(seconds: 200) }
        }
        let outcome = try run(
            workloads,
            options {
                $0.timeBudgetSeconds = 60; $0.rounds = 20
            })
        #expect(try record(outcome, "full 64").samplesNanoseconds.count == 20)
        #expect(try record(outcome, "full 256").samplesNanoseconds.count == 20)
        #expect(try record(outcome, "full 2K").rounds == [0])
        #expect(world.calls.last == "full 2K d=1")
        guard case .skipped = outcome.measurements[3].outcome else { throw CancellationError() }
    }

    @Test func timeIsNotOverrunWhenThePredictionIsWrong() throws {
        // After forty calls the machine is five times slower than it was when the costs were learnt.
        world.afterCall = { [unowned world] _ in if world.calls.count == 40 { world.secondsPerCall = 0.5 } }
        let workloads = try fakeWorkloads(lengths: [64, 128, 256, 512])
        let outcome = try run(
            workloads,
            options {
                $0.timeBudgetSeconds = 20; $0.rounds = 1000
            })
        #expect(outcome.seconds <= 21)
    }

    @Test func whatDoesNotFitIsSkippedWithItsReason() throws {
        world.secondsPerPair["full"] = 1e-4
        let workloads = try fakeWorkloads(lengths: [64, 8192])
        let outcome = try run(
            workloads,
            options {
                $0.timeBudgetSeconds = 30; $0.memoryLimitBytes = 120_000
            })
        let reasons = outcome.measurements.map { measurement in
            if case .skipped(let reason) = measurement.outcome { "\(measurement.workload): \(reason)" } else { "" }
        }
        #expect(
            reasons == [
                "", "full 8K d=1: needs 128 KiB of memory; this run may use 117 KiB", "",
                "sliding-window(16) 8K d=1: needs 128 KiB of memory; this run may use 117 KiB",
            ])
        let slow = try run(workloads, options { $0.timeBudgetSeconds = 30 }, file: "slow.jsonl")
        guard case .skipped(let reason) = slow.measurements[1].outcome else { throw CancellationError() }
        #expect(reason.hasPrefix("one call would take about 56 min, with its tensors and its check 56 min;"))
        #expect(reason.hasSuffix("that does not fit into the time budget of 30 s"))
    }

    @Test func wrongAndUnsupportedCellsAreNotTimed() throws {
        world.wrongKernels = ["full"]
        var axes = fakeSweep(lengths: [64]).groups[0]
        axes.batches = [1, 2]
        let workloads = try Sweep(name: "x", groups: [axes]).workloads(kernels: [.fakeFull, .fakeWindow])
        let outcome = try run(workloads, options { $0.rounds = 6 })
        #expect(outcome.measurements[0].outcome == .wrong(reason: "off by 0.5", maximumError: 0.5))
        #expect(outcome.measurements[1].outcome == .skipped(reason: "takes one batch at a time"))
        #expect(world.calls.filter { $0.hasPrefix("full") }.count == 5)
    }

    @Test func ordersAreShuffledAndFollowTheSeed() throws {
        let workloads = try fakeWorkloads(lengths: [64, 128, 256], windows: [16, 32])
        func order(seed: UInt64, file: String) throws -> [String] {
            world.calls = []
            _ = try run(workloads, options(seed: seed) { $0.rounds = 10 }, file: file)
            return world.calls
        }
        let first = try order(seed: 1, file: "a.jsonl")
        #expect(try order(seed: 1, file: "b.jsonl") == first)
        #expect(try order(seed: 2, file: "c.jsonl") != first)
    }

    @Test func inputsOfOneShapeAreShared() throws {
        var pool = InputPool(seed: 1)
        let shape = try AttentionShape(queryLength: 8, headDimension: 2)
        func workload(_ mask: Mask, _ elementType: ElementType, _ phase: Phase = .prefill) throws -> Workload {
            Workload(
                kernel: "any", phase: phase,
                problem: try AttentionProblem(shape: shape, mask: mask, elementType: elementType))
        }
        let single = try workload(.full, .float32)
        let first = pool.inputs(for: single)
        #expect(try pool.inputs(for: workload(.causal, .float32)) === first)
        #expect(pool.adopt(SharedInputs(for: single, seed: 1), for: single) === first)
        let backward = try pool.inputs(for: workload(.causal, .float32, .backward))
        #expect(backward !== first, "the gradient of the output is among its inputs")
        #expect(try pool.inputs(for: workload(.causal, .float32, .training)) === backward)
        let other = try pool.inputs(for: workload(.causal, .bfloat16))
        #expect(other !== first)
        #expect(other.tensors.query.elementType == .bfloat16)
    }

    @Test func cellsThatDoNotStayAreMadeAgain() throws {
        // 48 KiB: room for the longest cell and for some short ones beside it, not for all.
        let workloads = try fakeWorkloads(lengths: [512, 1024, 2048])
        let outcome = try run(
            workloads,
            options {
                $0.memoryLimitBytes = 48 << 10; $0.rounds = 7
            })
        for measurement in outcome.measurements {
            guard case .measured(let record) = measurement.outcome else { throw CancellationError() }
            #expect(record.samplesNanoseconds.count == 7)
        }
    }

    @Test func interruptingKeepsWhatThereIsAndResumingFinishes() throws {
        let workloads = try fakeWorkloads(lengths: [1024, 2048])
        let cancellation = Cancellation()
        world.afterCall = { [unowned world] _ in if world.calls.count == 20 { cancellation.cancel() } }
        let first = try run(workloads, options { $0.rounds = 10 }, cancellation: cancellation)
        #expect(first.wasInterrupted)
        // The long pass of the fourth cell was not reached: it has no line, and is run on resuming.
        #expect(
            first.measurements.map { "\($0.workload)" } == [
                "full 1K d=1", "sliding-window(16) 1K d=1", "sliding-window(16) 2K d=1",
            ])
        let kept = try ResultsFile.load(folder.file("results.jsonl"))
        #expect(Set(kept.measurements) == Set(first.measurements))

        // An attempt that is interrupted before it comes to them leaves them as they are.
        world.afterCall = { _ in }
        let atOnce = Cancellation()
        atOnce.cancel()
        _ = try run(workloads, options { $0.rounds = 10 }, cancellation: atOnce)
        #expect(Set(try ResultsFile.load(folder.file("results.jsonl")).measurements) == Set(first.measurements))

        let second = try run(workloads, options { $0.rounds = 10 })
        #expect(!second.wasInterrupted)
        for workload in workloads {
            let after = try record(second, "\(workload)")
            #expect(after.samplesNanoseconds.count == 10)
            #expect(Set(after.rounds).count == 10)
            guard first.measurements.contains(where: { $0.workload == workload }) else { continue }
            #expect(after.samplesNanoseconds.starts(with: try record(first, "\(workload)").samplesNanoseconds))
        }
        let third = try run(workloads, options { $0.rounds = 10 })
        #expect(third.measurements.isEmpty)
    }

    @Test func launchesStandSideBySide() throws {
        let workloads = try fakeWorkloads(lengths: [64])
        for launch in 1...3 {
            _ = try run(
                workloads,
                options {
                    $0.rounds = 6; $0.launch = launch
                })
        }
        let results = try ResultsFile.load(folder.file("results.jsonl"))
        #expect(results.measurements.map(\.launch).sorted() == [1, 1, 2, 2, 3, 3])
    }

    @Test func aVisitMayTakeTwoSamples() throws {
        let workloads = try fakeWorkloads(kernels: ["full"], lengths: [64])
        let outcome = try run(
            workloads,
            options {
                $0.rounds = 6; $0.samplesPerVisit = 2
            })
        let rounds = try record(outcome, "full 64").rounds
        #expect(rounds.count == 12 && Set(rounds).count == 6)
        #expect(zip(rounds, rounds.dropFirst()).allSatisfy { $0 == $1 || $0 < $1 })
    }

    /// Each round counts once against `rounds`, however many samples it has.
    @Test func resumingCountsRoundsNotSamples() throws {
        let workloads = try fakeWorkloads(kernels: ["full"], lengths: [64])
        let cancellation = Cancellation()
        world.afterCall = { [unowned world] _ in if world.calls.count == 30 { cancellation.cancel() } }
        let change: (inout RunOptions) -> Void = {
            $0.rounds = 20; $0.samplesPerVisit = 2
        }
        let first = try run(workloads, options(change), cancellation: cancellation)
        #expect(first.wasInterrupted)
        world.afterCall = { _ in }
        let second = try run(workloads, options(change))
        #expect(Set(try record(second, "full 64").rounds).count == 20)
    }

    /// A power cut costs about a second of samples.
    @Test func theJournalIsSyncedOnceASecond() throws {
        world.secondsPerPair["full"] = 1e-5
        let workloads = try fakeWorkloads(kernels: ["full"], lengths: [64])
        var unsynced: [Int] = []
        try FakeWorld.$current.withValue(world) {
            let log = try RunLog.create(folder.file("s.jsonl"), header: fakeHeader())
            world.afterCall = { _ in unsynced.append(log.unsyncedLines) }
            _ = try Runner(world.instruments(), options { $0.rounds = 1000 }).run(workloads, into: log)
        }
        // A visit is one call of 21 ms, so 48 of them are a second; the cell's opening is a line too.
        #expect(unsynced.max()! <= 50 && unsynced.max()! >= 46)
        #expect(unsynced.count { $0 == 0 } > 20)
    }

    @Test func progressCountsUp() throws {
        final class Recorder: ProgressObserver {
            var events: [ProgressEvent] = []
            func report(_ event: ProgressEvent) { events.append(event) }
        }
        let recorder = Recorder()
        let workloads = try fakeWorkloads(lengths: [64, 128])
        try FakeWorld.$current.withValue(world) {
            let log = try RunLog.create(folder.file("p.jsonl"), header: fakeHeader())
            _ = try Runner(world.instruments(), options { $0.rounds = 6 })
                .run(workloads, into: log, progress: recorder)
        }
        #expect(recorder.events.first?.phase == .probing)
        #expect(recorder.events.filter { $0.phase == .preparing }.map(\.done) == [0, 1, 2, 3])
        let measuring = recorder.events.filter { $0.phase == .measuring }
        #expect(measuring.map(\.done) == Array(1...24))
        #expect(measuring.last?.secondsLeft == 0)
        #expect(measuring.last?.samples.count == 24)
    }
}

/// Passes on to another engine, and dies after some samples of one kernel; those of the probe do not count.
private final class BreakingEngine: Engine {
    private struct Death: Fault {
        let exitStatus = ExitStatus.engineFailed
        let description = "the engine died"
    }

    private final class Dying: PreparedKernel {
        let kernel: any PreparedKernel
        let engine: BreakingEngine
        var countedPairs: Int? { kernel.countedPairs }
        var peakResidentBytes: Int { kernel.peakResidentBytes }

        init(_ kernel: any PreparedKernel, of engine: BreakingEngine) { (self.kernel, self.engine) = (kernel, engine) }

        func load(_ inputs: SharedInputs) throws(EngineError) { try kernel.load(inputs) }

        func spoilOutput() throws(EngineError) { try kernel.spoilOutput() }

        func sample(_ batch: Batch) throws(EngineError) -> Sample {
            engine.samples += 1
            if engine.prepared > 1, engine.samples > engine.afterSamples { throw .failed(Death()) }
            return try kernel.sample(batch)
        }

        func withOutput<Result>(_ body: (borrowing Tensor) -> Result) throws(EngineError) -> Result {
            try kernel.withOutput(body)
        }
    }

    private let other: any Engine
    private let kernel: String
    private let afterSamples: Int
    private var prepared = 0
    private var samples = 0

    init(_ other: any Engine, kernel: String, afterSamples: Int) {
        (self.other, self.kernel, self.afterSamples) = (other, kernel, afterSamples)
    }

    var identity: EngineIdentity { other.identity }
    var kernels: [Kernel] { other.kernels }
    var minimumSampleNanoseconds: Int { other.minimumSampleNanoseconds }

    func prepare(_ workload: Workload, inputs: () -> SharedInputs) throws(EngineError) -> any PreparedKernel {
        let made = try other.prepare(workload, inputs: inputs)
        guard workload.kernel == kernel else { return made }
        prepared += 1
        samples = 0
        return Dying(made, of: self)
    }
}
