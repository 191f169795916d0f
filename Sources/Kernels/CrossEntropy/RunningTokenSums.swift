import CVector

/// The log-sum-exp of a group of tokens over the words that came by so far, one token a lane, and the logit of each token's next word.
struct RunningTokenSums {
    /// All [groupTokens]
    private let largest: UnsafeMutablePointer<Float>
    private let sums: UnsafeMutablePointer<Float>
    private let targets: UnsafeMutablePointer<Float>

    static func floatCount(_ blocking: VocabularyBlocking) -> Int { 3 * blocking.groupTokens }

    init(_ blocking: VocabularyBlocking, storage: UnsafeMutablePointer<Float>) {
        largest = storage
        sums = largest + blocking.groupTokens
        targets = sums + blocking.groupTokens
    }

    func reset(block: Int) {
        let first = block * QueryBlock.width
        (largest + first).update(repeating: -.greatestFiniteMagnitude, count: QueryBlock.width)
        (sums + first).update(repeating: 0, count: QueryBlock.width)
    }

    /// Adds the words of a visit to one block. Their own sum comes first, and is then added to that of all words before: a sum of
    /// 100,000 numbers one after the other would lose two digits.
    func add(block: Int, of visit: PanelVisit, _ logits: GroupLogits, targets words: UnsafePointer<Int32>) {
        let first = block * QueryBlock.width
        for half in [0, Lanes.lanes] {
            let rows = logits.rows(ofBlock: block) + half
            let before = load(largest, first + half)
            var now = before
            for word in 0..<visit.words.count { now = vector_max(load(rows, word &* QueryBlock.width), now) }
            var sum = Lanes.zero
            let base = broadcast(log2E)
            for word in 0..<visit.words.count { sum += exp2((load(rows, word &* QueryBlock.width) - now) * base) }
            store(load(sums, first + half) * exp2((before - now) * base) + sum, sums, first + half)
            store(now, largest, first + half)
        }
        logits.forEachTarget(ofBlock: block, in: visit, words) { lane, logit in targets[first + lane] = logit.pointee }
    }

    /// Of a token of the group, after the last visit.
    func write(_ index: Int, as token: Int, into losses: inout TokenLosses) {
        losses.set(token, RowSum(largest: largest[index], sum: sums[index]), target: targets[index])
    }
}
