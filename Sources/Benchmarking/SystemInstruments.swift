import Attention
import Engines
import Hardware
import Kernels
import Records

extension Instruments {
    /// The instruments of this machine.
    ///
    /// - Parameters:
    ///   - engines: where the kernels that a sweep may name come from; not empty.
    ///   - seed: which rows of an output are checked where all are too many.
    ///   - sentinels: how fast the machine is now; nil if this is not measured.
    public static func system(
        engines: [any Engine], seed: UInt64, sentinels: @escaping (Workload) -> SentinelReading? = { _ in nil }
    ) -> Instruments {
        Instruments(
            engines: engines,
            check: { kernel throws(EngineError) in correctness(try kernel.accuracy(.sampled(seed: seed))) },
            availableBytes: { AvailableMemory.bytes() ?? .max }, clock: SystemClock(), sentinels: sentinels)
    }

    static func correctness(_ accuracy: Accuracy) -> Correctness {
        if accuracy.isAccepted { return .right(maximumError: accuracy.maximumError) }
        return .wrong(
            maximumError: accuracy.maximumError, reason: "differs from the reference by \(accuracy.excess)")
    }
}
