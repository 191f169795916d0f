import Attention
import Engines
import Hardware
import Kernels

extension Instruments {
    /// The instruments of this machine.
    ///
    /// - Parameters:
    ///   - kernels: all that a sweep may name.
    ///   - evidence: of all teams; made on the thread that runs the sweep.
    ///   - seed: which rows of an output are checked where all are too many.
    public static func system(
        kernels: [Kernel] = Kernel.builtIn,
        team: @escaping (Int) throws(UnsupportedProblem) -> WorkerTeam, evidence: ThreadEvidenceReader,
        clockFacts: ClockFacts, seed: UInt64
    ) -> Instruments {
        let clock = SystemClock()
        let engine = InProcessEngine(
            kernels: kernels, team: team,
            sampler: Sampler(
                clock: clock, resolutionNanoseconds: clockFacts.resolutionNanoseconds,
                overheadNanoseconds: clockFacts.overheadNanoseconds, evidence: { evidence.read() }))
        return Instruments(
            engines: [engine], check: { problem, inputs, output in check(problem, inputs, output, seed: seed) },
            availableBytes: { AvailableMemory.bytes() ?? .max }, clock: clock)
    }

    private static func check(
        _ problem: AttentionProblem, _ inputs: borrowing AttentionInputs, _ output: borrowing Tensor, seed: UInt64
    ) -> Correctness {
        let rows = Accuracy.sampledRows(of: problem, seed: seed)
        let accuracy = Accuracy(of: output, for: problem, inputs, rows: rows)
        if accuracy.isAccepted { return .right(maximumError: accuracy.maximumError) }
        let reason =
            "differs from the reference by \(accuracy.maximumError), where \(accuracy.bound) is allowed: row "
            + "\(accuracy.worst.row) of head \(accuracy.worst.head)"
        return .wrong(maximumError: accuracy.maximumError, reason: reason)
    }
}
