import CSpawn
import Foundation
import Synchronization

/// A program at work as a child of this process: given lines, asked for lines, and ended with all that it started.
///
/// No pipe to it blocks: while this process waits for a line it also takes in what the child says on its standard error,
/// and passes on what the child is to read, so that neither can make the other wait for ever. There is no thread
/// for that, which would take a CPU from what is measured.
///
/// The child ends with the *thread* that started it, which is how the system defines the death of a parent. So whoever
/// starts one keeps it on one thread, as everything that measures does anyway.
public final class ChildProcess {
    /// Where what the child says goes.
    public enum Output: Sendable {
        /// Standard output is read line by line; of standard error the last lines are kept.
        case lines
        /// Standard output goes nowhere; of standard error the last lines are kept.
        case discarded
        /// Both go to a new file.
        case log(path: String)
    }

    /// What waiting for a line comes to.
    public enum Answer: Hashable, Sendable {
        case line(String)
        /// It has closed its standard output.
        case ended
        /// Nothing came in time.
        case late
        /// A line that does not end; its beginning.
        case tooLong(String)
    }

    /// Between a polite request to end and the end.
    public static let graceSeconds = 2.0

    public let identifier: Int32
    private let descendants: Descendants
    private var input: Int32?
    private var output: Int32?
    private var errors: Int32?
    private var lines = LineBuffer()
    private var words = LastWords()
    private var ending: ProcessEnding?

    private static let count = Atomic<Int>(0)

    public init(_ invocation: Invocation, output target: Output = .lines) throws(SpawnError) {
        let number = Self.count.add(1, ordering: .relaxed).newValue
        let own = ProcessInfo.processInfo.environment[Descendants.variable]
        descendants = Descendants(number: number, ancestors: own)
        let pipes = try Pipes(for: invocation, target)
        defer { pipes.closeTheirs() }
        do throws(SpawnError) {
            identifier = try Self.start(invocation, descendants, pipes)
        } catch {
            pipes.closeOurs()
            throw error
        }
        (input, output, errors) = (pipes.input.ours, pipes.output.ours, pipes.errors.ours)
    }

    deinit {
        end()
        for descriptor in [output, errors] { if let descriptor { close(descriptor) } }
    }

    private static func start(
        _ invocation: Invocation, _ descendants: Descendants, _ pipes: Pipes
    ) throws(SpawnError) -> Int32 {
        let call = spawn_call_new(invocation.program)
        defer { spawn_call_free(call) }
        for argument in [invocation.program] + invocation.arguments { spawn_call_add_argument(call, argument) }
        let environment = invocation.environment.merging([Descendants.variable: descendants.name]) { $1 }
        // In the order of names: the layout of the stack must not depend on how a dictionary is walked.
        for (name, value) in environment.sorted(by: { $0.key < $1.key }) {
            spawn_call_add_variable(call, "\(name)=\(value)")
        }
        for cpu in invocation.cpus { spawn_call_add_cpu(call, Int32(cpu)) }
        if let folder = invocation.folder { spawn_call_set_folder(call, folder) }
        var failure = spawn_failure()
        let process = spawn_call_start(call, pipes.input.theirs, pipes.output.theirs, pipes.errors.theirs, &failure)
        guard process < 0 else { return process }
        let step: SpawnError.Step =
            switch failure.step {
            case SPAWN_CPUS: .cpus
            case SPAWN_FOLDER: .folder
            case SPAWN_PROGRAM: .program
            default: .process
            }
        throw SpawnError(invocation: invocation, step: step, code: failure.error)
    }

    /// Gives the child some bytes to read.
    /// - Returns: false where it has not taken them all in time, or reads no more.
    public func send(_ bytes: some Sequence<UInt8>, within seconds: Double) -> Bool {
        let deadline = Self.now + seconds
        var left = Array(bytes)[...]
        while !left.isEmpty {
            guard let input else { return false }
            let count = left.withContiguousStorageIfAvailable { spawn_write(input, $0.baseAddress, $0.count) }!
            if count > 0 {
                left = left.dropFirst(count)
            } else if errno == EAGAIN {
                guard exchange(until: deadline, isWriting: true), Self.now < deadline else { return false }
            } else if errno != EINTR {
                return false
            }
        }
        return true
    }

    /// CPU time of it and of all that it has started, as far as they still run.
    public var cpuSeconds: Double { descendants.cpuSeconds(group: identifier) }

    /// Tells the child that nothing more will come.
    public func closeInput() {
        if let input { close(input) }
        input = nil
    }

    /// Whether it has sent something that was not read yet.
    public var hasUnreadOutput: Bool {
        takeWhatIsThere()
        return !lines.isEmpty
    }

    /// The child's next line.
    public func nextLine(within seconds: Double = .infinity) -> Answer {
        let deadline = Self.now + seconds
        var isLate = false
        while true {
            if let line = lines.next() { return .line(line) }
            if lines.isTooLong { return .tooLong(lines.beginning) }
            if output == nil { return lines.rest().map(Answer.line) ?? .ended }
            if isLate { return .late }
            guard exchange(until: deadline, isWriting: false) else { return .late }
            // A child that floods its standard error always has something for this process to take in.
            isLate = Self.now >= deadline
        }
    }

    /// The last lines that it said on its standard error; complete once it has ended.
    public var lastWords: [String] { words.lines }

    /// How it ended by itself; nil where it is still there after so long.
    public func ending(within seconds: Double) -> ProcessEnding? {
        if ending == nil, !hasEnded(within: seconds) { return nil }
        return end()
    }

    /// Waits until it has ended by itself, for as long as that takes, and then as `end` does.
    @discardableResult
    public func wait() -> ProcessEnding {
        while ending == nil, !hasEnded(within: 3600) {}
        return end()
    }

    /// Ends it and all that it started, however it takes that: the end of its input for those that wait for it, SIGTERM
    /// to its group, and SIGKILL two seconds later. Returns how it ended, at once where it has ended before.
    /// - Parameter patience: seconds in which it may end by itself.
    @discardableResult
    public func end(patience: Double = 0.2) -> ProcessEnding {
        closeInput()
        if let ending { return ending }
        if !hasEnded(within: patience) {
            kill(-identifier, SIGTERM)
            if !hasEnded(within: Self.graceSeconds) { kill(-identifier, SIGKILL) }
        }
        while !hasEnded(within: 1) {}
        // No other process can get this number until the process is reaped, so the number can only mean its own group.
        kill(-identifier, SIGKILL)
        descendants.end(group: identifier)
        let status = spawn_reap(identifier)
        let ending: ProcessEnding = status < 0 ? .signalled(number: -status) : .exited(status: status)
        self.ending = ending
        takeWhatIsThere()
        return ending
    }

    private func hasEnded(within seconds: Double) -> Bool {
        let deadline = Self.now + seconds
        var pauseMicroseconds: UInt32 = 500
        while spawn_has_ended(identifier) == 0 {
            // A child that writes its farewell must not wait for a reader.
            takeWhatIsThere()
            if Self.now >= deadline { return false }
            usleep(pauseMicroseconds)
            pauseMicroseconds = min(2 * pauseMicroseconds, 5000)
        }
        return true
    }

    /// At most some MiB of it: a child that floods its output must not keep this process from looking at the clock.
    private func takeWhatIsThere() {
        var pieces = 0
        while pieces < 64, exchange(until: 0, isWriting: false) { pieces += 1 }
    }

    /// Waits until some pipe is ready and takes in what there is.
    /// - Returns: false where nothing came before the deadline, or nothing can come.
    private func exchange(until deadline: Double, isWriting: Bool) -> Bool {
        // A child that floods its output waits: a line that is too long is not read to its end.
        let reads = [lines.isTooLong ? nil : output, errors].compactMap { $0 }
        var waiting = reads.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        if isWriting, let input { waiting.append(pollfd(fd: input, events: Int16(POLLOUT), revents: 0)) }
        guard !waiting.isEmpty else { return false }
        while true {
            let left = min(max(0, deadline - Self.now), 3600)
            let ready = poll(&waiting, nfds_t(waiting.count), Int32((left * 1000).rounded(.up)))
            if ready > 0 { break }
            if ready == 0, deadline <= Self.now { return false }
            if ready < 0, errno != EINTR { return false }
        }
        for one in waiting where one.revents != 0 && one.events == Int16(POLLIN) { take(from: one.fd) }
        return true
    }

    private func take(from descriptor: Int32) {
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        let count = read(descriptor, &piece, piece.count)
        if count < 0, errno == EINTR || errno == EAGAIN { return }
        let isOutput = descriptor == output
        if count <= 0 {
            close(descriptor)
            if isOutput { output = nil } else { errors = nil }
        } else if isOutput {
            lines.append(piece[..<count])
        } else {
            words.append(piece[..<count])
        }
    }

    private static var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

/// How a process came to its end.
public enum ProcessEnding: Hashable, Sendable, CustomStringConvertible {
    case exited(status: Int32)
    case signalled(number: Int32)

    public var isSuccess: Bool { self == .exited(status: 0) }

    /// A clause that follows the process's name: "ended with status 2".
    public var description: String {
        switch self {
        case .exited(let status): return "ended with status \(status)"
        case .signalled(let number):
            let name = strsignal(number).map { String(cString: $0) } ?? "unknown"
            let hint = number == SIGKILL ? ", which the system sends when memory runs out" : ""
            return "was ended by signal \(number) (\(name))\(hint)"
        }
    }
}
