import Attention
import CVector

/// bfloat16: a word is two neighbours along the sum, which the CPU multiplies and adds in one instruction, sums in
/// float32. For scores the sum runs over d, and K's natural rows are such pairs already; those of an odd d are copied once
/// a run with a 0 behind each. For outputs it runs over keys, so V is interleaved once a run: the pairs of keys 2k and
/// 2k + 1, [keys / 2][d]. Interleaving each tile where it is used was reckoned and dropped: some 6 % of the work for
/// every block of queries instead of once. Copying each tile of an odd d where it is used took more time than the products.
struct BFloat16Element: FusedElement {
    typealias Product = BFloat16Product
    static var layout: vector_element { vector_element_bfloat16 }

    private let d: Int
    private let keyLength: Int
    private let pairedValues: UnsafePointer<Float>
    /// [keys][(d + 1) / 2], for an odd d.
    private let paddedKeys: UnsafePointer<Float>

    private static func pairCount(_ problem: AttentionProblem) -> Int { (problem.shape.keyLength + 1) / 2 }
    private static let pairsOfAnItem = 4096

    static func sharedWords(for problem: AttentionProblem) -> Int {
        // A vector of slack: the last store of a row runs past it.
        valueWords(problem) + keyWords(problem) + Lanes.lanes
    }

    private static func valueWords(_ problem: AttentionProblem) -> Int {
        groups(problem) * pairCount(problem) * problem.shape.headDimension
    }

    private static func keyWords(_ problem: AttentionProblem) -> Int {
        let d = problem.shape.headDimension
        return d.isMultiple(of: 2) ? 0 : groups(problem) * problem.shape.keyLength * ((d + 1) / 2)
    }

    private static func groups(_ problem: AttentionProblem) -> Int {
        problem.shape.batch * problem.shape.keyValueHeads
    }

    static func preparations(for problem: AttentionProblem) -> Int {
        groups(problem) * ((pairCount(problem) + pairsOfAnItem - 1) / pairsOfAnItem)
    }

    static func prepare(
        _ item: Int, for problem: AttentionProblem, _ tensors: TensorPointers, _ shared: UnsafeMutablePointer<Float>
    ) {
        let d = problem.shape.headDimension
        let keyLength = problem.shape.keyLength
        let items = preparations(for: problem) / groups(problem)
        let (group, part) = item.quotientAndRemainder(dividingBy: items)
        let values = tensors.value.assumingMemoryBound(to: UInt16.self) + group * keyLength * d
        let pairs = shared + group * pairCount(problem) * d
        let itemPairs = part * pairsOfAnItem..<min((part + 1) * pairsOfAnItem, pairCount(problem))
        if !d.isMultiple(of: 2) {
            let keys = itemPairs.lowerBound * 2..<min(itemPairs.upperBound * 2, keyLength)
            let rows = group * keyLength + keys.lowerBound..<group * keyLength + keys.upperBound
            padKeys(rows, d: d, tensors, shared + valueWords(problem))
        }
        for pair in itemPairs {
            let low = values + 2 * pair * d
            let target = pairs + pair * d
            // Whole vectors, then elements one by one: another worker's row may follow.
            var x = 0
            if 2 * pair + 1 < keyLength {
                while x + Lanes.lanes <= d {
                    vector_interleave_16(low + x, low + d + x, target + x)
                    x += Lanes.lanes
                }
            }
            while x < d {
                let high = 2 * pair + 1 < keyLength ? UInt32(low[d + x]) : 0
                target[x] = Float(bitPattern: UInt32(low[x]) | high << 16)
                x += 1
            }
        }
    }

    /// - Parameter rows: of K, over all groups.
    private static func padKeys(
        _ rows: Range<Int>, d: Int, _ tensors: TensorPointers, _ padded: UnsafeMutablePointer<Float>
    ) {
        let keys = tensors.key.assumingMemoryBound(to: UInt16.self)
        let halves = UnsafeMutableRawPointer(padded).assumingMemoryBound(to: UInt16.self)
        for row in rows {
            let target = halves + row * (d + 1)
            target.update(from: keys + row * d, count: d)
            target[d] = 0
        }
    }

    init(
        problem: AttentionProblem, keyTile: Int, shared: UnsafePointer<Float>, worker: UnsafeMutablePointer<Float>
    ) {
        d = problem.shape.headDimension
        keyLength = problem.shape.keyLength
        pairedValues = shared
        paddedKeys = shared + Self.valueWords(problem)
    }

    var keySteps: Int { (d + 1) / 2 }

    func finishQueries(_ queries: UnsafeMutablePointer<Float>) {
        guard !d.isMultiple(of: 2) else { return }
        let last = queries + (keySteps - 1) * QueryBlock.width
        for lane in 0..<QueryBlock.width { last[lane] = Float(bitPattern: last[lane].bitPattern & 0xFFFF) }
    }

    func keys(from start: Int, count: Int, group: Int, _ tensors: TensorPointers) -> (UnsafePointer<Float>, Int) {
        let rows = tensors.key.assumingMemoryBound(to: UInt16.self) + (group * keyLength + start) * d
        guard !d.isMultiple(of: 2) else {
            return (UnsafeRawPointer(rows).assumingMemoryBound(to: Float.self), d / 2)
        }
        return (paddedKeys + (group * keyLength + start) * keySteps, keySteps)
    }

    func values(from start: Int, count: Int, group: Int, _ tensors: TensorPointers) -> UnsafePointer<Float> {
        pairedValues + (group * ((keyLength + 1) / 2) + start / 2) * d
    }

    /// `BFloat16Range` has the reasons. Values are read again only where an output is small: hardly ever, but where a
    /// column of V is 0, and then for less than a tenth of the block's work.
    func multipliesExactly(_ block: FusedBlock, group: Int, _ tensors: TensorPointers) -> Bool {
        guard BFloat16Range.isQueryExact(block.queries, words: keySteps * QueryBlock.width) else { return false }
        guard BFloat16Range.isSmall(anyOf: block.outputs, count: d * QueryBlock.width) else { return true }
        return [block.sinks.range, block.band.range].allSatisfy { keys in
            let pairs = (keys.count + 1) / 2
            return pairs == 0
                || BFloat16Range.areValuesExact(
                    values(from: keys.lowerBound, count: keys.count, group: group, tensors), words: pairs * d)
        }
    }

    func addresses(
        from start: Int, group: Int, _ tensors: TensorPointers
    ) -> (key: UnsafeRawPointer, value: UnsafeRawPointer) {
        let pairs = pairedValues + (group * ((keyLength + 1) / 2) + start / 2) * d
        let rows = keys(from: start, count: 0, group: group, tensors).0
        return (UnsafeRawPointer(rows), UnsafeRawPointer(pairs))
    }
}
