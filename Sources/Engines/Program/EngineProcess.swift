import Attention
import Foundation
import Hardware
import Processes
import Records

/// One process of an engine: asked one thing at a time, held to the protocol, and ended when it breaks it.
final class EngineProcess {
    let greeting: EngineGreeting
    let seat: EngineSeat
    /// From the start until the greeting.
    let startSeconds: Double
    let command: EngineCommand
    private let process: ChildProcess
    private let ownEvidence = ThreadEvidenceReader()
    private var cells = 0
    /// What ended it: after that nothing that the process says can be believed.
    private(set) var end: EngineFailure?

    /// - Parameter start: one that has been made; its greeting is waited for.
    init(_ start: EngineStart) throws(EngineFailure) {
        (greeting, startSeconds) = try start.greeting()
        process = start.process
        command = start.command
        seat = start.seat
    }

    var identifier: Int32 { process.identifier }

    /// CPU time of all its threads so far.
    var cpuNanoseconds: Int { ProcessEvidence(of: identifier, cpus: []).cpuNanoseconds }

    /// The next cell's number.
    func newCell() -> Int {
        cells += 1
        return cells - 1
    }

    /// What was seen of the process while it answered.
    struct Observation {
        let reply: EngineReply
        /// From the request to the reply by our own clock.
        let wallNanoseconds: Int
        /// In which this thread stood in line for a CPU.
        let ownDelayNanoseconds: Int
        let before: ProcessEvidence
        let after: ProcessEvidence

        func sample(nanoseconds: Int, deviceNanoseconds: Int? = nil) -> Sample {
            Sample(
                nanoseconds: nanoseconds,
                contamination: after.contamination(since: before, wallNanoseconds: nanoseconds),
                wallNanoseconds: wallNanoseconds, deviceNanoseconds: deviceNanoseconds)
        }
    }

    /// Asks for something that is timed.
    func observe(
        _ request: EngineRequest, doing: @autoclosure () -> String, within seconds: Double
    ) throws(EngineFailure) -> Observation {
        let ownBefore = ownEvidence.read().runDelayNanoseconds
        let before = ProcessEvidence(of: identifier, cpus: seat.cpus)
        let stopwatch = Stopwatch()
        let reply = try ask(request, doing: doing(), within: seconds)
        let wallNanoseconds = stopwatch.nanoseconds
        let after = ProcessEvidence(of: identifier, cpus: seat.cpus)
        return Observation(
            reply: reply, wallNanoseconds: wallNanoseconds,
            ownDelayNanoseconds: ownEvidence.read().runDelayNanoseconds - ownBefore, before: before, after: after)
    }

    /// Asks and waits for the reply to this request.
    /// - Parameter doing: for messages: "prepare full".
    func ask(
        _ request: EngineRequest, doing: @autoclosure () -> String, within seconds: Double
    ) throws(EngineFailure) -> EngineReply {
        // A line without a request would be taken for the next answer.
        if process.hasUnreadOutput, case .line(let line) = process.nextLine(within: 0) {
            throw over(doing(), .nonsense(line: line))
        }
        guard process.send(WireLine.data(request), within: seconds) else { throw silent(doing(), seconds) }
        let answer = process.nextLine(within: seconds)
        guard case .line(let line) = answer else {
            switch answer {
            case .tooLong(let beginning): throw over(doing(), .nonsense(line: beginning))
            default: throw silent(doing(), seconds)
            }
        }
        guard let reply = WireLine.value(EngineReply.self, in: line), reply.cell == request.cell else {
            throw over(doing(), .nonsense(line: line))
        }
        if case .failed(_, let reason) = reply { throw failure(doing(), .failed(reason: reason)) }
        return reply
    }

    /// It has ended, or it has to be.
    private func silent(_ doing: String, _ seconds: Double) -> EngineFailure {
        // A process that has closed its pipes is gone in a moment, and its status says more than "late".
        over(doing, process.ending(within: 0.5).map { .died($0) } ?? .late(seconds: seconds))
    }

    /// Ends it.
    func over(_ doing: String, _ cause: EngineFailure.Cause) -> EngineFailure {
        process.end(patience: 0)
        let failure = failure(doing, cause)
        end = failure
        return failure
    }

    func failure(_ doing: String, _ cause: EngineFailure.Cause) -> EngineFailure {
        EngineFailure(engine: greeting.engine.name, doing: doing, cause: cause, lastWords: process.lastWords)
    }

    /// It answered with another reply than the one to this request.
    func unexpected(_ reply: EngineReply, _ doing: String) -> EngineFailure {
        over(doing, .nonsense(line: String(decoding: WireLine.data(reply).dropLast(), as: UTF8.self)))
    }
}
