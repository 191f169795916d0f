import Analysis
import Attention
import Drawing
import Quantities
import Statistics

/// What sentences, tables and figures read off a series.
extension Series {
    /// True where the pairs grow with the square of the length: what windows are held against.
    var isQuadratic: Bool { parameters.isFullAttention }

    /// Keys that a query far from the start sees, sinks aside; nil where that grows with the length.
    var window: Int? { parameters.mask.bandWidth }

    /// Time that the fitted law gives.
    func fittedNanoseconds(at length: Int) -> Double? {
        law?.nanoseconds(work: parameters.work(length: length))
    }

    func points(within lengths: ClosedRange<Int>) -> [Point] { points.filter { lengths.contains($0.keyLength) } }
}

extension Point {
    /// Useful FLOPs per second, with the interval of the time.
    var flopsPerSecond: Estimate { rate(of: work.flops) }

    /// Bytes that must move, per second, with the interval of the time.
    var bytesPerSecond: Estimate { rate(of: work.bytes) }

    private func rate(of count: Int) -> Estimate {
        median.reciprocal.scaled(by: Double(count) * 1e9)
    }

    /// "18", "18 (2 noisy)".
    var sampleCounts: String {
        let (all, noisy) = (Quantity.count(sampling.samples), Quantity.count(sampling.contaminatedSamples))
        return sampling.contaminatedSamples == 0 ? all : "\(all) (\(noisy) noisy)"
    }

    /// The part of the time in which the engine's device computed; empty where no engine says it.
    var deviceTimes: String { engine.deviceShare.map(Quantity.percent) ?? "" }

    /// Of the engine and of the kernel in it; empty for kernels of this program.
    var startupTimes: String {
        guard let startup = engine.startup else { return "" }
        return [startup.engineSeconds, startup.compileSeconds].map { Quantity.time(nanoseconds: $0 * 1e9) }
            .joined(separator: " + ")
    }
}

extension Phase {
    /// What the length of a series counts.
    var lengthNoun: String {
        switch self {
        case .decode: "cached tokens"
        case .loss: "words"
        case .prefill, .backward, .training, .checkpointed: "tokens"
        }
    }
}

extension TheoryVerdict {
    var sentence: String {
        switch self {
        case .matches: "matches theory"
        case .deviates: "deviates from theory"
        case .undecided: "too uncertain to judge against theory"
        }
    }
}

extension ScalingAnalysis {
    /// The series that the others are held against: the first whose pairs grow with n².
    var baseline: Series? { series.first(where: \.isQuadratic) ?? series.first }

    /// The series that stands for what a window wins: of the first other kernel on as many threads as the baseline, the
    /// last, which has the widest window; of the baseline's own where there is no other.
    var windowedLead: Series? {
        guard let baseline else { return nil }
        let beside = series.filter { $0.label != baseline.label }
        let alike = beside.filter {
            $0.kernel != baseline.kernel && $0.parameters.threads == baseline.parameters.threads
        }
        let others = alike.isEmpty ? beside : alike
        return others.last { $0.kernel == others.first?.kernel }
    }

    func series(labelled label: String) -> Series? { series.first { $0.label == label } }

    /// True where queries stand against keys that were cached before them.
    var isDecode: Bool { series.contains(where: \.parameters.isDecode) }

    /// True where the values of some steps are the first elements of their keys.
    var hasLatents: Bool { series.contains { $0.parameters.latent != nil } }

    /// True where some calls compute gradients.
    var hasGradients: Bool { series.contains(where: \.parameters.phase.givesGradients) }

    /// Whether prompts are the matter, read by several kernels, or stand beside decoding as a measure for it.
    var isAboutPrefill: Bool { Set(only(.prefill).series.map(\.kernel)).count > 1 }

    /// The lengths of the curves: the most, and of as many the shortest, that no gap wider than a factor of four parts.
    /// Single far lengths, measured to test a forecast or for small problems, lie outside.
    var curveLengths: ClosedRange<Int>? {
        var runs: [[Int]] = []
        for length in Set(series.flatMap { $0.points.map(\.keyLength) }).sorted() {
            if let last = runs.last?.last, length <= 4 * last {
                runs[runs.count - 1].append(length)
            } else {
                runs.append([length])
            }
        }
        guard let most = runs.map(\.count).max(), let curve = runs.first(where: { $0.count == most }) else {
            return nil
        }
        return curve[0]...curve[most - 1]
    }

    /// Cells without a time that lie on the curves or within a factor of four past them. Single far lengths belong to the
    /// forecast.
    var absentNearCurves: [AbsentCell] {
        guard let lengths = curveLengths else { return absent }
        return absent.filter { $0.keyLength <= 4 * lengths.upperBound }
    }

    /// The point that speaks for a series: the last of its curve, or of all where it has none there.
    func lastPoint(of series: Series) -> Point? {
        curveLengths.flatMap { series.points(within: $0).last } ?? series.points.last
    }

    /// What was measured of each series at the longest length that all of them have; nil where they share none.
    func atLongestCommonLength(within lengths: ClosedRange<Int>) -> (length: Int, points: [(String, Point)])? {
        let measured = series.filter { !$0.points(within: lengths).isEmpty }
        let common = measured.map { Set($0.points(within: lengths).map(\.keyLength)) }
            .reduce(nil as Set<Int>?) { $0?.intersection($1) ?? $1 }?.max()
        guard let common else { return nil }
        return (
            common, measured.compactMap { one in one.points.first { $0.keyLength == common }.map { (one.label, $0) } }
        )
    }

    /// "At 32K cached tokens decode-full takes 2.4 ms, numpy/decode 18 ms": what a figure says where too few lengths were
    /// measured for a law. Nil for fewer than two series.
    func fastestAndSlowest(after noun: String) -> String? {
        guard let lengths = curveLengths, let there = atLongestCommonLength(within: lengths), there.points.count > 1,
            let fastest = there.points.min(by: { $0.1.median.value < $1.1.median.value }),
            let slowest = there.points.max(by: { $0.1.median.value < $1.1.median.value })
        else { return nil }
        return "At \(Quantity.tokens(there.length)) \(noun) \(fastest.0) takes \(Quantity.time(fastest.1.median)), "
            + "\(slowest.0) \(Quantity.time(slowest.1.median))"
    }

    /// True where all that was measured is a loss.
    var isLoss: Bool { !series.isEmpty && series.allSatisfy { $0.parameters.phase == .loss } }

    /// What pairs are where there is no softmax, for figures that show such series.
    var stateNote: String {
        func has(_ weighting: Weighting) -> Bool { series.contains { $0.parameters.weighting == weighting } }
        let notes = [
            has(.linear) ? "A token of linear attention counts as d pairs." : nil,
            has(.gatedDelta) ? "A token of the gated delta rule counts as 1.5 d pairs." : nil,
            series.contains { $0.parameters.selection != nil }
                ? "The product of a query and the mean of a block counts as half a pair." : nil,
        ]
        return notes.compactMap { $0 }.map { " " + $0 }.joined()
    }

    var lengthAxisName: String {
        isLoss ? "words of the vocabulary V" : isDecode ? "cached tokens n" : "sequence length n (tokens)"
    }

    /// "causal, float32, d = 64, 1 head, one pinned core": what all series share, for subtitles;
    /// a number stays with its noun.
    var conditions: String {
        func common<Value: Hashable>(_ value: (SeriesParameters) -> Value, _ text: (Value) -> String) -> String? {
            let values = Set(series.map { value($0.parameters) })
            return values.count == 1 ? values.first.map(text) : nil
        }
        let cores = Set(series.map(\.cores))
        let coreCount = cores.count == 1 ? cores.first.map { $0 == 1 ? "one\u{A0}core" : "\($0)\u{A0}cores" } : nil
        if isLoss {
            return [
                common(\.queryLength) { $0.map { "\(Quantity.tokens($0))\u{A0}tokens" } ?? "" },
                common(\.headDimension) { "D\u{A0}=\u{A0}\($0)" }, common(\.elementType, \.rawValue), coreCount,
            ].compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: ", ")
        }
        return [
            common(\.mask.isCausal) { $0 ? "causal" : "non-causal" },
            common(\.elementType, \.rawValue),
            common(\.cacheFormat) { $0.map { "\($0) cache" } ?? "" },
            common(\.headDimension) { "d\u{A0}=\u{A0}\($0)" },
            common(\.batch) { $0 == 1 ? "" : "batch\u{A0}\($0)" },
            common(\.queryHeads) { $0 == 1 ? "1\u{A0}head" : "\($0)\u{A0}query heads" },
            common(\.sharedKeyValueHeads) { $0.map { "\($0)\u{A0}KV heads" } ?? "" }, coreCount,
        ].compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: ", ")
    }
}

extension SeriesParameters {
    /// Nil where each query head has its own.
    fileprivate var sharedKeyValueHeads: Int? { keyValueHeads == queryHeads ? nil : keyValueHeads }
}

extension Figure {
    /// All figures that these findings can fill, in the order of the report.
    public static func all(for findings: Findings, width: FigureWidth = .page) -> [Figure] {
        findings.plots().map { Figure($0.naming(series: findings.analysis), width: width) }
    }
}

extension Plot {
    /// This plot of series of an analysis. Names of most kernels begin with their phase, which says nothing in a figure that
    /// holds no other.
    func naming(series analysis: ScalingAnalysis) -> Plot {
        let phases = Set(traces.compactMap { analysis.series(labelled: $0.series)?.parameters.phase })
        var plot = self
        let prefixes = phases.map(\.kernelPrefix)
        plot.impliedPrefix = prefixes.count == 1 && prefixes != [""] ? prefixes[0] : nil
        return plot
    }
}

extension Axis {
    static func lengths(from low: Int, to high: Int) -> Axis { counts(of: "tokens", from: low, to: high) }
}

extension SeriesStyle {
    /// A kernel has one hue and one shape in all figures of a report.
    static func styles(for series: [Series]) -> [String: SeriesStyle] {
        styles(for: series.map { (label: $0.label, family: $0.kernel) })
    }
}
