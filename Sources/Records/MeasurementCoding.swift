import Attention

/// A measurement as one flat object of the results file. Which of the later keys are there depends on `outcome`.
extension Measurement: Codable {
    private enum Key: String, CodingKey {
        case kernel, problem, threads, launch, outcome, reason, work, samplesNanoseconds, rounds, iterationsPerSample,
            contamination, peakResidentBytes, maximumError
    }

    private enum Kind: String, Codable { case measured, skipped, failed }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        workload = try Workload(from: decoder)
        launch = try container.decode(Int.self, forKey: .launch)
        work = try container.decode(Work.self, forKey: .work)
        outcome =
            switch try container.decode(Kind.self, forKey: .outcome) {
            case .measured: .measured(try Record(from: decoder))
            case .skipped: .skipped(reason: try container.decode(String.self, forKey: .reason))
            case .failed:
                .failed(
                    reason: try container.decode(String.self, forKey: .reason),
                    maximumError: try container.decodeIfPresent(Double.self, forKey: .maximumError))
            }
    }

    public func encode(to encoder: any Encoder) throws {
        try workload.encode(to: encoder)
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(launch, forKey: .launch)
        try container.encode(work, forKey: .work)
        switch outcome {
        case .measured(let record):
            try container.encode(Kind.measured, forKey: .outcome)
            try record.encode(to: encoder)
        case .skipped(let reason):
            try container.encode(Kind.skipped, forKey: .outcome)
            try container.encode(reason, forKey: .reason)
        case .failed(let reason, let maximumError):
            try container.encode(Kind.failed, forKey: .outcome)
            try container.encode(reason, forKey: .reason)
            try container.encodeIfPresent(maximumError, forKey: .maximumError)
        }
    }
}

extension Measurement.Record: Codable {
    private enum Key: String, CodingKey {
        case samplesNanoseconds, rounds, iterationsPerSample, contamination, peakResidentBytes, maximumError
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        let samples = try container.decode([Int].self, forKey: .samplesNanoseconds)
        let rounds = try container.decode([Int].self, forKey: .rounds)
        let contamination = try container.decode([Contamination].self, forKey: .contamination)
        let iterations = try container.decode(Int.self, forKey: .iterationsPerSample)
        guard !samples.isEmpty, samples.count == rounds.count, samples.count == contamination.count,
            samples.allSatisfy({ $0 > 0 }), iterations >= 1
        else {
            throw DecodingError.dataCorruptedError(
                forKey: .samplesNanoseconds, in: container,
                debugDescription: "\(samples.count) samples, \(rounds.count) rounds, \(contamination.count) pieces of "
                    + "evidence and \(iterations) calls per sample do not make a measured record")
        }
        self.init(
            samplesNanoseconds: samples, rounds: rounds, iterationsPerSample: iterations, contamination: contamination,
            peakResidentBytes: try container.decode(Int.self, forKey: .peakResidentBytes),
            maximumError: try container.decode(Double.self, forKey: .maximumError))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(samplesNanoseconds, forKey: .samplesNanoseconds)
        try container.encode(rounds, forKey: .rounds)
        try container.encode(iterationsPerSample, forKey: .iterationsPerSample)
        try container.encode(contamination, forKey: .contamination)
        try container.encode(peakResidentBytes, forKey: .peakResidentBytes)
        try container.encode(maximumError, forKey: .maximumError)
    }
}

extension Workload: Codable {
    private enum Key: String, CodingKey { case kernel, problem, threads }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        let threads = try container.decode(Int.self, forKey: .threads)
        guard threads >= 1 else {
            throw DecodingError.dataCorruptedError(
                forKey: .threads, in: container, debugDescription: "\(threads) threads compute nothing")
        }
        self.init(
            kernel: try container.decode(String.self, forKey: .kernel),
            problem: try container.decode(AttentionProblem.self, forKey: .problem), threads: threads)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(kernel, forKey: .kernel)
        try container.encode(problem, forKey: .problem)
        try container.encode(threads, forKey: .threads)
    }
}
