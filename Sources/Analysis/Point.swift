import Attention
import Records
import Statistics

/// One length of a series, summarised.
public struct Point: Sendable, Codable, Hashable {
    public let queryLength: Int
    public let keyLength: Int
    /// Median time of one call, with the 95 % interval of the median.
    public let medianNanoseconds: Double
    public let low: Double
    public let high: Double
    /// Coverage of the interval: 0.95, or less where there were few samples.
    public let level: Double
    /// Standard error of ln(medianNanoseconds); nil where a single sample stands for itself.
    public let logStandardError: Double?
    public let minimumNanoseconds: Double
    /// Processes that measured it.
    public let launches: Int
    /// How the variance of ln(time) splits over launches, rounds and samples; nil for a single launch.
    public let variance: VarianceComponents?
    public let samples: Int
    public let contaminatedSamples: Int
    /// Samples beyond Tukey's fences: counted, never dropped.
    public let outliers: OutlierCounts
    /// Pairs that the mask allows, over all batches and heads.
    public let usefulPairs: Int
    /// Pairs that the kernel computes; nil where it does not say.
    public let computedPairs: Int?
    public let flops: Int
    /// The least that must move: queries, outputs, and the keys and values that some query sees, once each.
    public let bytes: Int
    /// Useful FLOP/s over the measured peak of the element type, threads counted: the peak as it was beside the samples.
    public let fractionOfPeak: Double
    /// That peak over the one before the run; nil where the machine has not drifted.
    public let relativePeak: Double?
    /// `bytes` over the time, as a part of the measured read bandwidth, threads counted; nil where none was measured.
    public let fractionOfBandwidth: Double?
    /// Level of the smallest cache that holds what one call reads and writes, so that the next may find it there; nil
    /// where none does.
    public let cacheLevel: Int?
    public let peakResidentBytes: Int
    /// What theory says this call needs: Q, K, V, O and the kernel's own scratch; in decode the output and the scratch, of
    /// which the cache is a part. Nil where the kernel does not say what scratch it needs.
    public let predictedBytes: Int?
    /// The longest of all launches; nil where this program itself computed.
    public let startup: Startup?
    /// Of the time that counts, the part in which the engine's device computed: the median over samples. Nil where no engine
    /// says it.
    public let deviceShare: Double?
    /// In cycles of the CPU; nil where its counters cannot be read.
    public let cyclesPerCall: CyclesPerCall?
    public let cautions: [Caution]
}

extension Point {
    /// - Parameters:
    ///   - measurement: any of one workload.
    ///   - launches: the records of that workload, at least one.
    init(
        of measurement: Measurement, launches: [Measurement.Record], under roof: Roof, caches: [Machine.Cache] = []
    ) throws(DurationsError) {
        let (workload, work) = (measurement.workload, measurement.work)
        let timing = try CellTiming(launches: launches)
        var cautions = timing.cautions
        queryLength = workload.problem.shape.queryLength
        keyLength = workload.problem.shape.keyLength
        medianNanoseconds = timing.median.value
        low = timing.median.low
        high = timing.median.high
        level = timing.median.level
        logStandardError = timing.logStandardError
        minimumNanoseconds = timing.minimumNanoseconds
        self.launches = timing.launches
        variance = timing.variance
        samples = timing.samples
        contaminatedSamples = timing.contaminatedSamples
        outliers = timing.outliers
        usefulPairs = work.usefulPairs
        computedPairs = work.computedPairs
        flops = work.flops
        bytes = work.bytes
        relativePeak = roof.relativePeak
        let peak = roof.peakFLOPsPerSecond * (roof.relativePeak ?? 1)
        fractionOfPeak = peak > 0 ? Double(work.flops) / (timing.median.value * 1e-9) / peak : 0
        if peak <= 0 { cautions.append(Caution("no peak was measured, so there is no fraction of it")) }
        let bandwidth = roof.readBytesPerSecond
        fractionOfBandwidth = bandwidth > 0 ? Double(work.bytes) / (timing.median.value * 1e-9) / bandwidth : nil
        cacheLevel = Self.level(holding: work.bytes, threads: workload.threads, caches)
        peakResidentBytes = launches.reduce(0) { max($0, $1.peakResidentBytes) }
        predictedBytes = measurement.predictedBytes
        startup = Startup.longest(launches.compactMap(\.startup))
        deviceShare = Self.deviceShare(launches)
        cyclesPerCall = CyclesPerCall(of: launches, flops: work.flops, peakFLOPsPerCycle: roof.peakFLOPsPerCycle)
        for caution in launches.flatMap(\.engineCautions) where !cautions.contains(caution) { cautions.append(caution) }
        if predictedBytes == nil {
            cautions.append(
                Caution(
                    "\(workload.kernel) does not state its scratch memory, so its memory is not predicted"))
        }
        self.cautions = cautions
    }

    private static func deviceShare(_ launches: [Measurement.Record]) -> Double? {
        let shares = launches.flatMap { record in
            zip(record.deviceNanoseconds ?? [], record.samplesNanoseconds).map { Double($0) / Double($1) }
        }.sorted()
        return shares.isEmpty ? nil : Durations.quantile(0.5, ofSorted: shares)
    }

    private static func level(holding bytes: Int, threads: Int, _ caches: [Machine.Cache]) -> Int? {
        caches.filter { bytes <= $0.bytes(for: threads) }.map(\.level).min()
    }

    public var median: Estimate { Estimate(value: medianNanoseconds, low: low, high: high, level: level) }

    /// Computed over useful pairs: 1 wastes nothing. Nil where the kernel does not say what it computes.
    public var overhead: Double? { computedPairs.map { Double($0) / Double(usefulPairs) } }

    /// In tokens: what the series grows in.
    var length: Double { Double(keyLength) }
}

extension Machine.Cache {
    /// What `threads` hold together: threads on several cores have as many private caches.
    /// The header of a results file may claim any size, so that the product has an upper end.
    func bytes(for threads: Int) -> Int {
        let (total, isTooLarge) = bytes.multipliedReportingOverflow(by: max(1, threads / max(1, sharedBy)))
        return isTooLarge ? .max : total
    }
}

extension Ceilings {
    /// The measured FLOP/s that `threads` pinned cores can do on an element type. Types without arithmetic of their own
    /// on this machine are computed in float32, so float32's peak is theirs.
    public func peakFLOPsPerSecond(of elementType: ElementType, threads: Int) -> Double {
        let one =
            switch elementType {
            case .float32: flopsPerSecond.float32
            case .float16: flopsPerSecond.float16 ?? flopsPerSecond.float32
            case .bfloat16: flopsPerSecond.bfloat16 ?? flopsPerSecond.float32
            }
        return one * Double(threads)
    }

    /// Of a gate, which measures no peaks, and of a device of which its engine says nothing.
    static let unknown = Ceilings(flopsPerSecond: .init(float32: 0, bfloat16: nil), readBytesPerSecond: 0)
}
