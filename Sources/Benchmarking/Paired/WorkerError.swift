import Faults

/// What goes wrong between a gate and its workers.
public enum WorkerError: Fault, Equatable {
    case notStarted(side: PairedBuild, path: String, reason: String)
    /// It never greeted: another program, or a build from before there were workers.
    case noWorker(side: PairedBuild, path: String, said: String)
    case otherProtocol(side: PairedBuild, path: String, version: Int)
    case died(side: PairedBuild, path: String, doing: String, said: String)
    case garbled(side: PairedBuild, path: String, line: String)
    case hung(side: PairedBuild, path: String, doing: String, seconds: Double)
    /// A worker got a line that it does not know.
    case unknownRequest(String)
    case cancelled

    public var exitStatus: ExitStatus {
        switch self {
        case .notStarted(let side, _, _), .noWorker(let side, _, _), .otherProtocol(let side, _, _):
            side == .baseline ? .baselineMissing : .usage
        case .died, .garbled, .hung, .unknownRequest, .cancelled: .internalFailure
        }
    }

    public var description: String {
        switch self {
        case .notStarted(let side, let path, let reason):
            "the \(side) \(path) cannot be started: \(reason)"
        case .noWorker(let side, let path, let said):
            "the \(side) \(path) does not answer as a worker\(Self.quoted(said)); it is no attnbench, or older than "
                + "its gate: build it from a commit that has one"
        case .otherProtocol(let side, let path, let version):
            "the \(side) \(path) speaks version \(version) of the workers' protocol, this build version "
                + "\(WorkerProtocol.version); run the gate with the newer of the two builds, or build both anew"
        case .died(let side, let path, let doing, let said):
            "the \(side) \(path) ended while it was to \(doing)\(Self.quoted(said)); "
                + "run its own `check` to see whether its kernels work"
        case .garbled(let side, let path, let line):
            "the \(side) \(path) sent a line that is no reply: \"\(line.prefix(80))\"; nothing in it may print to "
                + "standard output while it works for a gate"
        case .hung(let side, let path, let doing, let seconds):
            "the \(side) \(path) gave no answer for \(Int(seconds)) s when it was to \(doing); it was ended"
        case .unknownRequest(let line): "a request that this worker does not know: \"\(line.prefix(80))\""
        case .cancelled: "interrupted before there was anything to compare"
        }
    }

    private static func quoted(_ said: String) -> String {
        let line = said.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
        return line.isEmpty ? "" : " (it said: \(line.prefix(120)))"
    }
}
