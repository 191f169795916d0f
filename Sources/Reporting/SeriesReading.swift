import Analysis
import Attention
import Foundation
import Statistics

/// What sentences, tables and figures read off a series.
extension Series {
    /// True where the pairs grow with the square of the length: what windows are held against.
    var isQuadratic: Bool {
        switch parameters.mask {
        case .full, .causal: true
        case .slidingWindow, .symmetricWindow, .attentionSink, .chunkedLocal: false
        }
    }

    /// Keys that a query far from the start sees; nil where that grows with the length.
    var window: Int? {
        switch parameters.mask {
        case .full, .causal: nil
        case .slidingWindow(let window), .attentionSink(_, let window): window
        case .symmetricWindow(let radius): 2 * radius + 1
        case .chunkedLocal(let chunk): chunk
        }
    }

    /// Queries of a call at this length: as many as the keys in prefill, the series' own count in decode.
    func queryLength(at keyLength: Int) -> Int {
        guard let point = points.last, point.queryLength != point.keyLength else { return keyLength }
        return min(point.queryLength, keyLength)
    }

    /// Pairs that the mask allows over all batches and heads.
    func usefulPairs(at keyLength: Int) -> Int {
        let pairs = PairCount(
            mask: parameters.mask, queryLength: queryLength(at: keyLength), keyLength: keyLength)
        return parameters.batch * parameters.queryHeads * pairs.allowed
    }

    /// Time that the fitted law gives.
    func fittedNanoseconds(at keyLength: Int) -> Double? {
        law?.nanoseconds(pairs: Double(usefulPairs(at: keyLength)))
    }

    func problem(at keyLength: Int) throws -> AttentionProblem {
        try AttentionProblem(
            shape: AttentionShape(
                batch: parameters.batch, queryHeads: parameters.queryHeads, keyValueHeads: parameters.keyValueHeads,
                queryLength: queryLength(at: keyLength), keyLength: keyLength,
                headDimension: parameters.headDimension),
            mask: parameters.mask, elementType: parameters.elementType)
    }
}

extension Point {
    /// Useful FLOPs per second, with the interval of the time.
    var flopsPerSecond: Estimate {
        let flops = Double(flops)
        return Estimate(
            value: flops / medianNanoseconds * 1e9, low: flops / high * 1e9, high: flops / low * 1e9, level: 0.95)
    }

    /// Computed over useful pairs.
    var overhead: Double { Double(computedPairs) / Double(usefulPairs) }
}

extension ScalingAnalysis {
    /// The series that the others are held against: the first whose pairs grow with n².
    var baseline: Series? { series.first(where: \.isQuadratic) ?? series.first }

    func series(labelled label: String) -> Series? { series.first { $0.label == label } }

    /// True where each query row stands against keys that were cached before it.
    var isDecode: Bool { series.contains { $0.points.contains { $0.queryLength != $0.keyLength } } }

    /// Every measured length, ascending.
    var lengths: [Int] { Set(series.flatMap { $0.points.map(\.keyLength) }).sorted() }

    /// "causal, float32, d = 64, 1 head, one pinned core": what all series share, for subtitles.
    var conditions: String {
        func common<Value: Hashable>(_ value: (SeriesParameters) -> Value, _ text: (Value) -> String) -> String? {
            let values = Set(series.map { value($0.parameters) })
            return values.count == 1 ? values.first.map(text) : nil
        }
        return [
            common(\.mask.isCausal) { $0 ? "causal" : "non-causal" },
            common(\.elementType, \.rawValue),
            common(\.headDimension) { "d = \($0)" },
            common(\.batch) { $0 == 1 ? "" : "batch \($0)" },
            common(\.queryHeads) { $0 == 1 ? "1 head" : "\($0) query heads" },
            common(\.threads) { $0 == 1 ? "one core" : "\($0) cores" },
        ].compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: ", ")
    }
}
