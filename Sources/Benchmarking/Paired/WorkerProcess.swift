import Attention
import Foundation
import Processes
import Records

/// A build at work as a process of its own, seen from the gate.
///
/// Requests and replies go through its standard input and output. It ends by itself when its input ends, so that not even
/// a gate that is killed leaves one behind; one that does not answer in time is killed.
final class WorkerProcess {
    /// What to start, and as what it takes part.
    struct Launch {
        var side: PairedBuild
        var path: String
        var arguments: [String]
        var environment: [String: String]
        /// Preparing a cell of ten million tokens takes a minute.
        var secondsToAnswer = 300.0
    }

    private let launch: Launch
    private let process: ChildProcess
    let greeting: WorkerProtocol.Greeting

    init(_ launch: Launch) throws(WorkerError) {
        self.launch = launch
        do throws(SpawnError) {
            process = try ChildProcess(
                Invocation(launch.path, launch.arguments, environment: launch.environment))
        } catch {
            throw .notStarted(side: launch.side, path: launch.path, reason: error.reason)
        }
        greeting = try Self.greeting(launch, process)
    }

    /// Ends the process and waits for it.
    func end() { process.end() }

    /// Asks and waits for the answer.
    /// - Parameter doing: what it is to do, for messages: "prepare full 2K".
    func ask(_ request: WorkerProtocol.Request, doing: @autoclosure () -> String) throws(WorkerError)
        -> WorkerProtocol.Reply
    {
        let seconds = launch.secondsToAnswer
        let line: Data
        do { line = try JSONLines.line(request) } catch { preconditionFailure("a request has no JSON: \(error)") }
        guard process.send(line, within: seconds) else {
            throw .died(side: launch.side, path: launch.path, doing: doing(), said: Self.lastWords(process))
        }
        switch process.nextLine(within: seconds) {
        case .line(let line):
            guard let reply = try? JSONDecoder().decode(WorkerProtocol.Reply.self, from: Data(line.utf8)) else {
                throw garbled(line)
            }
            return reply
        case .tooLong(let beginning): throw garbled(beginning)
        case .ended:
            throw .died(side: launch.side, path: launch.path, doing: doing(), said: Self.lastWords(process))
        case .late:
            process.end(patience: 0)
            throw .hung(side: launch.side, path: launch.path, doing: doing(), seconds: seconds)
        }
    }

    func garbled(_ line: String) -> WorkerError {
        .garbled(side: launch.side, path: launch.path, line: line)
    }

    private static func greeting(
        _ launch: Launch, _ process: ChildProcess
    ) throws(WorkerError) -> WorkerProtocol.Greeting {
        struct Version: Decodable { let attnbenchWorker: Int }
        guard case .line(let line) = process.nextLine(within: launch.secondsToAnswer),
            let version = try? JSONDecoder().decode(Version.self, from: Data(line.utf8)).attnbenchWorker
        else {
            throw .noWorker(side: launch.side, path: launch.path, said: lastWords(process))
        }
        guard version == WorkerProtocol.version,
            let greeting = try? JSONDecoder().decode(WorkerProtocol.Greeting.self, from: Data(line.utf8))
        else {
            throw .otherProtocol(side: launch.side, path: launch.path, version: version)
        }
        return greeting
    }

    /// What a process that has ended said first of what is kept.
    private static func lastWords(_ process: ChildProcess) -> String {
        process.end()
        return process.lastWords.first ?? ""
    }
}
