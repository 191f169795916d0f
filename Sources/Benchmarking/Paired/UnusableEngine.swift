import Engines
import Faults
import Kernels
import Records

/// One of the two that are compared cannot be started, or does not greet.
public struct UnusableEngine: Fault {
    let engine: ComparedEngine
    let compared: Compared
    let cause: EngineError

    public var exitStatus: ExitStatus {
        switch (engine, compared) {
        case (.baseline, _): .baselineMissing
        case (.candidate, .builds): .usage
        case (.candidate, .engines): .engineFailed
        }
    }

    public var description: String {
        switch compared {
        case .builds:
            "the \(engine) cannot be compared: \(cause); only a build of attnbench that has the command "
                + "`serve` can be compared; build it from a commit that has one"
        case .engines:
            "the \(engine) cannot be compared: \(cause); `attnbench check --engine` shows what an engine answers"
        }
    }
}

/// Kernels are matched by the names that their engines give them, and none of them has a match.
struct NoKernelInCommon: Fault {
    let baseline: [String]
    let candidate: [String]

    init(baseline: [Kernel], candidate: [Kernel]) {
        (self.baseline, self.candidate) = (baseline.map(\.name), candidate.map(\.name))
    }

    var exitStatus: ExitStatus { .baselineMissing }

    var description: String {
        "the two engines have no kernel in common, and kernels are matched by name: the baseline has \(Self.list(baseline)), "
            + "the candidate \(Self.list(candidate)); use one name for a kernel in both engines"
    }

    private static func list(_ names: [String]) -> String { names.isEmpty ? "none" : names.joined(separator: ", ") }
}

/// A kernel that may be wronger than others is no faster for it.
struct TooTolerantEngine: Fault {
    let engine: ComparedEngine
    let tolerance: Double

    var exitStatus: ExitStatus { .usage }

    var description: String {
        "the \(engine) has a tolerance of \(tolerance) times the error of the plain loops, and a gate allows no more "
            + "than \(EngineSource.defaultTolerance); take `tolerance` out of its engine file"
    }
}

/// The user ended a gate before it had anything to say.
public struct GateInterrupted: Fault, Equatable {
    public var exitStatus: ExitStatus { .internalFailure }

    public var description: String { "interrupted before anything was compared" }
}
