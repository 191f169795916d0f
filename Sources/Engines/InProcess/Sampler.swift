import Hardware
import Records
import Statistics

/// Takes one timed sample: what the clock says before and after some calls, with the thread's evidence around it.
///
/// A sample lasts so long that the instrument cannot be seen in it: at least 1000 clock steps (nanobench's rule), at
/// least 10⁴ readings of the clock (PyTorch's: overhead below 1e-4), and at least 1 ms. Short calls are repeated to get
/// there. Evidence is read outside the clock: reading it costs microseconds, which the sample must not contain.
public struct Sampler {
    /// The shortest sample to be trusted.
    public let minimumNanoseconds: Int
    private let clock: any NanosecondClock
    private let evidence: () -> ThreadEvidence

    public init(
        clock: any NanosecondClock, resolutionNanoseconds: Double, overheadNanoseconds: Double,
        evidence: @escaping () -> ThreadEvidence
    ) {
        self.clock = clock
        self.evidence = evidence
        minimumNanoseconds = Int(
            saturating: max(1000 * resolutionNanoseconds, overheadNanoseconds / 1e-4, 1e6).rounded(.up))
    }

    public func sample(iterations: Int, _ call: () -> Void) -> Sample {
        let before = evidence()
        let watch = Stopwatch(clock)
        for _ in 0..<iterations { call() }
        let nanoseconds = max(1, watch.nanoseconds)
        let after = evidence()
        return Sample(
            nanoseconds: nanoseconds, contamination: after.contamination(since: before, wallNanoseconds: nanoseconds),
            counts: after.counts(since: before))
    }
}
