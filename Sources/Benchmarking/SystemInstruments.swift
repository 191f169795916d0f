import Attention
import Engines
import Hardware
import Kernels

extension Instruments {
    /// The instruments of this machine.
    ///
    /// - Parameters:
    ///   - engines: where the kernels that a sweep may name come from; not empty.
    ///   - seed: which rows of an output are checked where all are too many.
    public static func system(engines: [any Engine], seed: UInt64) -> Instruments {
        Instruments(
            engines: engines, check: { problem, inputs, output in check(problem, inputs, output, seed: seed) },
            availableBytes: { AvailableMemory.bytes() ?? .max }, clock: SystemClock())
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
