import Attention
import Foundation
import Kernels
import Processes
import Testing

@testable import Engines

/// Each engine does one thing wrong. Whatever it is ends in a sentence that names it, and leaves no process behind.
@Suite(.enabled(if: Python.isThere, Comment(rawValue: Python.missing)), .serialized)
struct MisbehavingEngineTests {
    private static let problem = try! AttentionProblem(
        shape: AttentionShape(
            batch: 2, queryHeads: 4, keyValueHeads: 2, queryLength: 33, keyLength: 40, headDimension: 16),
        mask: .causal)

    private static func inputs(_ problem: AttentionProblem = problem, seed: UInt64 = 1) -> AttentionInputs {
        AttentionInputs(shape: problem.shape, elementType: problem.elementType, seed: seed)
    }

    /// Goes the whole way of a cell: start, prepare, sample, write, check at the end.
    private static func measure(_ command: EngineCommand) throws -> ProgramKernel.Sample {
        let engine = try command.started()
        let inputs = inputs()
        let kernel = try engine.prepare("causal", for: problem, inputs)
        let sample = try kernel.sample(warmUpCalls: 1, calls: 2)
        try OutputCheck(kernel, tolerance: 4).first(inputs)
        try OutputCheck(kernel, tolerance: 4).last(seed: 9)
        try kernel.release()
        return sample
    }

    private func failure(_ fault: String, startSeconds: Double = 60, prepareSeconds: Double = 20) throws
        -> EngineFailure
    {
        var command = Python.misbehaving(fault)
        (command.startSeconds, command.prepareSeconds) = (startSeconds, prepareSeconds)
        return try #require(throws: EngineFailure.self) { try Self.measure(command) }
    }

    @Test func whoDoesEverythingRightIsMeasured() throws {
        let sample = try Self.measure(Python.misbehaving())
        #expect(sample.calls == 2 && sample.nanoseconds > 20_000_000)
        #expect(sample.clocks.judgement == .agrees)
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
        let engine = try Python.misbehaving("hangs in a sample").started()
        let kernel = try engine.prepare("causal", for: Self.problem, Self.inputs())
        let late = #expect(throws: EngineFailure.self) { try kernel.sample(calls: 1, patienceSeconds: 0.5) }
        #expect(late?.cause == .late(seconds: 0.5))
        #expect(kill(engine.identifier, 0) != 0 && !engine.isUsable)
    }

    @Test func whoIsSlowToStartIsEnded() throws {
        #expect(try failure("is slow to start", startSeconds: 0.5).cause == .late(seconds: 0.5))
    }

    @Test func refusingIsNoFault() throws {
        let engine = try Python.misbehaving("refuses").started()
        let refusal = #expect(throws: UnsupportedProblem.self) {
            _ = try engine.prepare("causal", for: Self.problem, Self.inputs())
        }
        #expect(refusal?.reason == "misbehaving refuses it: no causal attention today")
        #expect(engine.isUsable)
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
            #expect(failure.description.contains("it says that its calls took"))
        }
    }

    @Test(arguments: ["is wrong", "is not a number"]) func wrongOutputsAreFound(fault: String) throws {
        let wrong = try #require(throws: WrongOutput.self) { try Self.measure(Python.misbehaving(fault)) }
        #expect(wrong.moment == .first)
    }

    @Test func whatIsRightAtFirstIsCheckedAgainWithOtherContents() throws {
        let wrong = try #require(throws: WrongOutput.self) {
            try Self.measure(Python.misbehaving("remembers an answer"))
        }
        #expect(wrong.moment == .last)
        #expect(wrong.description.contains("other contents"))
    }

    @Test func computingInWriteIsFound() throws {
        let wrong = try #require(throws: WrongOutput.self) {
            try Self.measure(Python.misbehaving("computes in write"))
        }
        #expect(wrong.moment == .withoutCall)
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
        #expect(kill(grandchild, 0) != 0)
    }

    @Test func spinningIsSeen() throws {
        let spinning = try Python.misbehaving("spins when idle").started()
        #expect(spinning.cpuShare(over: 0.5) > 0.05)
        let quiet = try Python.misbehaving().started()
        #expect(quiet.cpuShare(over: 0.5) < 0.02)
    }

    @Test func whatIsNotThereOrNoProgramIsTold() throws {
        for (path, words) in [("/nowhere/engine", "no such file"), (#filePath, "permission denied")] {
            let failure = #expect(throws: EngineFailure.self) { try EngineCommand([path]).started() }
            #expect(failure?.description.contains(words) == true)
        }
    }
}
