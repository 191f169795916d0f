import Faults
import Processes
import Records
import Statistics

/// What goes wrong between this program and an engine that is a program of its own.
public struct EngineFailure: Fault, Hashable {
    public indirect enum Cause: Hashable, Sendable {
        case notStarted(reason: String)
        case died(ProcessEnding)
        case late(seconds: Double)
        /// A line that is not what the protocol has in this place.
        case nonsense(line: String)
        case otherVersion(Int)
        /// The engine says so itself.
        case failed(reason: String)
        /// It reports times that our own clock contradicts.
        case dishonestClock(ClockComparison)
        case noMemory(SharedMemoryError)
        /// A kernel has ended it again and again, the last time so.
        case givenUp(kernel: String, last: Cause)

        /// Whether its process is gone by it.
        var endsProcess: Bool {
            switch self {
            case .notStarted, .died, .late, .nonsense, .otherVersion: true
            case .failed, .dishonestClock, .noMemory, .givenUp: false
            }
        }
    }

    /// The engine's name where it has said it, else what was to be started.
    public let engine: String
    /// What it was to do, as a verb: "prepare sdpa-causal".
    public let doing: String
    public let cause: Cause
    /// The last lines that it said on its standard error.
    public let lastWords: [String]

    public init(engine: String, doing: String, cause: Cause, lastWords: [String] = []) {
        self.engine = engine
        self.doing = doing
        self.cause = cause
        self.lastWords = lastWords
    }

    public var exitStatus: ExitStatus { .engineFailed }

    public var description: String {
        "the engine \(engine) \(what)"
            + (lastWords.isEmpty ? "" : "; its last lines: \(lastWords.suffix(3).joined(separator: " / "))")
    }

    private var what: String { Self.what(cause, doing) }

    private static func what(_ cause: Cause, _ doing: String) -> String {
        switch cause {
        case .notStarted(let reason): "cannot be started: \(reason)"
        case .died(let ending): "\(ending) when it was asked to \(doing)"
        case .late(let seconds):
            "gave no answer within \(Int(saturating: seconds.rounded(.up))) s when it was asked to \(doing), and was ended"
        case .nonsense(let line):
            "did not follow the protocol when it was asked to \(doing): it sent \(WireLine.quoted(line)); messages of an "
                + "engine for people belong on its standard error"
        case .otherVersion(let version):
            "speaks version \(version) of the protocol, and this attnbench speaks version \(EngineGreeting.version); use "
                + "an engine and an attnbench of one version"
        case .failed(let reason): "failed when it was asked to \(doing): \(reason)"
        case .dishonestClock(let clocks): "was asked to \(doing), and \(clocks)"
        case .noMemory(let error): "was asked to \(doing), but \(error)"
        case .givenUp(let kernel, let last):
            "gets no further cells of \(kernel), which ended its process in two consecutive cells; the last time "
                + "it \(what(last, doing))"
        }
    }
}
