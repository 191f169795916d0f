import Attention
import Foundation
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

    private static let workload = Workload(kernel: "misbehaving/causal", problem: problem)

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

    private func conformance(_ fault: String) throws -> EngineConformance {
        let engine = try Python.misbehaving(fault).started()
        let causal = Kernel("misbehaving/causal", summary: "", masks: .causal, elementTypes: [.float32])
        return EngineConformance(of: causal, on: engine)
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
    }

    @Test func anEngineThatFailsSaysSoAndGoesOn() throws {
        let failure = try failure("fails in prepare")
        #expect(failure.cause == .failed(reason: "RuntimeError: the compiler is missing"))
    }

    @Test func whoHangsIsEnded() throws {
        let failure = try failure("hangs in prepare", prepareSeconds: 0.5)
        #expect(failure.cause == .late(seconds: 0.5))
        #expect(try self.failure("hangs in a sample", answerSeconds: 0.5).cause == .late(seconds: 0.5))
    }

    @Test func whoIsSlowToStartIsEnded() throws {
        #expect(try failure("is slow to start", startSeconds: 0.5).cause == .late(seconds: 0.5))
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

    @Test(arguments: ["floods standard output", "answers for another cell"])
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

    @Test func clocksAreCompared() throws {
        for fault in ["says too little", "says too much"] {
            let failure = try failure(fault)
            guard case .dishonestClock(let clocks) = failure.cause else {
                Issue.record("\(failure)")
                continue
            }
            #expect(clocks.judgement == .unbelievable)
            #expect(failure.description.contains("says that its calls took"))
        }
    }

    @Test(arguments: ["is wrong", "is not a number"]) func wrongOutputsAreFound(fault: String) throws {
        #expect(try conformance(fault).failures.first?.contains(": error ") == true)
    }

    @Test func whatIsRightAtFirstIsCheckedAgainWithOtherContents() throws {
        let failures = try conformance("remembers an answer").failures
        #expect(!failures.isEmpty && failures.allSatisfy { $0.contains("it may remember an answer") }, "\(failures)")
    }

    @Test func computingInWriteIsFound() throws {
        let failures = try conformance("computes in write").failures
        #expect(!failures.isEmpty && failures.allSatisfy { $0.contains("outside of what is timed") }, "\(failures)")
    }

    /// It has broken two cells by then, and the third fails with the same words.
    @Test func itIsStartedAgainOnce() throws {
        let engine = try Python.misbehaving("dies in a sample").started()
        func prepare() throws -> any PreparedKernel {
            try engine.prepare(Self.workload) { SharedInputs(for: Self.problem, seed: 1) }
        }
        let (first, second) = (try prepare(), try prepare())
        #expect(throws: EngineError.self) { try first.sample(Batch(calls: 1)) }
        // Ready again, in another process.
        #expect(throws: EngineError.self) { try second.sample(Batch(calls: 1)) }
        let error = #expect(throws: EngineError.self) { try prepare() }
        #expect(error?.description.contains("signal 11") == true)
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

    @Test(arguments: [("spins when idle", true), ("", false)])
    func spinningIsSeen(fault: String, isTold: Bool) throws {
        let engine = try Python.misbehaving(fault).started()
        let kernel = try engine.prepare(Self.workload) { SharedInputs(for: Self.problem, seed: 1) }
        for _ in 0..<2 {
            _ = try kernel.sample(Batch(calls: 1))
            Thread.sleep(forTimeInterval: 0.2)
        }
        #expect(engine.remarks.contains { $0.contains("CPUs busy while nobody asks") } == isTold)
    }

    @Test func whatIsNotThereOrNoProgramIsTold() throws {
        for (path, words) in [("/nowhere/engine", "no such file"), (#filePath, "permission denied")] {
            let failure = #expect(throws: EngineError.self) { try EngineCommand([path]).started() }
            #expect(failure?.description.contains(words) == true)
        }
    }
}
