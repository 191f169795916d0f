import Benchmarking
import Foundation
import Ranks

/// Signals that ask a run to stop after the call under way, so that what was measured is reported: ^C, termination, the end
/// of the terminal, and the two that are for users. A second ^C or termination ends the program at once.
enum Interrupts {
    private static let shared = Cancellation()

    /// From now on the signals cancel this instead of ending the program, and a reader of the output that is gone ends
    /// nothing.
    static func cancellation() -> Cancellation {
        // Made here, since a handler may make nothing.
        let cancellation = shared
        for number in [SIGINT, SIGTERM] {
            signal(number) { number in
                Interrupts.shared.cancel()
                signal(number, SIG_DFL)
                if number == SIGTERM { LastWords.hurry() }
            }
        }
        // A second one of these says nothing new: the end of a terminal comes from the shell and from the system.
        for number in [SIGHUP, SIGUSR1, SIGUSR2] {
            let before = signal(number) { _ in Interrupts.shared.cancel() }
            // Whoever started this program wants it ignored, as `nohup` does.
            if let before { signal(number, before) }
        }
        // `attnbench run | head -1`: the report is still worth writing.
        signal(SIGPIPE, SIG_IGN)
        // Whoever started this program may have had them blocked, and the mask is inherited.
        var signals = sigset_t()
        sigemptyset(&signals)
        for number in [SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2] { sigaddset(&signals, number) }
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
        return cancellation
    }
}
