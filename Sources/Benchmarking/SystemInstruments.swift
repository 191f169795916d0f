import Attention
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
        return Instruments(
            kernels: kernels, team: team,
            check: { problem, inputs, output in check(problem, inputs, output, seed: seed) },
            memory: .system, clock: clock,
            sampler: Sampler(
                clock: clock, resolutionNanoseconds: clockFacts.resolutionNanoseconds,
                overheadNanoseconds: clockFacts.overheadNanoseconds, evidence: { evidence.read() }))
    }

    static func check(
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

extension Instruments.Memory {
    /// Of this process. Where the system refuses to forget its peak, the level after the call stands for the peak: all
    /// that a cell allocates is still there then.
    public static var system: Self {
        var peakIsFresh = false
        return Self(
            residentBytes: { PeakMemory.residentBytes() ?? 0 },
            resetPeak: { peakIsFresh = PeakMemory.reset() },
            peakResidentBytes: { (peakIsFresh ? PeakMemory.peakBytes() : PeakMemory.residentBytes()) ?? 0 },
            availableBytes: { AvailableMemory.bytes() ?? .max })
    }
}
