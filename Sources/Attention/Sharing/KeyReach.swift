/// Which keys the queries of a run of tokens see: the sinks at the beginning of the text, then a band up to the last query.
///
/// Laid one behind the other, these keys and the mask of the whole text make a problem whose queries are the last ones, so that
/// kernels for one rank take it. That holds for the masks that have a name: where the band does not begin behind the sinks, all
/// keys from the first on are taken, and a band of chunks begins where a chunk does.
package struct KeyReach: Hashable {
    package let sinks: Range<Int>
    package let band: Range<Int>

    package init(ofQueries tokens: Range<Int>, mask: Mask, length: Int) {
        guard mask.isCausal else {
            (sinks, band) = (0..<0, 0..<length)
            return
        }
        let first = mask.visibleKeys(at: tokens.lowerBound, keyLength: length).band.lowerBound
        sinks = first > mask.sinks ? 0..<mask.sinks : 0..<0
        band = (first > mask.sinks ? first : 0)..<tokens.upperBound
    }

    package var count: Int { sinks.count + band.count }

    /// The keys among `tokens`, and where the first of each run lies among all keys of this reach.
    package func runs(within tokens: Range<Int>) -> [(tokens: Range<Int>, place: Int)] {
        let (first, second) = (sinks.clamped(to: tokens), band.clamped(to: tokens))
        return [
            (first, first.lowerBound), (second, sinks.count + second.lowerBound - band.lowerBound),
        ].filter { !$0.0.isEmpty }
    }

    package func keyCount(outside tokens: Range<Int>) -> Int {
        count - runs(within: tokens).reduce(0) { $0 + $1.tokens.count }
    }
}
