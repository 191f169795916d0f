import Foundation

/// The exact number of (query, key) pairs that a mask allows per head, in closed form.
///
/// Every formula is a prefix sum A(t): the pairs of the queries at positions 0..<t. A call whose queries are the last
/// q of k positions (chunked prefill, decode) has A(k) − A(k−q) pairs, so one formula serves square and rectangular
/// shapes. T(m) = m(m+1)/2.
public struct PairCount: Hashable, Sendable {
    public let mask: Mask
    public let queryLength: Int
    public let keyLength: Int

    /// - Precondition: lengths are not negative, and only `full` takes more queries than keys.
    public init(mask: Mask, queryLength: Int, keyLength: Int) {
        precondition(
            queryLength >= 0 && keyLength >= 0 && (mask == .full || queryLength <= keyLength),
            "\(mask) cannot count \(queryLength) queries against \(keyLength) keys")
        self.mask = mask
        self.queryLength = queryLength
        self.keyLength = keyLength
    }

    public init(mask: Mask, length: Int) {
        self.init(mask: mask, queryLength: length, keyLength: length)
    }

    /// Pairs that the mask allows.
    public var allowed: Int {
        if case .full = mask { return queryLength * keyLength }
        return prefix(keyLength) - prefix(keyLength - queryLength)
    }

    /// Keys that at least one query sees: what has to be read. Less than all of them where a window or a chunk ends
    /// before the first query of a rectangular call does, as in decoding.
    public var touchedKeys: Int {
        guard queryLength > 0 else { return 0 }
        let first = keyLength - queryLength
        return switch mask {
        case .full, .causal: keyLength
        case .slidingWindow(let window): min(keyLength, queryLength + window - 1)
        case .symmetricWindow(let radius): min(keyLength, queryLength + radius)
        case .attentionSink(let sinks, let window): min(keyLength, queryLength + window - 1 + sinks)
        case .chunkedLocal(let chunk): keyLength - first / chunk * chunk
        }
    }

    /// The count that articles quote: n²/2 for causal attention, n·w for a window; off by the terms of lower order.
    public var textbook: Double {
        let (queries, keys) = (Double(queryLength), Double(keyLength))
        return switch mask {
        case .full: queries * keys
        case .causal: queries * keys / 2
        case .slidingWindow(let window): queries * Double(window)
        case .symmetricWindow(let radius): queries * Double(2 * radius)
        case .attentionSink(let sinks, let window): queries * Double(sinks + window)
        case .chunkedLocal(let chunk): queries * Double(chunk) / 2
        }
    }

    /// d ln(pairs) / d ln(length) of self-attention at this length, by a symmetric difference of 1/16 of it at most:
    /// 2 for full attention, from 2 down to 1 for a window as the length passes it.
    public var localExponent: Double {
        let step = max(1, keyLength / 32)
        guard keyLength > step else { return .nan }
        let below = Double(PairCount(mask: mask, length: keyLength - step).allowed)
        let above = Double(PairCount(mask: mask, length: keyLength + step).allowed)
        return log(above / below) / log(Double(keyLength + step) / Double(keyLength - step))
    }

    /// The keys that query `row` of this call may see.
    public func visibleKeys(row: Int) -> VisibleKeys {
        mask.visibleKeys(at: keyLength - queryLength + row, keyLength: keyLength)
    }

    private func prefix(_ positions: Int) -> Int {
        switch mask {
        case .full:
            return positions * keyLength
        case .causal:
            return triangle(positions)
        case .slidingWindow(let window):
            return band(positions, window)
        case .attentionSink(let sinks, let window):
            // Sinks and window together are a window of both sizes: a query sees min(i+1, sinks + window) keys.
            return band(positions, sinks + window)
        case .symmetricWindow(let radius):
            let before = clippedSum(positions, radius)
            let after = clippedSum(keyLength, radius) - clippedSum(keyLength - positions, radius)
            return before + positions + after
        case .chunkedLocal(let chunk):
            let (chunks, rest) = positions.quotientAndRemainder(dividingBy: chunk)
            return chunks * triangle(chunk) + triangle(rest)
        }
    }

    private func triangle(_ count: Int) -> Int { count * (count + 1) / 2 }

    private func band(_ positions: Int, _ window: Int) -> Int {
        let growing = min(positions, window)
        return triangle(growing) + (positions - growing) * window
    }

    /// Σ min(p, radius) over p in 0..<positions: the keys strictly before (or, mirrored, after) each query.
    private func clippedSum(_ positions: Int, _ radius: Int) -> Int {
        guard positions > 0 else { return 0 }
        let growing = min(positions - 1, radius)
        return triangle(growing) + (positions - 1 - growing) * radius
    }
}
