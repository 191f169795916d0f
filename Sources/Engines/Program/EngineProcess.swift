import Attention
import Foundation
import Hardware
import Processes

/// One process of an engine: asked one thing at a time, held to the protocol, and ended when it breaks it.
public final class EngineProcess {
    public let greeting: EngineGreeting
    public let seat: EngineSeat
    /// From the start until the greeting.
    public let startSeconds: Double
    private let command: EngineCommand
    private let process: ChildProcess
    private var cells = 0
    /// After a failure of the protocol nothing that the process says can be believed.
    private var isOver = false

    /// - Parameter environment: the user's own.
    public init(
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

    public var identifier: Int32 { process.identifier }
    public var isUsable: Bool { !isOver }

    public func end() {
        isOver = true
        process.end()
    }

    /// Makes a kernel ready, with inputs to begin with.
    /// - Throws: `UnsupportedProblem` where the engine refuses, `EngineFailure` where it fails.
    public func prepare(
        _ kernel: String, for problem: AttentionProblem, _ inputs: borrowing AttentionInputs
    ) throws -> ProgramKernel {
        let number = cells
        cells += 1
        return try ProgramKernel(on: self, number: number, kernel: kernel, problem: problem, inputs)
    }

    /// CPUs that it keeps busy while nobody asks it anything: 0 of an engine that sleeps. An idle engine that spins
    /// disturbs what is measured in turn with it.
    public func cpuShare(over seconds: Double) -> Double {
        func used() -> Int { ProcessEvidence(of: identifier, cpus: []).cpuNanoseconds }
        let (stopwatch, before) = (Stopwatch(), used())
        Thread.sleep(forTimeInterval: seconds)
        return Double(used() - before) / Double(stopwatch.nanoseconds)
    }

    var prepareSeconds: Double { command.prepareSeconds }

    /// Asks and waits for the reply to this request.
    /// - Parameter doing: for messages: "prepare full".
    func ask(
        _ request: EngineRequest, doing: @autoclosure () -> String, within seconds: Double
    ) throws(EngineFailure) -> EngineReply {
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
        isOver = true
        // A process that has closed its pipes is gone in a moment, and its status says more than "late".
        if let ending = process.ending(within: 0.5) { return failure(doing, .died(ending)) }
        process.end(patience: 0)
        return failure(doing, .late(seconds: seconds))
    }

    func over(_ doing: String, _ cause: EngineFailure.Cause) -> EngineFailure {
        end()
        return failure(doing, cause)
    }

    func failure(_ doing: String, _ cause: EngineFailure.Cause) -> EngineFailure {
        EngineFailure(engine: greeting.engine.name, doing: doing, cause: cause, lastWords: process.lastWords)
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
