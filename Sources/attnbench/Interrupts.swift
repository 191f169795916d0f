import Benchmarking
import Foundation
import Synchronization

/// ^C and termination ask a run to stop after the call under way. A second ^C ends the program at once.
enum Interrupts {
    private static let shared = Cancellation()
    /// The process that is to be told too; 0 for none. A child has a process group of its own, so that a terminal's ^C
    /// reaches it once, from here, and not a second time from the terminal, which would end it at once.
    private static let child = Atomic<Int32>(0)

    /// From now on the signals cancel this instead of ending the program.
    static func cancellation() -> Cancellation {
        // Whoever started this program may have had them blocked, and the mask is inherited.
        var signals = sigset_t()
        sigemptyset(&signals)
        for number in [SIGINT, SIGTERM] {
            sigaddset(&signals, number)
            signal(number) { number in
                Interrupts.shared.cancel()
                let child = Interrupts.child.load(ordering: .relaxed)
                if child > 0 { kill(child, number) }
                signal(number, SIG_DFL)
            }
        }
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
        return shared
    }

    /// Passes the signals on to this process until it is nil.
    static func pass(to process: Int32?) {
        child.store(process ?? 0, ordering: .relaxed)
        // The signal may have come before there was a process to tell.
        if let process, shared.isCancelled { kill(process, SIGINT) }
    }
}
