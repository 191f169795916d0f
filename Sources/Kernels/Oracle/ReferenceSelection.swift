import Attention

/// The keys that one query attends to, as the definition of `BlockSelection` says it: means of blocks in Double, all products, sorted.
enum ReferenceSelection {
    /// Ranges of keys of the row's key/value head. Without a selection they are those that the mask shows.
    static func keys<Inputs: InputElements & ~Copyable>(
        of place: Accuracy.OutputRow, _ problem: AttentionProblem, _ inputs: borrowing Inputs
    ) -> [Range<Int>] {
        guard let selection = problem.selection else {
            let visible = problem.pairs.visibleKeys(row: place.row)
            return [0..<visible.sinks, visible.band]
        }
        let position = problem.shape.firstPosition + place.row
        let own = position / selection.blockLength
        let chosen = largest(selection.blocks - 1, of: scores(of: place, blocks: own, problem, inputs))
        return chosen.sorted().map { $0 * selection.blockLength..<($0 + 1) * selection.blockLength }
            + [own * selection.blockLength..<position + 1]
    }

    /// The places of the largest scores: of equal ones the earlier place, and NaN before any number.
    static func largest(_ count: Int, of scores: [Double]) -> [Int] {
        func precedes(_ a: Int, before b: Int) -> Bool {
            if scores[a].isNaN != scores[b].isNaN { return scores[a].isNaN }
            return scores[a] == scores[b] || scores[a].isNaN ? a < b : scores[a] > scores[b]
        }
        return Array(scores.indices.sorted { precedes($0, before: $1) }.prefix(count))
    }

    private static func scores<Inputs: InputElements & ~Copyable>(
        of place: Accuracy.OutputRow, blocks: Int, _ problem: AttentionProblem, _ inputs: borrowing Inputs
    ) -> [Double] {
        let (shape, length, d) = (problem.shape, problem.selection!.blockLength, problem.shape.headDimension)
        let start = (place.head * shape.queryLength + place.row) * d
        let query = inputs.elements(start..<start + d, of: .query).map(Double.init)
        let firstKey = place.head / shape.groupSize * shape.keyLength
        return (0..<blocks).map { block in
            let first = (firstKey + block * length) * d
            let keys = inputs.elements(first..<first + length * d, of: .key)
            var score = 0.0
            for x in 0..<d {
                var sum = 0.0
                for token in 0..<length { sum += Double(keys[token * d + x]) }
                score += query[x] * (sum / Double(length))
            }
            return score
        }
    }
}
