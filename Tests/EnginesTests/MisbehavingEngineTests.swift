import Attention
import Foundation
import Hardware
import Kernels
import Records
import Testing

@testable import Engines
@testable import Processes

/// Each engine does one thing wrong. Whatever it is ends in a sentence that names it, and leaves no process behind.
@Suite(.enabled(if: Python.isThere, Comment(rawValue: Python.missing)), .serialized)
struct MisbehavingEngineTests {
    private static let problem = try! AttentionProblem(
        shape: AttentionShape(
            batch: 2, queryHeads: 4, keyValueHeads: 2, queryLength: 33, keyLength: 40, headDimension: 16),
        mask: .causal)

    private static let workload = Workload(kernel: "misbehaving/causal", phase: .prefill, problem: problem)

    /// Goes the way of a cell: start, prepare, sample, write.
    private static func measure(_ command: EngineCommand) throws -> Sample {
        let engine = try command.started()
        let kernel = try engine.prepare(workload) { SharedInputs(for: problem, seed: 1) }
        let sample = try kernel.sample(Batch(calls: 2, warmUpCalls: 1))
        #expect(try kernel.withOutput { $0.count } == problem.shape.queryCount)
        return sample
    }

    private func failure(
        _ fault: String, startSeconds: Double = 60, prepareSeconds: Double = 20, answerSeconds: Double = 20
    ) throws -> EngineFailure {
        var command = Python.misbehaving(fault)
        command.startSeconds = startSeconds
        command.prepareSeconds = prepareSeconds
        command.answerSeconds = answerSeconds
        let error = try #require(throws: EngineError.self) { try Self.measure(command) }
        guard case .failed(let failure as EngineFailure) = error else { throw error }
        return failure
    }

    private func conformance(_ fault: String, in elementType: ElementType = .float32) throws -> Conformance {
        let engine = try Python.misbehaving(fault).started()
        let causal = Kernel("misbehaving/causal", summary: "", masks: .causal, elementTypes: [elementType])
        return Conformance(of: causal, on: engine)
    }

    private func decoding(_ fault: String) throws -> Conformance {
        let engine = try Python.misbehaving(fault).started()
        let kernel = Kernel(
            "misbehaving/decode", summary: "", phase: .decode, masks: .full, elementTypes: [.float32])
        return Conformance(of: kernel, on: engine)
    }

    @Test func whoDecodesRightConforms() throws {
        let found = try decoding("")
        #expect(found.isConforming && found.cases > 3, "\(found.failures) \(found.breakdowns)")
    }

    @Test(arguments: [
        ("forgets the new token", ": error "), ("keeps an old cache", "wrong after new contents"),
        ("is not a number", ": error "), ("remembers an answer", "may have stored an earlier output"),
    ])
    func wrongDecodingIsFound(fault: String, sentence: String) throws {
        let failures = try decoding(fault).failures
        #expect(!failures.isEmpty && failures.allSatisfy { $0.contains(sentence) }, "\(failures)")
    }

    /// A death is no wrong result. The second in a row is the last.
    @Test(arguments: ["dies in a sample", "dies in load"]) func deathsInAConformanceAreBreakdowns(fault: String) throws
    {
        for found in [try decoding(fault), try conformance(fault)] {
            #expect(found.failures.isEmpty && found.breakdowns.count == Conformance.mostFailures, "\(found)")
            #expect(found.breakdowns.last?.contains("ended its process in two consecutive cells") == true, "\(found)")
        }
    }

    @Test func whoDoesEverythingRightIsMeasured() throws {
        let sample = try Self.measure(Python.misbehaving())
        #expect(sample.nanoseconds > 20_000_000)
        #expect(try #require(sample.wallNanoseconds) >= sample.nanoseconds)
    }

    @Test func fieldsThatNobodyKnowsAreIgnored() throws {
        #expect(try Self.measure(Python.misbehaving("adds fields")).nanoseconds > 0)
    }

    @Test func aDeathIsToldWithItsSignalAndItsLastWords() throws {
        let failure = try failure("dies in prepare")
        #expect(failure.cause == .died(.signalled(number: SIGILL)) && failure.doing == "prepare causal")
        #expect(failure.description.contains("signal 4") && failure.description.contains("no such instruction"))
        let later = try self.failure("dies in a sample")
        #expect(later.cause == .died(.signalled(number: SIGSEGV)) && later.lastWords.contains("last words"))
        let loading = try self.failure("dies in load")
        #expect(loading.cause == .died(.signalled(number: SIGABRT)) && loading.doing == "load causal")
        let writing = try self.failure("dies in write")
        #expect(writing.cause == .died(.exited(status: 5)) && writing.doing == "write the output of causal")
    }

    @Test func anEngineThatFailsSaysSoAndGoesOn() throws {
        let failure = try failure("fails in prepare")
        #expect(failure.cause == .failed(reason: "RuntimeError: the compiler is missing"))
    }

    /// The module says what its user forgot, not what failed in consequence.
    @Test(arguments: [
        ("returns no call", "TypeError: the kernel's function returned NoneType; it must return what is timed"),
        ("returns no output", "TypeError: the timed call returned None; it must return the output"),
    ])
    func whatIsForgottenIsNamed(fault: String, sentence: String) throws {
        guard case .failed(let reason) = try failure(fault).cause else {
            Issue.record("\(fault) was no failure")
            return
        }
        #expect(reason.hasPrefix(sentence), "\(reason)")
    }

    @Test func aVersionMayBeANumber() throws {
        #expect(try Python.misbehaving("has a number as its version").started().identity.version == "1")
    }

    @Test func whoHangsIsEnded() throws {
        let failure = try failure("hangs in prepare", prepareSeconds: 0.5)
        #expect(failure.cause == .late(seconds: 0.5))
        #expect(try self.failure("hangs in a sample", answerSeconds: 0.5).cause == .late(seconds: 0.5))
        #expect(try self.failure("hangs in load", prepareSeconds: 1).cause == .late(seconds: 1))
        #expect(try self.failure("hangs in write", prepareSeconds: 1).cause == .late(seconds: 1))
    }

    /// Ten times what is foretold, half a minute at least, and not much longer than the budget lasts.
    @Test func nobodyWaitsMuchLongerThanTheBudgetLasts() throws {
        let engine = try Python.misbehaving().started()
        func patience() -> Double { engine.patienceSeconds("causal", pairs: 1000, calls: 2) }
        #expect(patience() == 30)
        for (left, seconds) in [(100.0, 30.0), (12, 12), (1, 5), (-7, 5)] {
            engine.limitWaiting { left }
            #expect(patience() == seconds)
        }
        engine.learn("causal", pairs: 500, calls: 1, nanoseconds: 5_000_000_000)
        for (left, seconds) in [(1000.0, 200.0), (60, 60), (1, 40)] {
            engine.limitWaiting { left }
            #expect(patience() == seconds)
        }
    }

    @Test func whoIsSlowToStartIsEnded() throws {
        #expect(try failure("is slow to start", startSeconds: 0.5).cause == .late(seconds: 0.5))
    }

    /// Two that take a second each are there after one, each with its own time; half a second would be too little.
    @Test func enginesStartSideBySide() throws {
        var slow = EngineSource(command: Python.misbehaving("takes a second to start"))
        slow.name = try EngineName("slow")
        let setups = [slow, EngineSource(command: Python.misbehaving()), slow].map {
            ProgramEngine.Setup($0, environment: ProcessInfo.processInfo.environment)
        }
        let stopwatch = Stopwatch()
        let engines = try ProgramEngine.starting(setups) { _ in [] }.map { try $0.get() }
        #expect(engines.map(\.identity.name) == ["slow", "misbehaving", "slow"])
        let together = stopwatch.seconds
        let each = engines.map(\.startupSeconds)
        #expect(together < each.reduce(0, +) - 0.5, "\(together) s for \(each)")
        #expect(each[0] >= 1 && each[1] < each[0] && each[2] >= 1)
        #expect(try failure("takes a second to start", startSeconds: 0.5).cause == .late(seconds: 0.5))
    }

    @Test func startingAndCompilingAreMeasured() throws {
        let engine = try Python.misbehaving("compiles for a second").started()
        let started = engine.startupSeconds
        let kernel = try engine.prepare(Self.workload) { SharedInputs(for: Self.problem, seed: 1) }
        let startup = try #require(kernel.startup)
        #expect(startup.engineSeconds == started && startup.compileSeconds >= 1)
        #expect(abs(engine.startupSeconds - started - startup.compileSeconds) < 1e-6)
    }

    @Test func refusingIsNoFault() throws {
        let refusal = #expect(throws: EngineError.self) { try Self.measure(Python.misbehaving("refuses")) }
        #expect(refusal?.description == "misbehaving refuses it: no causal attention today")
    }

    @Test func nonsenseIsQuoted() throws {
        let failure = try failure("speaks nonsense")
        guard case .nonsense(let line) = failure.cause else {
            Issue.record("\(failure)")
            return
        }
        #expect(line.hasPrefix("Warming up"))
        #expect(failure.description.contains("\"Warming up\\u{1b}[31m: x") && failure.description.count < 700)
        #expect(try self.failure("greets with nonsense").cause == .nonsense(line: "Loading model weights"))
    }

    @Test(arguments: [
        "floods standard output", "answers for another cell", "says a negative time", "states negative scratch",
        "states absurd scratch",
    ])
    func whatIsNotTheReplyIsNonsense(fault: String) throws {
        let failure = try failure(fault)
        guard case .nonsense = failure.cause else {
            Issue.record("\(failure)")
            return
        }
    }

    /// The second line would be taken for the reply to the next request.
    @Test func aSecondReplyIsNonsense() throws {
        let failure = try failure("answers twice")
        guard case .nonsense(let line) = failure.cause else {
            Issue.record("\(failure)")
            return
        }
        #expect(line.contains("sampled"))
    }

    @Test func warningsByTheThousandHoldNobodyUp() throws {
        _ = try Self.measure(Python.misbehaving("floods standard error"))
    }

    /// A neighbour can cost either process milliseconds once or twice; the third sample is believed.
    @Test func aClockThatDiffersNowAndThenIsAskedAgain() throws {
        _ = try Self.measure(Python.misbehaving("says too little twice"))
    }

    @Test func clocksAreCompared() throws {
        for fault in ["says too little", "says too much", "says an endless time"] {
            let failure = try failure(fault)
            guard case .dishonestClock(let clocks) = failure.cause else {
                Issue.record("\(failure)")
                continue
            }
            #expect(clocks.judgement == .unbelievable)
            #expect(failure.description.contains("states that its calls took"))
        }
    }

    @Test(arguments: ["is wrong", "is not a number"]) func wrongOutputsAreFound(fault: String) throws {
        #expect(try conformance(fault).failures.first?.contains(": error ") == true)
    }

    @Test func wrongnessOnTwoThreadsIsFound() throws {
        let failures = try conformance("is wrong on two threads").failures
        #expect(!failures.isEmpty && failures.allSatisfy { $0.contains(", 2 threads: error ") }, "\(failures)")
    }

    @Test(arguments: ElementType.allCases)
    func whatIsRightAtFirstIsCheckedAgainWithOtherContents(elementType: ElementType) throws {
        let failures = try conformance("remembers an answer", in: elementType).failures
        #expect(
            !failures.isEmpty && failures.allSatisfy { $0.contains("may have stored an earlier output") }, "\(failures)"
        )
    }

    @Test(arguments: ElementType.allCases) func computingInWriteIsFound(elementType: ElementType) throws {
        let failures = try conformance("computes in write", in: elementType).failures
        #expect(!failures.isEmpty && failures.allSatisfy { $0.contains("outside the timed calls") }, "\(failures)")
    }

    /// A kernel that has ended it in two cells is not asked for again. Another one of the same engine goes on.
    @Test func aKernelThatEndsItTwiceIsGivenUp() throws {
        let engine = try Python.misbehaving("dies in a sample").started()
        func prepare() throws -> any PreparedKernel {
            try engine.prepare(Self.workload) { SharedInputs(for: Self.problem, seed: 1) }
        }
        let (first, second) = (try prepare(), try prepare())
        #expect(throws: EngineError.self) { try first.sample(Batch(calls: 1)) }
        // Ready again, in another process.
        #expect(throws: EngineError.self) { try second.sample(Batch(calls: 1)) }
        let error = #expect(throws: EngineError.self) { try prepare() }
        #expect(
            error?.description.hasPrefix(
                "the engine misbehaving gets no further cells of causal, which ended its process in two "
                    + "consecutive cells; the last time it was ended by signal 11") == true, "\(error!)")
    }

    /// Long calls end the process again and again; in between the short ones give samples.
    @Test func whatWorksBetweenDeathsKeepsAKernelAlive() throws {
        let engine = try Python.misbehaving("dies in long calls").started()
        func prepare(_ length: Int) throws -> any PreparedKernel {
            let shape = try AttentionShape(queryLength: length, headDimension: 16)
            let problem = try AttentionProblem(shape: shape, mask: .causal)
            return try engine.prepare(Workload(kernel: "misbehaving/causal", phase: .prefill, problem: problem)) {
                SharedInputs(for: problem, seed: 1)
            }
        }
        let short = try prepare(64)
        for _ in 0..<4 {
            #expect(throws: EngineError.self) { try prepare(65).sample(Batch(calls: 1)) }
            #expect(try short.sample(Batch(calls: 1)).nanoseconds > 0)
        }
        #expect(throws: EngineError.self) { try prepare(65).sample(Batch(calls: 1)) }
        #expect(throws: EngineError.self) { try prepare(66).sample(Batch(calls: 1)) }
        let error = #expect(throws: EngineError.self) { try prepare(32) }
        #expect(error?.description.contains("gets no further cells of causal") == true)
        #expect(try short.sample(Batch(calls: 1)).nanoseconds > 0)
    }

    /// The system refuses: inputs are sealed.
    @Test func inputsCannotBeWritten() throws {
        guard case .failed(let reason) = try failure("writes into its inputs").cause else {
            Issue.record("an engine could write into its inputs")
            return
        }
        #expect(reason.contains("PermissionError"))
    }

    @Test func whoExitsEarlyIsTold() throws {
        let failure = try failure("exits early")
        #expect(failure.cause == .died(.exited(status: 4)) && failure.lastWords == ["no licence found"])
    }

    @Test func anotherVersionIsTold() throws {
        #expect(try failure("speaks version 2").cause == .otherVersion(2))
    }

    @Test func grandchildrenInASessionOfTheirOwnAreEnded() throws {
        let failure = try failure("leaves a grandchild")
        #expect(failure.cause == .died(.exited(status: 3)))
        let grandchild = try #require(failure.lastWords.last.flatMap { Int32($0) })
        // It has ended; whoever has adopted it may not have reaped it yet.
        #expect(ProcessStatus(grandchild)?.isRunning != true)
    }

    /// The harness reads it around samples of other engines.
    @Test(arguments: [("spins when idle", true), ("", false)])
    func theCPUTimeOfAnIdleEngineIsKnown(fault: String, spins: Bool) throws {
        let engine = try Python.misbehaving(fault).started()
        let kernel = try engine.prepare(Self.workload) { SharedInputs(for: Self.problem, seed: 1) }
        _ = try kernel.sample(Batch(calls: 1))
        Thread.sleep(forTimeInterval: 0.1)
        let before = try #require(engine.cpuNanoseconds)
        Thread.sleep(forTimeInterval: 1)
        let used = try #require(engine.cpuNanoseconds) - before
        #expect(spins ? used > 10_000_000 : used < 1_000_000, "\(used) ns")
    }

    @Test func whatIsNotThereOrNoProgramIsTold() throws {
        for (path, words) in [("/nowhere/engine", "no such file"), (#filePath, "permission denied")] {
            let failure = #expect(throws: EngineError.self) { try EngineCommand([path]).started() }
            #expect(failure?.description.contains(words) == true)
        }
    }
}
