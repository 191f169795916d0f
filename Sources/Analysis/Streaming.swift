import Attention
import Statistics

/// Ways to go on writing past the cache's size, at one length of text: what a token costs with the full cache, with
/// sinks and a rolling window, with the window alone, and where each token recomputes the window, the baseline of
/// StreamingLLM (Xiao et al., "Efficient Streaming Language Models with Attention Sinks", 2023).
public struct Streaming: Sendable, Codable, Hashable {
    /// One size of the window. Nil where that way was not measured there.
    public struct Row: Sendable, Codable, Hashable {
        /// Keys that roll.
        public let window: Int
        /// Kept beside them.
        public let sinks: Int
        /// Nanoseconds of one token.
        public let sinkWindow: Estimate
        public let windowAlone: Estimate?
        public let recompute: Estimate
        /// Recomputing over sinks and window.
        public let ratio: Estimate
    }

    /// Reads a whole window as a prompt for each token.
    public static let recomputingKernel = "decode-recompute"

    /// Labels of the series, as far as there are any; full attention has one, each window one.
    public let series: [String]
    /// Tokens of text at which all were measured.
    public let length: Int
    /// One token against all of the text; nil where it was not measured.
    public let full: Estimate?
    /// Ascending in window, at least one.
    public let rows: [Row]
}

extension Streaming {
    /// Every shape of which a sink cache and a recomputing kernel were measured with the same window.
    static func all(among measured: [MeasuredSeries]) -> [Streaming] {
        let decode = measured.filter(\.parameters.isDecode)
        let shapes = Dictionary(grouping: decode) { $0.parameters.with(mask: .causal) }
        return shapes.sorted { $0.key < $1.key }.compactMap { Streaming(of: $0.value) }
    }

    private init?(of series: [MeasuredSeries]) {
        var sinks: [(sinks: Int, window: Int, series: MeasuredSeries)] = []
        var alone: [Int: MeasuredSeries] = [:]
        var recomputing: [Int: MeasuredSeries] = [:]
        for one in series {
            let mask = one.parameters.mask
            guard mask.isCausal, mask.chunk == nil, let window = mask.bandWidth else { continue }
            if mask.sinks > 0 {
                // Of several kernels for one mask the first is the one that others are variants of.
                if !sinks.contains(where: { $0.series.parameters.mask == mask }) {
                    sinks.append((mask.sinks, window, one))
                }
            } else if one.key.kernel == Self.recomputingKernel {
                recomputing[window] = one
            } else {
                alone[window] = one
            }
        }
        let streams = sinks.filter { recomputing[$0.window] != nil }
            .sorted { ($0.window, $0.sinks) < ($1.window, $1.sinks) }
        let common = streams.flatMap { [$0.series, recomputing[$0.window]!] }
            .map { Set($0.points.map(\.keyLength)) }.reduce(nil as Set<Int>?) { $0?.intersection($1) ?? $1 }
        guard let length = common?.max() else { return nil }
        rows = streams.compactMap { sinks, window, stream in
            guard let kept = stream.median(at: length), let anew = recomputing[window]?.median(at: length) else {
                return nil
            }
            return Row(
                window: window, sinks: sinks, sinkWindow: kept, windowAlone: alone[window]?.median(at: length),
                recompute: anew, ratio: anew.ratio(to: kept))
        }
        let full = series.first { $0.parameters.mask == .causal && $0.median(at: length) != nil }
        self.length = length
        self.full = full?.median(at: length)
        self.series = ([full] + streams.map(\.series) + streams.map { recomputing[$0.window] }).compactMap { $0?.label }
    }
}

extension MeasuredSeries {
    func median(at length: Int) -> Estimate? { points.first { $0.keyLength == length }?.median }
}
