import Foundation
import Hardware

/// What a launch tells the run that started it, one line each.
enum LaunchEvent: Codable, Equatable {
    case progress(ProgressEvent)
    /// The last one: everything that was measured is in the file.
    /// - Parameter startupSeconds: what its engines took to start and to compile, for which the time budget does not pay.
    case ended(wasInterrupted: Bool, startupSeconds: Double)

    var line: String {
        // Encoding cannot fail: an event holds only text, counts and finite seconds.
        String(decoding: (try? JSONEncoder().encode(self)) ?? Data(), as: UTF8.self) + "\n"
    }

    init?(line: Data) {
        guard let event = try? JSONDecoder().decode(LaunchEvent.self, from: line) else { return nil }
        self = event
    }
}

/// Passes events on, ten a second at most: each costs the process that reads it a little CPU time on another core.
final class EventProgress: ProgressObserver {
    private let write: (LaunchEvent) -> Void
    private var sinceLast: Stopwatch?
    private var lastPhase: ProgressEvent.Phase?

    init(write: @escaping (LaunchEvent) -> Void) { self.write = write }

    func report(_ event: ProgressEvent) {
        let isDue = sinceLast.map { $0.seconds >= 0.1 } ?? true
        guard isDue || event.phase != lastPhase else { return }
        (sinceLast, lastPhase) = (Stopwatch(), event.phase)
        let secondsLeft = event.secondsLeft.flatMap { $0.isFinite ? $0 : nil }
        write(
            .progress(
                ProgressEvent(
                    phase: event.phase, cell: event.cell, done: event.done, total: event.total,
                    secondsLeft: secondsLeft, samples: event.samples)))
    }
}
