import Attention
import Engines
import Foundation
import Kernels
import Records
import TestSupport
import Testing

@testable import Benchmarking

/// An engine of which nothing is known before a cell is ready: it states pairs and memory then, and takes its time to compile.
private final class StatingEngine: Engine {
    /// What it says of a problem.
    struct Words {
        var pairs: (AttentionProblem) -> Int? = { _ in nil }
        var scratchBytes: (AttentionProblem) -> Int? = { _ in nil }
    }

    private final class Stating: PreparedKernel {
        let kernel: any PreparedKernel
        let startup: Startup?
        let statedPairs: Int?
        let statedScratchBytes: Int?
        var countedPairs: Int? { statedPairs }
        var peakResidentBytes: Int { kernel.peakResidentBytes }

        init(_ kernel: any PreparedKernel, _ words: Words, _ problem: AttentionProblem, compileSeconds: Double) {
            self.kernel = kernel
            startup = Startup(engineSeconds: 3, compileSeconds: compileSeconds)
            (statedPairs, statedScratchBytes) = (words.pairs(problem), words.scratchBytes(problem))
        }

        func load(_ inputs: SharedInputs) throws(EngineError) { try kernel.load(inputs) }
        func spoilOutput() throws(EngineError) { try kernel.spoilOutput() }
        func sample(_ batch: Batch) throws(EngineError) -> Sample { try kernel.sample(batch) }

        func withOutput<Result>(_ body: (borrowing Tensor) -> Result) throws(EngineError) -> Result {
            try kernel.withOutput(body)
        }
    }

    private let world: FakeWorld
    private let other: InProcessEngine
    var words = Words()
    var compileSeconds = 0.0
    private(set) var startupSeconds = 0.0
    /// CPUs that it keeps busy, asked or not.
    var busyCPUs = 0.0
    var cpuNanoseconds: Int? { Int(busyCPUs * Double(world.clock.nanoseconds)) }

    init(_ world: FakeWorld) {
        self.world = world
        other = world.engine(kernels: [Kernel.fakeFull, .fakeWindow].map(\.withoutFormulas))
    }

    /// Its kernels have bare names.
    var identity: EngineIdentity { other.identity }
    var kernels: [Kernel] { other.kernels }
    var minimumSampleNanoseconds: Int { other.minimumSampleNanoseconds }

    func prepare(_ workload: Workload, inputs: () -> SharedInputs) throws(EngineError) -> any PreparedKernel {
        world.clock.advance(seconds: compileSeconds)
        startupSeconds += compileSeconds
        return Stating(
            try other.prepare(workload, inputs: inputs), words, workload.problem, compileSeconds: compileSeconds)
    }
}

extension Kernel {
    fileprivate var withoutFormulas: Kernel {
        Kernel(
            name, summary: summary, masks: masks,
            make: { [name] problem, _ in FakeKernel(name, problem) })
    }
}

@Suite struct StatingEngineTests {
    private let world = FakeWorld()
    private let engine: StatingEngine
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        engine = StatingEngine(world)
    }

    private func run(
        _ workloads: [Workload], cancellation: Cancellation = Cancellation(),
        _ change: (inout RunOptions) -> Void = { _ in }
    ) throws -> Runner.Outcome {
        var options = RunOptions(seed: 1)
        options.rounds = 10
        change(&options)
        let world = world
        let instruments = Instruments(
            engines: [engine], check: { _ in .right(maximumError: 0) },
            availableBytes: { world.availableBytes }, clock: world.clock)
        return try FakeWorld.$current.withValue(world) {
            let path = folder.file("results.jsonl")
            if !FileManager.default.fileExists(atPath: path) { try ResultsFile.create(path, header: fakeHeader()) }
            let log = try RunLog.resume(path, header: fakeHeader(), launch: 1)
            return try Runner(instruments, options).run(workloads, into: log, cancellation: cancellation)
        }
    }

    private func reason(_ measurement: Measurement) -> String? {
        if case .skipped(let reason) = measurement.outcome { reason } else { nil }
    }

    /// What it stated before the interruption stands in the line after it.
    @Test(arguments: [false, true]) func whatAnEngineStatesIsKept(isInterrupted: Bool) throws {
        engine.words = .init(pairs: { 2 * FakeKernel.pairs(for: $0) }, scratchBytes: { 100 * $0.shape.keyLength })
        let workloads = try fakeWorkloads(kernels: ["full"], lengths: [64, 128])
        if isInterrupted {
            let cancellation = Cancellation()
            world.afterCall = { [unowned world] _ in if world.calls.count == 20 { cancellation.cancel() } }
            #expect(try run(workloads, cancellation: cancellation).wasInterrupted)
            world.afterCall = { _ in }
        }
        let outcome = try run(workloads)
        #expect(outcome.measurements.count == 2)
        for measurement in outcome.measurements {
            let problem = measurement.workload.problem
            #expect(measurement.work.computedPairs == 2 * problem.pairs.allowed)
            #expect(measurement.scratchBytes == 100 * problem.shape.keyLength)
            guard case .measured(let record) = measurement.outcome else {
                Issue.record("\(measurement)")
                continue
            }
            #expect(record.startup == Startup(engineSeconds: 3, compileSeconds: 0) && record.rounds.count == 10)
        }
        #expect(
            try Set(ResultsFile.load(folder.file("results.jsonl")).measurements) == Set(outcome.measurements))
    }

    @Test func pairsThatAreTooFewAreAFault() throws {
        engine.words.pairs = { FakeKernel.pairs(for: $0) - 1 }
        let outcome = try run(fakeWorkloads(kernels: ["full"], lengths: [64]))
        guard case .wrong(let reason, _) = outcome.measurements[0].outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(reason == "states 2079 pairs, fewer than the 2080 that its problem has")
    }

    /// Of an engine that was asked nothing while others were timed.
    @Test func whatIdleEnginesDoIsSeenInTheSamplesOfOthers() throws {
        engine.busyCPUs = 0.75
        let own = world.engine()
        let instruments = Instruments(
            engines: [own, engine], check: { _ in .right(maximumError: 0) }, availableBytes: { 1 << 40 },
            clock: world.clock)
        try FakeWorld.$current.withValue(world) {
            let workload = try fakeWorkloads(kernels: ["full"], lengths: [64])[0]
            func sample(on engine: any Engine) throws -> Sample {
                let kernel = try LoadedKernel(workload, on: engine) { SharedInputs(for: workload.problem, seed: 1) }
                return try instruments.sample(kernel, Batch(calls: 1), of: workload)
            }
            #expect(try sample(on: own).idleCPUs == ["attnbench": 0.75])
            #expect(try sample(on: engine).idleCPUs == nil, "the other has no process of its own")
        }
    }

    /// Two minutes for each kernel, in a run of twenty seconds.
    @Test func theBudgetDoesNotPayForCompiling() throws {
        engine.compileSeconds = 120
        let workloads = try fakeWorkloads(lengths: [64, 128])
        let outcome = try run(workloads) { $0.timeBudgetSeconds = 20 }
        #expect(outcome.seconds <= 20)
        // A probe for each of two series, and four cells.
        #expect(outcome.startupSeconds == 6 * 120)
        for measurement in outcome.measurements {
            guard case .measured(let record) = measurement.outcome else {
                Issue.record("\(measurement)")
                continue
            }
            #expect(record.samplesNanoseconds.count == 10 && record.startup?.compileSeconds == 120)
        }
    }

    /// From 512 tokens alone all pairs of queries and keys are foretold, of which a window has few.
    @Test func timeIsForetoldFromTwoLengths() throws {
        world.secondsPerPair["sliding-window"] = 1e-5
        let workloads = try fakeWorkloads(kernels: ["sliding-window"], lengths: [1024, 2048, 4096, 1 << 16])
        let longest = Double(16 << 16) * 1e-5
        #expect(longest > 10 && longest < 11)
        let outcome = try run(workloads) { $0.timeBudgetSeconds = 60 }
        #expect(outcome.measurements.compactMap(reason) == [])
        #expect(outcome.seconds <= 60)
    }

    @Test func growthFollowsTheTwoLargestSizes() {
        var growth = Growth(powers: 0...1)
        #expect(growth.value(at: 100) == nil)
        growth.learn(size: 100, value: 2)
        #expect(growth.value(at: 1000) == 20)
        growth.learn(size: 400, value: 4)
        #expect(abs(growth.value(at: 1600)! - 8) < 1e-9)
        growth.learn(size: 50, value: 100)
        #expect(abs(growth.value(at: 1600)! - 8) < 1e-9, "a smaller one says nothing new")
        growth.learn(size: 800, value: 40)
        #expect(abs(growth.value(at: 1600)! - 80) < 1e-9, "no faster than the size")
        growth.learn(size: 800, value: 20)
        #expect(abs(growth.value(at: 1600)! - 40) < 1e-9)
        var known = Growth(powers: 1...1)
        known.learn(size: 100, value: 2)
        known.learn(size: 400, value: 4)
        #expect(known.value(at: 800) == 8, "in proportion, whatever was measured")
    }

    @Test func scratchThatIsStatedCountsAsMemory() throws {
        engine.words.scratchBytes = { 1000 * $0.shape.keyLength }
        let workloads = try fakeWorkloads(kernels: ["full"], lengths: [64, 8192])
        let outcome = try run(workloads) { $0.memoryLimitBytes = 1 << 20 }
        #expect(outcome.measurements[0].isMeasured)
        #expect(reason(outcome.measurements[1])?.hasPrefix("needs 7.94 MiB of memory") == true, "\(outcome)")
    }

    /// Nobody states it: the first cell shows 64 MiB, which is far too much for chance.
    @Test func scratchThatNobodyStatesIsSeenInTheFirstCell() throws {
        world.peakGrowthBytes = 64 << 20
        let workloads = try fakeWorkloads(kernels: ["full"], lengths: [64, 6400])
        let outcome = try run(workloads) { $0.memoryLimitBytes = 1 << 30 }
        #expect(outcome.measurements[0].isMeasured && outcome.measurements[0].scratchBytes == nil)
        #expect(reason(outcome.measurements[1])?.contains("of memory; this run may use 1.00 GiB") == true, "\(outcome)")
    }
}
