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
    /// The most CPUs that it kept busy while nobody asked it anything: 0 of an engine that sleeps. An idle engine that
    /// spins disturbs what is measured in turn with it.
    private(set) var idleShare = 0.0
    private var rest: Rest?
    private let ownEvidence = ThreadEvidenceReader()
    private var cells = 0
    /// What ended it: after that nothing that the process says can be believed.
    private(set) var end: EngineFailure?

    /// - Parameter environment: the user's own.
    init(
        _ command: EngineCommand, seat: EngineSeat, environment: [String: String]
    ) throws(EngineFailure) {
        let name = command.words[0]
        let stopwatch = Stopwatch()
        do throws(SpawnError) {
            process = try ChildProcess(command.invocation(seat, environment: environment))
        } catch {
            throw EngineFailure(engine: name, doing: "start", cause: .notStarted(reason: error.reason))
        }
        self.command = command
        self.seat = seat
        greeting = try Self.greeting(of: process, name, within: command.startSeconds)
        startSeconds = stopwatch.seconds
    }

    var identifier: Int32 { process.identifier }

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

        func sample(nanoseconds: Int) -> Sample {
            Sample(
                nanoseconds: nanoseconds,
                contamination: after.contamination(since: before, wallNanoseconds: nanoseconds),
                wallNanoseconds: wallNanoseconds)
        }
    }

    /// Asks for something that is timed.
    func observe(
        _ request: EngineRequest, doing: @autoclosure () -> String, within seconds: Double
    ) throws(EngineFailure) -> Observation {
        let ownBefore = ownEvidence.read().runDelayNanoseconds
        let before = ProcessEvidence(of: identifier, cpus: seat.cpus)
        if let rest { idleShare = max(idleShare, rest.share(until: before)) }
        let stopwatch = Stopwatch()
        let reply = try ask(request, doing: doing(), within: seconds)
        let wallNanoseconds = stopwatch.nanoseconds
        let after = ProcessEvidence(of: identifier, cpus: seat.cpus)
        rest = Rest(stopwatch: Stopwatch(), evidence: after)
        return Observation(
            reply: reply, wallNanoseconds: wallNanoseconds,
            ownDelayNanoseconds: ownEvidence.read().runDelayNanoseconds - ownBefore, before: before, after: after)
    }

    /// The time since a sample in which nobody has asked for anything.
    private struct Rest {
        let stopwatch: Stopwatch
        let evidence: ProcessEvidence

        /// A shorter rest is mostly the way from the answer to sleep.
        static let leastNanoseconds = 5_000_000

        func share(until now: ProcessEvidence) -> Double {
            let nanoseconds = stopwatch.nanoseconds
            guard nanoseconds >= Self.leastNanoseconds else { return 0 }
            return Double(now.cpuNanoseconds - evidence.cpuNanoseconds) / Double(nanoseconds)
        }
    }

    /// Asks and waits for the reply to this request.
    /// - Parameter doing: for messages: "prepare full".
    func ask(
        _ request: EngineRequest, doing: @autoclosure () -> String, within seconds: Double
    ) throws(EngineFailure) -> EngineReply {
        rest = nil
        // A line that nobody asked for would be taken for the answer.
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

    private static func greeting(
        of process: ChildProcess, _ name: String, within seconds: Double
    ) throws(EngineFailure) -> EngineGreeting {
        struct Version: Decodable { let attnbenchEngine: Int }
        func failure(_ cause: EngineFailure.Cause) -> EngineFailure {
            process.end(patience: 0)
            return EngineFailure(engine: name, doing: "greet", cause: cause, lastWords: process.lastWords)
        }
        switch process.nextLine(within: seconds) {
        case .line(let line):
            if let version = WireLine.value(Version.self, in: line)?.attnbenchEngine, version != EngineGreeting.version
            {
                throw failure(.otherVersion(version))
            }
            guard let greeting = WireLine.value(EngineGreeting.self, in: line) else {
                throw failure(.nonsense(line: line))
            }
            return greeting
        case .tooLong(let beginning): throw failure(.nonsense(line: beginning))
        case .late: throw failure(.late(seconds: seconds))
        case .ended:
            guard let ending = process.ending(within: 0.5) else { throw failure(.late(seconds: seconds)) }
            throw failure(.died(ending))
        }
    }
}
