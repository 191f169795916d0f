import Attention

/// A measurement as one flat object of the results file. docs/results-file.md lists the fields; which of the later ones are
/// there depends on `outcome`.
///
/// What follows from the problem (useful pairs, FLOPs, bytes, predicted bytes) is written for readers of other programs.
/// This reader computes it again, and refuses a line that says otherwise.
extension Measurement: Codable {
    private enum Key: String, CodingKey {
        case engine, engineDetails, kernel, place, variantOf, device, phase, problem, threads, launch, host, work,
            scratchBytes, predictedBytes
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        let engine = try container.decode(EngineIdentity.self, forKey: .engine)
        let workload = Workload(
            kernel: engine.fullName(of: try container.decode(String.self, forKey: .kernel)),
            phase: try container.decode(Phase.self, forKey: .phase),
            problem: try container.decode(AttentionProblem.self, forKey: .problem),
            threads: try container.decodeThreads(forKey: .threads))
        var origin = KernelOrigin(
            engine: engine, place: try container.decode(Int.self, forKey: .place),
            variantOf: try container.decodeIfPresent(String.self, forKey: .variantOf).map(engine.fullName),
            device: try container.decodeIfPresent(Device.self, forKey: .device))
        origin.engineDetails = try container.decodeIfPresent([String: String].self, forKey: .engineDetails) ?? [:]
        self.init(
            workload: workload, origin: origin,
            launch: try container.decode(Int.self, forKey: .launch),
            work: try container.decode(Work.self, forKey: .work).checked(against: workload, container),
            scratchBytes: try container.decode(Int?.self, forKey: .scratchBytes), outcome: try Outcome(from: decoder))
        host = try container.decodeIfPresent(String.self, forKey: .host)
        let stated = try container.decode(Int?.self, forKey: .predictedBytes)
        guard stated == predictedBytes else {
            throw DecodingError.dataCorruptedError(
                forKey: .predictedBytes, in: container,
                debugDescription:
                    "it is \(text(stated)), but the problem and the scratch give \(text(predictedBytes))")
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(origin.engine, forKey: .engine)
        if !origin.engineDetails.isEmpty { try container.encode(origin.engineDetails, forKey: .engineDetails) }
        try container.encode(origin.engine.ownName(of: workload.kernel), forKey: .kernel)
        try container.encode(origin.place, forKey: .place)
        try container.encodeIfPresent(origin.variantOf.map(origin.engine.ownName), forKey: .variantOf)
        try container.encodeIfPresent(origin.device, forKey: .device)
        try container.encode(workload.phase, forKey: .phase)
        try container.encode(workload.problem, forKey: .problem)
        try container.encode(workload.threads, forKey: .threads)
        try container.encode(launch, forKey: .launch)
        try container.encodeIfPresent(host, forKey: .host)
        try container.encode(work, forKey: .work)
        try container.encode(scratchBytes, forKey: .scratchBytes)
        try container.encode(predictedBytes, forKey: .predictedBytes)
        try outcome.encode(to: encoder)
    }
}

private func text(_ count: Int?) -> String { count.map { "\($0)" } ?? "null" }

extension KeyedDecodingContainer {
    func decodeThreads(forKey key: Key) throws -> Int {
        let threads = try decode(Int.self, forKey: key)
        guard PlausibleBounds.threads.contains(threads) else {
            throw DecodingError.dataCorruptedError(
                forKey: key, in: self,
                debugDescription: "it is \(threads); it must be from 1 to \(PlausibleBounds.threads.upperBound)")
        }
        return threads
    }
}

extension Work {
    /// These counts, as they were read.
    /// - Throws: where they are not those of the problem.
    func checked(against workload: Workload, _ container: some KeyedDecodingContainerProtocol) throws -> Work {
        let counted = Work(workload.phase, problem: workload.problem, computedPairs: computedPairs)
        for (name, field) in [("usefulPairs", \Work.usefulPairs), ("flops", \.flops), ("bytes", \.bytes)]
        where self[keyPath: field] != counted[keyPath: field] {
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: container.codingPath,
                    debugDescription:
                        "work.\(name) is \(self[keyPath: field]), but the problem gives \(counted[keyPath: field])"))
        }
        return self
    }
}

extension Measurement.Outcome: Codable {
    private enum Key: String, CodingKey { case outcome, reason, maximumError }

    private enum Kind: String, Codable { case measured, skipped, failed }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        self =
            switch try container.decode(Kind.self, forKey: .outcome) {
            case .measured: .measured(try Measurement.Record(from: decoder))
            case .skipped: .skipped(reason: try container.decode(String.self, forKey: .reason))
            case .failed: try Self.failure(in: container)
            }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        switch self {
        case .measured(let record):
            try container.encode(Kind.measured, forKey: .outcome)
            try record.encode(to: encoder)
        case .skipped(let reason):
            try container.encode(Kind.skipped, forKey: .outcome)
            try container.encode(reason, forKey: .reason)
        case .wrong(let reason, let maximumError):
            try container.encode(Kind.failed, forKey: .outcome)
            try container.encode(reason, forKey: .reason)
            try container.encode(maximumError, forKey: .maximumError)
        case .broken(let reason):
            try container.encode(Kind.failed, forKey: .outcome)
            try container.encode(reason, forKey: .reason)
        }
    }

    /// A result that is wrong has an error, and an engine that broke has left no result.
    private static func failure(in container: KeyedDecodingContainer<Key>) throws -> Measurement.Outcome {
        let reason = try container.decode(String.self, forKey: .reason)
        guard let error = try container.decodeIfPresent(Double.self, forKey: .maximumError) else {
            return .broken(reason: reason)
        }
        return .wrong(reason: reason, maximumError: error)
    }
}

extension Measurement.Record: Codable {
    private enum Key: String, CodingKey {
        case samplesNanoseconds, wallNanoseconds, deviceNanoseconds, rounds, iterationsPerSample, contamination,
            peakResidentBytes, maximumError, startSeconds, compileSeconds, idleCPUs, readsSharedTensors, sentinels,
            counts, ranks, timeline
    }

    /// A year: nobody waits longer for a sample, and sums of them do not overflow.
    private static let mostNanoseconds = 365 * 86_400 * 1_000_000_000

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        let samples = try container.decode([Int].self, forKey: .samplesNanoseconds)
        let walls = try container.decodeIfPresent([Int].self, forKey: .wallNanoseconds)
        let devices = try container.decodeIfPresent([Int].self, forKey: .deviceNanoseconds)
        let rounds = try container.decode([Int].self, forKey: .rounds)
        let contamination = try container.decode([Contamination].self, forKey: .contamination)
        let iterations = try container.decode(Int.self, forKey: .iterationsPerSample)
        let idleCPUs = try container.decodeIfPresent([String: [Double]].self, forKey: .idleCPUs) ?? [:]
        let sentinels = try container.decodeIfPresent([SentinelNeighbours].self, forKey: .sentinels)
        let processorCounts = try container.decodeIfPresent([ProcessorCounts].self, forKey: .counts)
        let ranks = try container.decodeIfPresent([[RankTime]].self, forKey: .ranks)
        func require(_ condition: Bool, _ key: Key, _ complaint: @autoclosure () -> String) throws {
            if !condition {
                throw DecodingError.dataCorruptedError(forKey: key, in: container, debugDescription: complaint())
            }
        }
        try require(
            !samples.isEmpty, .samplesNanoseconds, "a measured cell has samples, but this one has none")
        let bad = samples.firstIndex { $0 <= 0 || $0 > Self.mostNanoseconds }
        try require(
            bad == nil, .samplesNanoseconds,
            "sample \(bad! + 1) is \(samples[bad!]) ns; a sample takes from 1 ns to a year")
        let counts = [
            (Key.rounds, rounds.count), (.contamination, contamination.count),
            (.wallNanoseconds, (walls ?? samples).count), (.deviceNanoseconds, (devices ?? samples).count),
            (.sentinels, sentinels?.count ?? samples.count),
            (.counts, processorCounts?.count ?? samples.count), (.ranks, ranks?.count ?? samples.count),
        ]
        for (key, count) in counts + idleCPUs.values.map({ (Key.idleCPUs, $0.count) }) {
            try require(count == samples.count, key, "there are \(count) of them for \(samples.count) samples")
        }
        try require(iterations >= 1, .iterationsPerSample, "\(iterations) calls take no time")
        self.init(
            samplesNanoseconds: samples, rounds: rounds, iterationsPerSample: iterations, contamination: contamination,
            peakResidentBytes: try container.decode(Int.self, forKey: .peakResidentBytes),
            maximumError: try container.decode(Double.self, forKey: .maximumError), wallNanoseconds: walls,
            deviceNanoseconds: devices, startup: try Self.startup(container), idleCPUs: idleCPUs,
            readsSharedTensors: try container.decodeIfPresent(Bool.self, forKey: .readsSharedTensors) ?? false,
            sentinels: sentinels, counts: processorCounts, ranks: ranks,
            timeline: try container.decodeIfPresent([[RankActivity]].self, forKey: .timeline))
    }

    private static func startup(_ container: KeyedDecodingContainer<Key>) throws -> Startup? {
        guard let start = try container.decodeIfPresent(Double.self, forKey: .startSeconds) else { return nil }
        return Startup(
            engineSeconds: start, compileSeconds: try container.decode(Double.self, forKey: .compileSeconds))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(samplesNanoseconds, forKey: .samplesNanoseconds)
        try container.encodeIfPresent(wallNanoseconds, forKey: .wallNanoseconds)
        try container.encodeIfPresent(deviceNanoseconds, forKey: .deviceNanoseconds)
        try container.encode(rounds, forKey: .rounds)
        try container.encode(iterationsPerSample, forKey: .iterationsPerSample)
        try container.encode(contamination, forKey: .contamination)
        try container.encode(peakResidentBytes, forKey: .peakResidentBytes)
        try container.encode(maximumError, forKey: .maximumError)
        try container.encodeIfPresent(startup?.engineSeconds, forKey: .startSeconds)
        try container.encodeIfPresent(startup?.compileSeconds, forKey: .compileSeconds)
        if !idleCPUs.isEmpty { try container.encode(idleCPUs, forKey: .idleCPUs) }
        if readsSharedTensors { try container.encode(true, forKey: .readsSharedTensors) }
        try container.encodeIfPresent(sentinels, forKey: .sentinels)
        try container.encodeIfPresent(counts, forKey: .counts)
        try container.encodeIfPresent(ranks, forKey: .ranks)
        try container.encodeIfPresent(timeline, forKey: .timeline)
    }
}

/// As journals have it.
extension Workload: Codable {
    private enum Key: String, CodingKey { case kernel, phase, problem, threads }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        self.init(
            kernel: try container.decode(String.self, forKey: .kernel),
            phase: try container.decode(Phase.self, forKey: .phase),
            problem: try container.decode(AttentionProblem.self, forKey: .problem),
            threads: try container.decodeThreads(forKey: .threads))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(kernel, forKey: .kernel)
        try container.encode(phase, forKey: .phase)
        try container.encode(problem, forKey: .problem)
        try container.encode(threads, forKey: .threads)
    }
}
