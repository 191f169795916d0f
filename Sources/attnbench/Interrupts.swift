import Benchmarking
import Foundation

/// ^C and termination ask a run to stop after the call under way. A second ^C ends the program at once.
enum Interrupts {
    private static let shared = Cancellation()

    /// From now on the signals cancel this instead of ending the program.
    static func cancellation() -> Cancellation {
        // Whoever started this program may have had them blocked, and the mask is inherited.
        var signals = sigset_t()
        sigemptyset(&signals)
        for number in [SIGINT, SIGTERM] {
            sigaddset(&signals, number)
            signal(number) { number in
                Interrupts.shared.cancel()
                signal(number, SIG_DFL)
            }
        }
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
        return shared
    }
}
