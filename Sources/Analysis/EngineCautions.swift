import Records
import Statistics

/// What the evidence beside the samples of one launch says against them, where other programs took part.
extension Measurement.Record {
    var engineCautions: [Caution] { [doubtedClock, sharedTensors].compactMap { $0 } + busyEngines }

    private var sharedTensors: Caution? {
        readsSharedTensors
            ? Caution(
                "its calls read memory that its process shares with attnbench, as the engine requested; that memory has small pages, "
                    + "with which kernels can be up to 10 % slower")
            : nil
    }

    /// Its engine's clock and ours disagree: both figures, of the median sample.
    private var doubtedClock: Caution? {
        guard let walls = wallNanoseconds else { return nil }
        let clocks = samplesNanoseconds.indices.map { index in
            ClockComparison(
                engineNanoseconds: samplesNanoseconds[index], wallNanoseconds: walls[index],
                waitNanoseconds: contamination[index].runDelayNanoseconds)
        }.sorted { $0.engineNanoseconds < $1.engineNanoseconds }
        let median = clocks[clocks.count / 2]
        return median.judgement == .agrees ? nil : Caution("its engine \(median)")
    }

    /// A thread that wakes up now and then is not worth a word.
    private static let busyShare = 0.05

    /// Engines that had nothing to do and did something all the same, in at least half of the samples.
    private var busyEngines: [Caution] {
        idleCPUs.sorted { $0.key < $1.key }.compactMap { engine, shares in
            let median = shares.median
            guard median > Self.busyShare else { return nil }
            return Caution(
                "while this cell was timed, the engine \(engine) kept \((median * 100).rounded() / 100) CPUs busy without "
                    + "a request; an engine that waits for requests has to sleep")
        }
    }
}
