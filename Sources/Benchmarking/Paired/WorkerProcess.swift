import Attention
import Foundation
import Hardware
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
    private let process = Process()
    private let requests = Pipe()
    private let replies = Pipe()
    private let errors = Pipe()
    /// Read and not yet used.
    private var buffer: [UInt8] = []
    let greeting: WorkerProtocol.Greeting

    init(_ launch: Launch) throws(WorkerError) {
        self.launch = launch
        // A worker that is gone is told by the write that fails, not by a signal that ends the gate.
        signal(SIGPIPE, SIG_IGN)
        process.executableURL = URL(fileURLWithPath: launch.path)
        process.arguments = launch.arguments
        process.environment = launch.environment
        process.standardInput = requests
        process.standardOutput = replies
        process.standardError = errors
        do {
            try process.run()
        } catch {
            throw .notStarted(side: launch.side, path: launch.path, reason: error.systemWords)
        }
        do throws(WorkerError) {
            greeting = try Self.greeting(launch, process, requests, replies, errors, &buffer)
        } catch {
            Self.end(process, requests)
            throw error
        }
    }

    deinit { end() }

    /// Ends the process and waits for it. It is asked politely by closing its input, then killed.
    func end() { Self.end(process, requests) }

    /// Asks and waits for the answer.
    /// - Parameter doing: what it is to do, for messages: "prepare full 2K".
    func ask(_ request: WorkerProtocol.Request, doing: @autoclosure () -> String) throws(WorkerError)
        -> WorkerProtocol.Reply
    {
        do {
            try requests.fileHandleForWriting.write(contentsOf: JSONLines.line(request))
        } catch {
            throw .died(side: launch.side, path: launch.path, doing: doing(), said: lastWords())
        }
        switch Self.line(from: replies, &buffer, seconds: launch.secondsToAnswer) {
        case .line(let line):
            guard let reply = try? JSONDecoder().decode(WorkerProtocol.Reply.self, from: Data(line)) else {
                throw garbled(String(decoding: line, as: UTF8.self))
            }
            return reply
        case .ended: throw .died(side: launch.side, path: launch.path, doing: doing(), said: lastWords())
        case .silent:
            throw .hung(
                side: launch.side, path: launch.path, doing: doing(), seconds: launch.secondsToAnswer)
        }
    }

    func garbled(_ line: String) -> WorkerError {
        .garbled(side: launch.side, path: launch.path, line: line)
    }

    private func lastWords() -> String { Self.lastWords(process, requests, errors) }

    private static func greeting(
        _ launch: Launch, _ process: Process, _ requests: Pipe, _ replies: Pipe, _ errors: Pipe,
        _ buffer: inout [UInt8]
    ) throws(WorkerError) -> WorkerProtocol.Greeting {
        struct Version: Decodable { let attnbenchWorker: Int }
        let answer = line(from: replies, &buffer, seconds: launch.secondsToAnswer)
        guard case .line(let line) = answer,
            let version = try? JSONDecoder().decode(Version.self, from: Data(line)).attnbenchWorker
        else {
            throw .noWorker(side: launch.side, path: launch.path, said: lastWords(process, requests, errors))
        }
        guard version == WorkerProtocol.version,
            let greeting = try? JSONDecoder().decode(WorkerProtocol.Greeting.self, from: Data(line))
        else {
            throw .otherProtocol(side: launch.side, path: launch.path, version: version)
        }
        return greeting
    }

    /// Foundation's own waiting lasts until the last grandchild is gone, so this looks now and then instead.
    private static func end(_ process: Process, _ requests: Pipe) {
        try? requests.fileHandleForWriting.close()
        // A worker between two requests is gone within a millisecond of its input's end.
        for _ in 0..<200 where process.isRunning { usleep(1000) }
        guard process.isRunning else { return }
        kill(process.processIdentifier, SIGKILL)
        for _ in 0..<1000 where process.isRunning { usleep(1000) }
    }

    /// What a process that has ended wrote to standard error, as far as the pipe held it.
    private static func lastWords(_ process: Process, _ requests: Pipe, _ errors: Pipe) -> String {
        end(process, requests)
        var words: [UInt8] = []
        guard case .line(let line) = line(from: errors, &words, seconds: 0) else {
            return String(decoding: words, as: UTF8.self)
        }
        return String(decoding: line, as: UTF8.self)
    }

    private enum Answer {
        case line([UInt8])
        case ended
        case silent
    }

    /// The next line without its line feed.
    private static func line(from pipe: Pipe, _ buffer: inout [UInt8], seconds: Double) -> Answer {
        let descriptor = pipe.fileHandleForReading.fileDescriptor
        let deadline = SystemClock().nanoseconds + Int(seconds * 1e9)
        while true {
            if let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
                let line = Array(buffer[..<end])
                buffer.removeSubrange(...end)
                return .line(line)
            }
            let left = max(0, deadline - SystemClock().nanoseconds)
            var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let ready = poll(&waiting, 1, Int32((left + 999_999) / 1_000_000))
            if ready == 0 { return .silent }
            if ready < 0 {
                if errno == EINTR { continue }
                return .ended
            }
            var chunk = [UInt8](repeating: 0, count: 1 << 16)
            let count = read(descriptor, &chunk, chunk.count)
            if count < 0 && errno == EINTR { continue }
            if count <= 0 { return .ended }
            buffer += chunk[..<count]
        }
    }
}
