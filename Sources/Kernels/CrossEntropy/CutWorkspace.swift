import Attention
import CVector

/// What one worker needs for the three products of cut cross-entropy, allocated once.
final class CutWorkspace: @unchecked Sendable {
    private let blocking: VocabularyBlocking
    private let storage: UnsafeMutablePointer<Float>
    /// A part of W that stays in the second-level cache: [residentRows][depth], or [residentRows / 8][depth][8].
    private let scalars: UnsafeMutablePointer<Float>
    /// Sums of one register tile [8][width], and room for a tile that ends past them.
    private let tile: UnsafeMutablePointer<Float>
    /// What is not left out, of each granule of some words: [words / 8][blocks of a chunk].
    private let runs: UnsafeMutablePointer<StepRun>
    private let runCounts: UnsafeMutablePointer<Int>

    private static func scalarFloats(_ blocking: VocabularyBlocking) -> Int {
        ElementMatrix.columnFloats(rows: blocking.depth, columns: blocking.residentRows) + 2 * Lanes.lanes
    }

    private static var tileFloats: Int { (VocabularyBlocking.wordGranule + tileRows) * QueryBlock.width }

    private static func granules(_ blocking: VocabularyBlocking) -> Int {
        blocking.residentRows / VocabularyBlocking.wordGranule
    }

    static func byteCount(_ blocking: VocabularyBlocking) -> Int {
        (scalarFloats(blocking) + tileFloats) * MemoryLayout<Float>.size
            + granules(blocking) * MemoryLayout<Int>.stride + runCapacity(blocking) * MemoryLayout<StepRun>.stride
    }

    /// Those of all granules of some words, or those of the words of a chunk.
    private static func runCapacity(_ blocking: VocabularyBlocking) -> Int {
        max(granules(blocking) * blocksPerChunk(blocking), blocking.depth)
    }

    /// Blocks of lanes whose tokens are the steps of one product.
    private static func blocksPerChunk(_ blocking: VocabularyBlocking) -> Int {
        max(1, blocking.depth / QueryBlock.width)
    }

    init(_ blocking: VocabularyBlocking) {
        self.blocking = blocking
        storage = .allocate(capacity: Self.scalarFloats(blocking) + Self.tileFloats)
        scalars = storage
        tile = scalars + Self.scalarFloats(blocking)
        runs = .allocate(capacity: Self.runCapacity(blocking))
        runCounts = .allocate(capacity: Self.granules(blocking))
    }

    deinit {
        storage.deallocate()
        runs.deallocate()
        runCounts.deallocate()
    }

    /// Logits of some words of a panel, counted from its first: steps are hidden elements.
    func multiply(_ words: Range<Int>, of visit: PanelVisit, _ classifier: ElementMatrix, into logits: GroupLogits) {
        let start = visit.words.lowerBound
        let rows = start + words.lowerBound..<start + words.upperBound
        for columns in EqualParts(classifier.columns, atMost: blocking.depth, granule: 1).ranges {
            classifier.copyRows(MatrixPart(rows: rows, columns: columns), into: scalars, stride: blocking.depth)
            runs.initialize(
                to: StepRun(scalars: 0, vectors: columns.lowerBound * QueryBlock.width, count: columns.count))
            for block in 0..<visit.group.blocks {
                addRuns(
                    Tile<Float32Product>.self,
                    RunOperands(
                        scalars: scalars, rows: words.count, rowStride: blocking.depth, stepStride: 1,
                        vectors: logits.columns(ofBlock: block)),
                    over: UnsafeBufferPointer(start: runs, count: 1),
                    into: OutputSums(
                        floats: logits.rows(ofBlock: block, from: words.lowerBound),
                        startAnew: columns.lowerBound == 0))
            }
        }
    }

    /// dW of some words of a panel: steps are tokens.
    func addClassifierGradients(
        _ words: Range<Int>, of visit: PanelVisit, _ gradients: GroupGradients, into target: ClassifierTarget
    ) {
        let chunks = EqualParts(visit.group.blocks, atMost: Self.blocksPerChunk(blocking), granule: 1)
        for blocks in chunks.ranges {
            listRuns(words, ofBlocks: blocks, gradients)
            let startsAnew = visit.group.isFirst && blocks.lowerBound == 0
            for panel in 0..<gradients.hiddenRows.count {
                let vectors = gradients.hiddenRows.panel(panel, row: blocks.lowerBound * QueryBlock.width)
                let column = panel * QueryBlock.width
                for (index, word) in stride(
                    from: words.lowerBound, to: words.upperBound, by: VocabularyBlocking.wordGranule
                ).enumerated() where startsAnew || runCounts[index] > 0 {
                    let rows = min(VocabularyBlocking.wordGranule, words.upperBound - word)
                    let place = target.place(word: visit.words.lowerBound + word, column: column)
                    target.prefetch(place, rows: rows)
                    addRuns(
                        RowTile.self,
                        RunOperands(
                            scalars: gradients.logits.rows(ofBlock: blocks.lowerBound, from: word), rows: rows,
                            rowStride: QueryBlock.width, stepStride: 1, vectors: vectors),
                        over: UnsafeBufferPointer(
                            start: runs + index * Self.blocksPerChunk(blocking), count: runCounts[index]),
                        into: OutputSums(floats: tile, startAnew: true))
                    target.take(tile, rows: rows, at: place, startAnew: startsAnew)
                }
            }
        }
    }

    /// Which of these blocks each granule of the words goes over.
    private func listRuns(_ words: Range<Int>, ofBlocks blocks: Range<Int>, _ gradients: GroupGradients) {
        let (width, granule) = (QueryBlock.width, VocabularyBlocking.wordGranule)
        for (index, word) in stride(from: words.lowerBound, to: words.upperBound, by: granule).enumerated() {
            var count = 0
            for (distance, block) in blocks.enumerated() where gradients.isKept(word / granule, ofBlock: block) {
                (runs + index * Self.blocksPerChunk(blocking) + count).initialize(
                    to: StepRun(
                        scalars: distance * gradients.logits.blockFloats, vectors: distance * width * width,
                        count: width))
                count += 1
            }
            runCounts[index] = count
        }
    }

    /// dHᵀ of some columns: steps are the words of a panel.
    func addHiddenGradients(
        _ columns: Range<Int>, of visit: PanelVisit, _ classifier: ElementMatrix, into gradients: GroupGradients
    ) {
        let granule = VocabularyBlocking.wordGranule
        let largest = blocking.depth / granule * granule
        for words in EqualParts(visit.words.count, atMost: largest, granule: granule).ranges {
            let first = visit.words.lowerBound
            let rows = first + words.lowerBound..<first + words.upperBound
            var areCopied = false
            for block in 0..<visit.group.blocks {
                let count = listRuns(words, ofBlock: block, gradients)
                guard count > 0 else { continue }
                if !areCopied { classifier.copyColumns(MatrixPart(rows: rows, columns: columns), into: scalars) }
                areCopied = true
                let vectors = gradients.logits.rows(ofBlock: block, from: words.lowerBound)
                let sums = gradients.hiddenSums(ofBlock: block)
                let eight = ElementMatrix.columnGranule
                for column in stride(from: 0, to: columns.count, by: eight) {
                    addRuns(
                        RowTile.self,
                        RunOperands(
                            scalars: scalars + column * words.count, rows: min(eight, columns.count - column),
                            rowStride: 1, stepStride: eight, vectors: vectors),
                        over: UnsafeBufferPointer(start: runs, count: count),
                        into: OutputSums(
                            floats: sums + (columns.lowerBound + column) * QueryBlock.width, startAnew: false))
                }
            }
        }
    }

    /// Runs of these words that are not left out for a block; neighbours are one run.
    private func listRuns(_ words: Range<Int>, ofBlock block: Int, _ gradients: GroupGradients) -> Int {
        let granule = VocabularyBlocking.wordGranule
        var count = 0
        var start = words.lowerBound
        while start < words.upperBound {
            var end = start
            while end < words.upperBound, gradients.isKept(end / granule, ofBlock: block) {
                end = min(end + granule, words.upperBound)
            }
            if end > start {
                let distance = start - words.lowerBound
                (runs + count).initialize(
                    to: StepRun(
                        scalars: distance * ElementMatrix.columnGranule, vectors: distance * QueryBlock.width,
                        count: end - start))
                count += 1
            }
            start = end + granule
        }
        return count
    }
}

/// Where dW grows, over groups of tokens and over chunks of a group.
struct ClassifierTarget {
    /// [vocabulary][columns]
    let floats: UnsafeMutablePointer<Float>
    let columns: Int
    /// On each gradient of a logit: one part of the mean over tokens.
    let factor: Float

    func place(word: Int, column: Int) -> Place {
        Place(floats: floats + word * columns + column, lanes: min(QueryBlock.width, columns - column))
    }

    struct Place {
        let floats: UnsafeMutablePointer<Float>
        /// Columns that are there.
        let lanes: Int
    }

    /// Asks for what will be added to after a register tile is computed: rows of W are pages apart.
    func prefetch(_ place: Place, rows: Int) {
        for row in 0..<rows {
            for lane in stride(from: 0, to: place.lanes, by: 16) {
                vector_prefetch_for_writing(place.floats + row * columns + lane)
            }
        }
    }

    /// - Parameter startAnew: whether nothing was added before
    func take(_ tile: UnsafePointer<Float>, rows: Int, at place: Place, startAnew: Bool) {
        for row in 0..<rows {
            let (sums, target) = (tile + row * QueryBlock.width, place.floats + row * columns)
            var lane = 0
            while lane + Lanes.lanes <= place.lanes {
                let earlier = startAnew ? Lanes.zero : load(target, lane)
                store(vector_fma(load(sums, lane), broadcast(factor), earlier), target, lane)
                lane += Lanes.lanes
            }
            while lane < place.lanes {
                target[lane] = (startAnew ? 0 : target[lane]) + sums[lane] * factor
                lane += 1
            }
        }
    }
}
