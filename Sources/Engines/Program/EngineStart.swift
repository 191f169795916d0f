import Hardware
import Processes

/// A process of an engine that has been started and may not have greeted yet.
///
/// Engines that take seconds to start do so side by side: all are started first, and then all are listened to.
final class EngineStart {
    let command: EngineCommand
    let seat: EngineSeat
    let process: ChildProcess
    private let stopwatch = Stopwatch()
    private var greeted: Result<(EngineGreeting, seconds: Double), EngineFailure>?

    /// - Parameter environment: the user's own.
    init(_ command: EngineCommand, seat: EngineSeat, environment: [String: String]) throws(EngineFailure) {
        self.command = command
        self.seat = seat
        do throws(SpawnError) {
            process = try ChildProcess(command.invocation(seat, environment: environment))
        } catch {
            throw EngineFailure(engine: command.words[0], doing: "start", cause: .notStarted(reason: error.reason))
        }
    }

    /// Waits until each has greeted or failed, so that the time of each is its own.
    static func waitForGreetings(of starts: [EngineStart]) {
        while true {
            let silent = starts.filter { $0.greeted == nil }
            if silent.isEmpty { return }
            for start in silent { start.listen(seconds: silent.count == 1 ? .infinity : 0.005) }
        }
    }

    /// The greeting, and how long it took to come.
    func greeting() throws(EngineFailure) -> (EngineGreeting, seconds: Double) {
        while true {
            if let greeted { return try greeted.get() }
            listen(seconds: .infinity)
        }
    }

    /// - Parameter seconds: to wait at most.
    private func listen(seconds: Double) {
        let left = max(0, command.startSeconds - stopwatch.seconds)
        switch process.nextLine(within: min(seconds, left)) {
        case .line(let line): greeted = Result { () throws(EngineFailure) in (try understood(line), stopwatch.seconds) }
        case .tooLong(let beginning): greeted = .failure(failure(.nonsense(line: beginning)))
        case .late where seconds < left: return
        case .late: greeted = .failure(failure(.late(seconds: command.startSeconds)))
        case .ended:
            let ending = process.ending(within: 0.5)
            greeted = .failure(failure(ending.map { .died($0) } ?? .late(seconds: command.startSeconds)))
        }
    }

    private func understood(_ line: String) throws(EngineFailure) -> EngineGreeting {
        struct Version: Decodable { let attnbenchEngine: Int }
        if let version = WireLine.value(Version.self, in: line)?.attnbenchEngine, version != EngineGreeting.version {
            throw failure(.otherVersion(version))
        }
        guard let greeting = WireLine.value(EngineGreeting.self, in: line), greeting.implausibility == nil else {
            throw failure(.nonsense(line: line))
        }
        return greeting
    }

    /// Ends it.
    private func failure(_ cause: EngineFailure.Cause) -> EngineFailure {
        process.end(patience: 0)
        return EngineFailure(
            engine: command.words[0], doing: "greet (to name itself and its kernels)", cause: cause,
            lastWords: process.lastWords)
    }
}
