/// A line that is well-formed JSON can still hold numbers that no run writes. They are refused where they are read, so that
/// no arithmetic behind it has to fear them: a sum that overflows ends the program.
protocol Plausible {
    /// What is wrong; nil where nothing is.
    var implausibility: String? { get }
}

/// Bounds beyond what any machine holds, and small enough for sums and products of a few to fit into 64 bits.
enum PlausibleBounds {
    static let bytes = 0...1 << 60
    static let nanoseconds = 1...365 * 86_400 * 1_000_000_000
    static let threads = 1...1 << 16
    static let launches = 1...1 << 20
    /// Of kernels in a list, rounds, and calls in a sample.
    static let counts = 0...1 << 40

    /// What is wrong with the first value that lies outside of its bounds.
    static func fault(_ values: [(name: String, value: Int, bounds: ClosedRange<Int>)]) -> String? {
        values.first { !$0.bounds.contains($0.value) }.map {
            "`\($0.name)` is \($0.value); it must be from \($0.bounds.lowerBound) to \($0.bounds.upperBound)"
        }
    }
}

extension Measurement: Plausible {
    var implausibility: String? {
        let fault = PlausibleBounds.fault([
            ("launch", launch, PlausibleBounds.launches), ("place", origin.place, PlausibleBounds.counts),
            ("threads", workload.threads, PlausibleBounds.threads),
            ("scratchBytes", scratchBytes ?? 0, PlausibleBounds.bytes),
        ])
        if let fault { return fault }
        if workload.phase == .loss, workload.problem.crossEntropy == nil {
            return "`phase` is loss, and `problem` is attention; a loss has one head, the mask full and a scale of 1"
        }
        if let pairs = work.computedPairs, pairs < workload.fewestPairs {
            return "`work.computedPairs` is \(pairs), fewer than the \(workload.fewestPairs) that the problem has"
        }
        if let fault = origin.device?.implausibility { return fault }
        if case .measured(let record) = outcome { return record.implausibility }
        return nil
    }
}

extension Device: Plausible {
    package var implausibility: String? {
        guard (1...200).contains(name.unicodeScalars.count) else {
            return "`device.name` has \(name.unicodeScalars.count) characters; it must have from 1 to 200"
        }
        return ceilings?.implausibility
    }
}

extension Measurement.Record: Plausible {
    var implausibility: String? {
        guard maximumError >= 0, maximumError.isFinite else {
            return "`maximumError` is \(maximumError); it must be at least 0 in a measured cell"
        }
        let spans = [startup?.engineSeconds, startup?.compileSeconds].compactMap { $0 } + idleCPUs.values.joined()
        if let span = spans.first(where: { !(0...1e9).contains($0) }) {
            return "`startSeconds`, `compileSeconds` or `idleCPUs` is \(span); it must be from 0 to 1e9"
        }
        if let time = (sentinels ?? []).compactMap(\.elapsedSeconds).first(where: { !(0...1e9).contains($0) }) {
            return "`sentinels.elapsedSeconds` is \(time), and not from 0 to 1e9"
        }
        let evidence = contamination.flatMap {
            [$0.runDelayNanoseconds, $0.offCPUNanoseconds, $0.stealNanoseconds, $0.involuntarySwitches]
        }
        let year = PlausibleBounds.nanoseconds.upperBound
        let readings = (sentinels ?? []).flatMap(\.both).flatMap { $0.tileNanoseconds + ($0.readNanoseconds ?? []) }
        if let counts = ranks.map({ Set($0.map(\.count)) }), counts.count > 1 || counts.contains(0) {
            return "`ranks` has \(counts.sorted()) ranks in its samples; it must have as many in each, and at least one"
        }
        let counted = (counts ?? []).flatMap { [$0.cycles, $0.instructions] }
        return PlausibleBounds.fault(
            [
                ("iterationsPerSample", iterationsPerSample, 1...PlausibleBounds.counts.upperBound),
                ("peakResidentBytes", peakResidentBytes, PlausibleBounds.bytes),
            ] + rounds.map { ("rounds", $0, PlausibleBounds.counts) }
                + (samplesNanoseconds + (wallNanoseconds ?? []) + (deviceNanoseconds ?? [])).map {
                    ("samples", $0, PlausibleBounds.nanoseconds)
                }
                + readings.map { ("sentinels", $0, PlausibleBounds.nanoseconds) }
                + ofRanks
                + counted.map { ("counts", $0, 1...1 << 60) }
                + evidence.map { ("contamination", $0, -year...year) })
    }

    private var ofRanks: [(name: String, value: Int, bounds: ClosedRange<Int>)] {
        let span = 0...PlausibleBounds.nanoseconds.upperBound
        let times = (ranks ?? []).flatMap { $0 }
        let activities = (timeline ?? []).flatMap { $0 }
        return times.flatMap { time in
            [time.nanoseconds, time.computingNanoseconds, time.waitingNanoseconds].map { ("ranks", $0, span) }
                + [("ranks.receivedBytes", time.receivedBytes, PlausibleBounds.bytes)]
        } + activities.flatMap { [$0.startNanoseconds, $0.endNanoseconds] }.map { ("timeline", $0, span) }
    }
}

extension LaunchRecord: Plausible {
    var implausibility: String? {
        if let spent = secondsSpent, !(0...1e9).contains(spent.total) {
            return "`secondsSpent` comes to \(spent.total), and not to a number from 0 to 1e9"
        }
        return PlausibleBounds.fault([("launch", launch, PlausibleBounds.launches)])
    }
}

extension CacheQuality: Plausible {
    var implausibility: String? {
        guard bitsPerElement > 0, bitsPerElement <= 64 else {
            return "`bitsPerElement` is \(bitsPerElement); it must be from 0 to 64"
        }
        let numbers = errors.flatMap { [$0.keys, $0.values, $0.output] }
        return numbers.first { $0 < 0 || !$0.isFinite }.map { "an error is \($0); it must be at least 0" }
    }
}

extension Ceilings: Plausible {
    var implausibility: String? {
        let peaks = [
            ("ceilings.flopsPerSecond.float32", flopsPerSecond.float32),
            ("ceilings.flopsPerSecond.bfloat16", flopsPerSecond.bfloat16 ?? 1e9),
            ("ceilings.flopsPerSecond.float16", flopsPerSecond.float16 ?? 1e9),
            ("ceilings.readBytesPerSecond", readBytesPerSecond),
            ("ceilings.tileFLOPsPerSecond", tileFLOPsPerSecond ?? 1e9),
            ("ceilings.peakFLOPsPerCycle", peakFLOPsPerCycle ?? 1),
        ]
        return peaks.first { !($0.1 >= 1 && $0.1 <= 1e30) }.map { name, peak in
            "`\(name)` is \(peak); it must be from 1 to 1e30 per second"
        }
    }
}

extension ResultsHeader: Plausible {
    var implausibility: String? {
        ceilings.implausibility ?? tuning?.implausibility
            ?? PlausibleBounds.fault(
                [
                    ("machine.memoryBytes", machine.memoryBytes, PlausibleBounds.bytes),
                    ("machine.vectorLanes", machine.vectorLanes, 1...1 << 10),
                ] + machine.caches.map { ("machine.caches.bytes", $0.bytes, PlausibleBounds.bytes) })
    }
}

extension SampleJournal.Line: Plausible {
    var implausibility: String? {
        switch event {
        case .opened(let workload, let preparation):
            PlausibleBounds.fault([
                ("threads", workload.threads, PlausibleBounds.threads),
                ("iterationsPerSample", preparation.iterationsPerSample, 1...PlausibleBounds.counts.upperBound),
                ("peakResidentBytes", preparation.peakResidentBytes, PlausibleBounds.bytes),
                ("scratchBytes", preparation.scratchBytes ?? 0, PlausibleBounds.bytes),
            ])
        case .sampled(let visit):
            PlausibleBounds.fault([
                ("round", visit.round, PlausibleBounds.counts),
                ("nanoseconds", visit.sample.nanoseconds, PlausibleBounds.nanoseconds),
            ])
        case .closed: nil
        }
    }
}
