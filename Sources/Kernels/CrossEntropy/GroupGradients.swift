import Attention
import CVector

/// A group of tokens in the backward pass: its logits, which become their own gradients where they lie, and what dH and dW are
/// made of.
final class GroupGradients: @unchecked Sendable {
    let logits: GroupLogits
    /// H [tokens][columns]
    let hiddenRows: ColumnPanels
    private let filter: GradientFilter
    /// Zeros at first: the last panel of rows may have lanes that nothing is copied to.
    private let storage: Tensor
    /// Sums dHᵀ of each block [columns][width], with room for a register tile that ends past them.
    private let sums: UnsafeMutablePointer<Float>
    /// Of each token of the group: what the forward pass saved, and 0 for an idle lane, 1 for a token.
    private let largest: UnsafeMutablePointer<Float>
    private let logSums: UnsafeMutablePointer<Float>
    private let isTaken: UnsafeMutablePointer<Float>
    /// Of each block: which granules of the panel's words are not left out.
    private let keptGranules: UnsafeMutablePointer<Bool>
    /// Of each block.
    private let leftOut: UnsafeMutablePointer<Int>

    private static func blockSums(_ problem: CrossEntropyProblem) -> Int {
        (problem.hiddenSize + tileRows) * QueryBlock.width
    }

    private static func rowFloats(_ problem: CrossEntropyProblem, _ blocking: VocabularyBlocking) -> Int {
        ColumnPanels.floatCount(rows: blocking.groupTokens, d: problem.hiddenSize)
    }

    private static func floatCount(_ problem: CrossEntropyProblem, _ blocking: VocabularyBlocking) -> Int {
        rowFloats(problem, blocking) + blocking.blocks * blockSums(problem) + 3 * blocking.groupTokens
    }

    private static func granules(_ blocking: VocabularyBlocking) -> Int {
        blocking.panelWords / VocabularyBlocking.wordGranule
    }

    static func byteCount(_ problem: CrossEntropyProblem, _ blocking: VocabularyBlocking) -> Int {
        (GroupLogits.floatCount(problem, blocking) + floatCount(problem, blocking)) * MemoryLayout<Float>.size
            + blocking.blocks * (granules(blocking) + MemoryLayout<Int>.size)
    }

    init(_ problem: CrossEntropyProblem, _ blocking: VocabularyBlocking, _ filter: GradientFilter) {
        self.filter = filter
        logits = GroupLogits(problem, blocking)
        var storage = Tensor(dimensions: [Self.floatCount(problem, blocking)])
        let floats = storage.withMutableFloats { $0.baseAddress! }
        hiddenRows = ColumnPanels(floats: floats, rows: blocking.groupTokens, d: problem.hiddenSize)
        sums = floats + Self.rowFloats(problem, blocking)
        self.storage = storage
        largest = sums + blocking.blocks * Self.blockSums(problem)
        logSums = largest + blocking.groupTokens
        isTaken = logSums + blocking.groupTokens
        keptGranules = .allocate(capacity: blocking.blocks * Self.granules(blocking))
        leftOut = .allocate(capacity: blocking.blocks)
        leftOut.initialize(repeating: 0, count: blocking.blocks)
    }

    deinit {
        keptGranules.deallocate()
        leftOut.deallocate()
    }

    /// Since the last reset.
    var leftOutGranules: Int { (0..<logits.blocking.blocks).reduce(0) { $0 + leftOut[$1] } }

    func resetCount() { leftOut.update(repeating: 0, count: logits.blocking.blocks) }

    /// dHᵀ of a block.
    func hiddenSums(ofBlock block: Int) -> UnsafeMutablePointer<Float> {
        sums + block * Self.blockSums(logits.problem)
    }

    /// Whether the gradients of the logits of a granule of the panel's words take part.
    @inline(__always)
    func isKept(_ granule: Int, ofBlock block: Int) -> Bool {
        keptGranules[block * Self.granules(logits.blocking) + granule]
    }

    /// Takes over the tokens of a block.
    func take(block: Int, of group: TokenGroup, _ hidden: ElementMatrix, _ saved: SavedSums) {
        let lanes = group.lanes(ofBlock: block)
        let first = block * QueryBlock.width
        hidden.transpose(lanes, into: logits.columns(ofBlock: block))
        hidden.copyPanels(lanes, into: hiddenRows, row: first)
        hiddenSums(ofBlock: block).update(repeating: 0, count: Self.blockSums(logits.problem))
        for lane in 0..<QueryBlock.width {
            largest[first + lane] = saved.largest[lanes.token(lane)]
            logSums[first + lane] = saved.logSums[lanes.token(lane)]
            isTaken[first + lane] = lanes.taken.contains(lane) ? 1 : 0
        }
    }

    /// Turns the logits of a block into the gradients of each token's own loss, where they lie: the softmax, less 1 at the next word.
    func differentiate(block: Int, of visit: PanelVisit, targets: UnsafePointer<Int32>) {
        let first = block * QueryBlock.width
        for half in [0, Lanes.lanes] {
            let place = logits.rows(ofBlock: block) + half
            let (most, logSum) = (load(largest, first + half), load(logSums, first + half))
            let (taken, base) = (load(isTaken, first + half), broadcast(log2E))
            for word in 0..<visit.words.count {
                let logit = load(place, word &* QueryBlock.width)
                store(exp2((logit - most - logSum) * base) * taken, place, word &* QueryBlock.width)
            }
        }
        logits.forEachTarget(ofBlock: block, in: visit, targets) { _, logit in logit.pointee -= 1 }
        apply(filter, toBlock: block, of: visit)
    }

    private func apply(_ filter: GradientFilter, toBlock block: Int, of visit: PanelVisit) {
        let granule = VocabularyBlocking.wordGranule
        let kept = keptGranules + block * Self.granules(logits.blocking)
        for (index, word) in stride(from: 0, to: visit.words.count, by: granule).enumerated() {
            switch filter {
            case .none: kept[index] = true
            case .below(let limit):
                let words = word..<min(word + granule, visit.words.count)
                kept[index] = !areSmall(words, ofBlock: block, below: limit)
                if !kept[index] { leftOut[block] += 1 }
            }
        }
    }

    /// NaN is not small: a filter must not hide it.
    private func areSmall(_ words: Range<Int>, ofBlock block: Int, below limit: Float) -> Bool {
        let rows = logits.rows(ofBlock: block)
        var largest = Lanes.zero
        for index in stride(
            from: words.lowerBound * QueryBlock.width, to: words.upperBound * QueryBlock.width, by: Lanes.lanes)
        {
            largest = vector_larger_magnitude(load(rows, index), largest)
        }
        return vector_all_less(largest, limit) != 0
    }

    /// Writes dH of a block, after the last visit.
    func writeHidden(block: Int, of group: TokenGroup, to gradient: HiddenTarget) {
        let lanes = group.lanes(ofBlock: block)
        let columns = logits.problem.hiddenSize
        withUnsafeTemporaryAllocation(of: UnsafeMutableRawPointer?.self, capacity: QueryBlock.width) { rows in
            for lane in 0..<QueryBlock.width { rows[lane] = gradient.row(lanes.token(lane)) }
            for half in [0, Lanes.lanes] {
                let taken = min(Lanes.lanes, lanes.taken.count - half)
                guard taken > 0 else { continue }
                for column in stride(from: 0, to: columns, by: Lanes.lanes) {
                    vector_scatter_columns(
                        hiddenSums(ofBlock: block) + column * QueryBlock.width + half, QueryBlock.width,
                        broadcast(gradient.factor), rows.baseAddress! + half, gradient.elementType.layout, column,
                        min(Lanes.lanes, columns - column), taken)
                }
            }
        }
    }
}

/// What the forward pass left behind for each token.
struct SavedSums {
    let largest: UnsafePointer<Float>
    let logSums: UnsafePointer<Float>
}

/// Where dH is written.
struct HiddenTarget {
    let elements: UnsafeMutableRawPointer
    let elementType: ElementType
    let columns: Int
    /// On each sum: one part of the mean over tokens.
    let factor: Float

    func row(_ token: Int) -> UnsafeMutableRawPointer { elements + token * columns * elementType.byteCount }
}
