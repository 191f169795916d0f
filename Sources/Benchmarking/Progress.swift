import Escaping
import Foundation
import Hardware
import Statistics

/// Where a run is.
public struct ProgressEvent: Hashable, Sendable, Codable {
    public enum Phase: String, Sendable, Codable {
        case machine, probing, preparing, measuring, screening, repeating, checking
    }

    /// One of several processes that a run starts.
    public struct Launch: Hashable, Sendable, Codable {
        /// From 1.
        public let number: Int
        public let count: Int

        public init(number: Int, of count: Int) {
            self.number = number
            self.count = count
        }
    }

    public let phase: Phase
    /// Nil where there is only one.
    public let launch: Launch?
    /// The cell in hand; empty while probing; what is looked at while the machine is measured.
    public let cell: String
    /// Cells while preparing, visits while measuring.
    public let done: Int
    public let total: Int
    /// Nil while nothing is known yet.
    public let secondsLeft: Double?
    /// Of the samples so far.
    public let samples: KeptSamples.Summary

    public init(
        phase: Phase, launch: Launch? = nil, cell: String, done: Int, total: Int, secondsLeft: Double?,
        samples: KeptSamples.Summary = .init()
    ) {
        self.phase = phase
        self.launch = launch
        self.cell = cell
        self.done = done
        self.total = total
        self.secondsLeft = secondsLeft
        self.samples = samples
    }

    /// The same, seen from a run of several launches of which others are still to come.
    ///
    /// - Parameter laterSeconds: what those are expected to take.
    public func of(_ launch: Launch, laterSeconds: Double) -> ProgressEvent {
        ProgressEvent(
            phase: phase, launch: launch, cell: cell, done: done, total: total,
            secondsLeft: secondsLeft.map { $0 + laterSeconds }, samples: samples)
    }

    /// One line of at most `columns` characters:
    /// `measuring  412/1650  0:41 left  kept 97 %, spread 1.2 %  attention-sink(4) 16K`.
    public func line(columns: Int = 80) -> String {
        var parts = [phase.rawValue.padding(toLength: 9, withPad: " ", startingAt: 0)]
        if let launch { parts[0] = "launch \(launch.number)/\(launch.count)  " + parts[0] }
        let width = "\(total)".count
        if total > 0 { parts[0] += " " + String(repeating: " ", count: width - "\(done)".count) + "\(done)/\(total)" }
        if let secondsLeft, secondsLeft.isFinite { parts.append("\(Self.clock(secondsLeft)) left") }
        if samples.count > 0 { parts.append(samples.text) }
        if !cell.isEmpty { parts.append(VisibleText.line(cell)) }
        let text = parts.joined(separator: "  ")
        return text.count <= columns ? text : text.prefix(columns - 1) + "…"
    }

    private static func clock(_ seconds: Double) -> String {
        let whole = Int(saturating: seconds.rounded(.up))
        let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return hours > 0 ? "\(hours):\(two(minutes)):\(two(rest))" : "\(minutes):\(two(rest))"
    }
}

/// Follows a run. Called between samples, never within one.
public protocol ProgressObserver: AnyObject {
    func report(_ event: ProgressEvent)
    /// Nothing more will come; others may print.
    func end()
}

extension ProgressObserver {
    public func end() {}
}

/// For `--quiet`.
public final class SilentProgress: ProgressObserver {
    public init() {}
    public func report(_ event: ProgressEvent) {}
}

/// Progress as text: one line that redraws itself on a terminal, a line now and then elsewhere.
public final class TextProgress: ProgressObserver {
    public enum Style: Sendable {
        /// Redraws one line of so many columns.
        case terminal(columns: Int)
        /// For logs: a line for each phase, and one every ten seconds.
        case lines
    }

    private let style: Style
    private let clock: any NanosecondClock
    private let write: (Escaped<TerminalScreen>) -> Void
    private var sinceLast: Stopwatch?
    private var lastPhase: (ProgressEvent.Phase, ProgressEvent.Launch?)?

    public init(
        _ style: Style, clock: any NanosecondClock = SystemClock(),
        write: @escaping (Escaped<TerminalScreen>) -> Void
    ) {
        self.style = style
        self.clock = clock
        self.write = write
    }

    public func report(_ event: ProgressEvent) {
        let interval =
            switch style {
            case .terminal: 100_000_000
            case .lines: 10_000_000_000
            }
        let isDue = sinceLast.map { $0.nanoseconds >= interval } ?? true
        guard isDue || lastPhase.map({ $0 != (event.phase, event.launch) }) ?? true else { return }
        sinceLast = Stopwatch(clock)
        lastPhase = (event.phase, event.launch)
        switch style {
        case .terminal(let columns): write("\r\u{1B}[K\(event.line(columns: columns))")
        case .lines: write("\(event.line())\n")
        }
    }

    /// Clears the line, so that what follows starts on a clean one.
    public func end() {
        guard case .terminal = style, lastPhase != nil else { return }
        write("\r\u{1B}[K")
        lastPhase = nil
    }
}

extension KeptSamples.Summary {
    /// "kept 97 %, spread 1.2 %".
    fileprivate var text: String {
        // Towards zero, so that 100 % are all.
        let share = 100 * (count - leftOut) / count
        let spread = spread.map { ", spread \((1000 * $0).rounded() / 10) %" } ?? ""
        return "kept \(share) %" + spread
    }
}
