import Attention
import Records
import Statistics

/// One length of a series, summarised.
public struct Point: Sendable, Hashable {
    public let queryLength: Int
    public let keyLength: Int
    /// Nanoseconds of one call, with the 95 % interval of the median; its level is less where there were few samples.
    public let median: Estimate
    public let sampling: Sampling
    public let work: Work
    public let utilisation: Utilisation
    public let memory: CellMemory
    public let engine: EngineTimes
    /// What each rank did; nil where one process computes a call.
    public let ranks: RankUse?
    /// Largest absolute difference to the reference, of all launches; nil in an analysis of an earlier build.
    public let maximumError: Double?
    /// In cycles of the CPU; nil where its counters cannot be read.
    public let cyclesPerCall: CyclesPerCall?
    public let cautions: [Caution]

    /// How much of the measured ceilings of all cores that computed one call used.
    public struct Utilisation: Sendable, Codable, Hashable {
        /// Useful FLOP/s over the peak of the element type, as it was beside the samples.
        public let fractionOfPeak: Double
        /// That peak over the one before the run; nil where the machine has not drifted.
        public let relativePeak: Double?
        /// The least bytes over the time, as a part of the read bandwidth; nil where none was measured.
        public let fractionOfBandwidth: Double?
        /// Level of the smallest cache that holds what one call reads and writes, so that the next may find it there; nil
        /// where none does.
        public let cacheLevel: Int?
    }

    public struct CellMemory: Sendable, Codable, Hashable {
        /// The most of all launches.
        public let peakResidentBytes: Int
        /// What theory says this call needs: Q, K, V, O and the kernel's own scratch; in decode the output and the
        /// scratch, of which the cache is a part. Nil where the kernel does not say what scratch it needs.
        public let predictedBytes: Int?
    }

    /// What an engine that is another program adds.
    public struct EngineTimes: Sendable, Codable, Hashable {
        /// The longest of all launches; nil where this program itself computed.
        public let startup: Startup?
        /// Of the time that counts, the part in which the engine's device computed: the median over samples. Nil where
        /// no engine says it.
        public let deviceShare: Double?
    }
}

extension Point {
    /// - Parameters:
    ///   - measurement: any of one workload.
    ///   - launches: the records of that workload, at least one.
    init(
        of measurement: Measurement, launches: [Measurement.Record], under roof: Roof, caches: [Machine.Cache] = []
    ) throws(DurationsError) {
        let workload = measurement.workload
        let timing = try CellTiming(launches: launches)
        queryLength = workload.problem.shape.queryLength
        keyLength = workload.problem.shape.keyLength
        (median, sampling) = (timing.median, timing.sampling)
        work = measurement.work
        let (work, seconds) = (work, median.value * 1e-9)
        let (peak, bandwidth) = (roof.peakFLOPsPerSecond * (roof.relativePeak ?? 1), roof.readBytesPerSecond)
        utilisation = Utilisation(
            fractionOfPeak: peak > 0 ? Double(work.flops) / seconds / peak : 0, relativePeak: roof.relativePeak,
            fractionOfBandwidth: bandwidth > 0 ? Double(work.bytes) / seconds / bandwidth : nil,
            cacheLevel: caches.filter { work.bytes <= $0.bytes(for: roof.cores) }.map(\.level).min())
        memory = CellMemory(
            peakResidentBytes: launches.reduce(0) { max($0, $1.peakResidentBytes) },
            predictedBytes: measurement.predictedBytes)
        maximumError = launches.map(\.maximumError).max()
        engine = EngineTimes(
            startup: Startup.longest(launches.compactMap(\.startup)), deviceShare: Self.deviceShare(launches))
        ranks = try RankUse(launches)

        var cautions = timing.cautions
        if peak <= 0 { cautions.append(Caution("no peak was measured, so there is no fraction of it")) }
        cyclesPerCall = CyclesPerCall(of: launches, flops: work.flops, peakFLOPsPerCycle: roof.peakFLOPsPerCycle)
        for caution in launches.flatMap(\.engineCautions) where !cautions.contains(caution) { cautions.append(caution) }
        if memory.predictedBytes == nil {
            cautions.append(
                Caution(
                    "\(workload.kernel) does not state its scratch memory, so its memory is not predicted"))
        }
        self.cautions = cautions
    }

    private static func deviceShare(_ launches: [Measurement.Record]) -> Double? {
        let shares = launches.flatMap { record in
            zip(record.deviceNanoseconds ?? [], record.samplesNanoseconds).map { Double($0) / Double($1) }
        }
        return shares.isEmpty ? nil : shares.median
    }

    /// In tokens: what the series grows in.
    var length: Double { Double(keyLength) }
}

/// One flat object of `analysis.json`, as readers in other languages take rows.
extension Point: Codable {
    private enum Key: CodingKey {
        case queryLength, keyLength, medianNanoseconds, low, high, level, cyclesPerCall, maximumError, cautions,
            ranks
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        func number(_ key: Key) throws -> Double { try container.decode(Double.self, forKey: key) }
        queryLength = try container.decode(Int.self, forKey: .queryLength)
        keyLength = try container.decode(Int.self, forKey: .keyLength)
        median = Estimate(
            value: try number(.medianNanoseconds), low: try number(.low), high: try number(.high),
            level: try number(.level))
        cyclesPerCall = try container.decodeIfPresent(CyclesPerCall.self, forKey: .cyclesPerCall)
        maximumError = try container.decodeIfPresent(Double.self, forKey: .maximumError)
        cautions = try container.decode([Caution].self, forKey: .cautions)
        ranks = try container.decodeIfPresent(RankUse.self, forKey: .ranks)
        sampling = try Sampling(from: decoder)
        work = try Work(from: decoder)
        utilisation = try Utilisation(from: decoder)
        memory = try CellMemory(from: decoder)
        engine = try EngineTimes(from: decoder)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(queryLength, forKey: .queryLength)
        try container.encode(keyLength, forKey: .keyLength)
        let numbers: [(Key, Double)] = [
            (.medianNanoseconds, median.value), (.low, median.low), (.high, median.high), (.level, median.level),
        ]
        for (key, number) in numbers { try container.encode(number, forKey: key) }
        try container.encodeIfPresent(cyclesPerCall, forKey: .cyclesPerCall)
        try container.encodeIfPresent(maximumError, forKey: .maximumError)
        try container.encode(cautions, forKey: .cautions)
        try container.encodeIfPresent(ranks, forKey: .ranks)
        for part in [sampling, work, utilisation, memory, engine] as [any Encodable] { try part.encode(to: encoder) }
    }
}

extension Machine.Cache {
    /// What the caches of so many cores hold together: each has private caches of its own.
    /// The header of a results file may claim any size, so that the product has an upper end.
    func bytes(for cores: Int) -> Int {
        let (total, isTooLarge) = bytes.multipliedReportingOverflow(by: max(1, cores / max(1, sharedBy)))
        return isTooLarge ? .max : total
    }
}

extension Ceilings {
    /// The measured FLOP/s that so many pinned cores can do on an element type. Types without arithmetic of their own
    /// on this machine are computed in float32, so float32's peak is theirs.
    public func peakFLOPsPerSecond(of elementType: ElementType, cores: Int) -> Double {
        let one =
            switch elementType {
            case .float32: flopsPerSecond.float32
            case .float16: flopsPerSecond.float16 ?? flopsPerSecond.float32
            case .bfloat16: flopsPerSecond.bfloat16 ?? flopsPerSecond.float32
            }
        return one * Double(cores)
    }

    /// Of a gate, which measures no peaks, and of a device of which its engine says nothing.
    static let unknown = Ceilings(flopsPerSecond: .init(float32: 0, bfloat16: nil), readBytesPerSecond: 0)
}
