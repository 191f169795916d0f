import Faults
import Foundation
import Synchronization

/// What the first rank says, if it has to end without coming back from a call: another rank does not answer, or the launcher is
/// about to kill all of them.
///
/// Between SIGTERM and SIGKILL, Open MPI leaves a process one second, and a rank that waits for a message returns from no call.
/// So the sentences are made beforehand, and the signal of a timer writes one of them and ends the process: a handler may
/// allocate nothing.
public enum LastWords {
    /// Less than the second that the launcher waits.
    private static let launcherSeconds = 0.3

    nonisolated(unsafe) private static var onTermination = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
    nonisolated(unsafe) private static var onSilence = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
    private static let isTerminated = Atomic<Bool>(false)
    private static let isPrepared = Atomic<Bool>(false)

    /// From now on these are said. It is called once, and the texts stay.
    ///
    /// - Parameters:
    ///   - termination: said if the launcher ends this process, and there is no time for more.
    ///   - silence: said if a rank does not answer in time.
    public static func prepare(termination: String, silence: String) {
        onTermination = bytes(of: termination)
        onSilence = bytes(of: silence)
        isPrepared.store(true, ordering: .sequentiallyConsistent)
        signal(SIGALRM) { _ in LastWords.end() }
    }

    /// For a handler of SIGTERM: whatever is not done within the launcher's second is not done any more.
    public static func hurry() {
        guard isPrepared.load(ordering: .sequentiallyConsistent) else { return }
        isTerminated.store(true, ordering: .sequentiallyConsistent)
        setTimer(seconds: launcherSeconds)
    }

    /// Gives the other ranks so much time for what they are asked in `body`.
    public static func unlessAnswered<Value, Failure: Error>(
        within seconds: Double, _ body: () throws(Failure) -> Value
    ) throws(Failure) -> Value {
        guard seconds.isFinite, isPrepared.load(ordering: .relaxed) else { return try body() }
        setTimerUnlessTerminated(seconds: seconds)
        defer { setTimerUnlessTerminated(seconds: 0) }
        return try body()
    }

    /// The launcher's second goes before anybody's patience, also where its signal comes in between.
    private static func setTimerUnlessTerminated(seconds: Double) {
        if isTerminated.load(ordering: .sequentiallyConsistent) { return }
        setTimer(seconds: seconds)
        if isTerminated.load(ordering: .sequentiallyConsistent) { setTimer(seconds: launcherSeconds) }
    }

    private static func setTimer(seconds: Double) {
        let whole = seconds.rounded(.down)
        var timer = itimerval(
            it_interval: timeval(tv_sec: 0, tv_usec: 0),
            it_value: timeval(tv_sec: Int(whole), tv_usec: Int((seconds - whole) * 1e6)))
        setitimer(__itimer_which_t(ITIMER_REAL.rawValue), &timer, nil)
    }

    private static func end() {
        let words = isTerminated.load(ordering: .sequentiallyConsistent) ? onTermination : onSilence
        _ = write(STDERR_FILENO, words.baseAddress, words.count)
        _exit(ExitStatus.internalFailure.rawValue)
    }

    private static func bytes(of sentence: String) -> UnsafeBufferPointer<UInt8> {
        let text = Array("Error: \(sentence)\n".utf8)
        let bytes = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: text.count)
        _ = bytes.initialize(from: text)
        return UnsafeBufferPointer(bytes)
    }
}
