import Attention
import CVector

/// The sizes of a worker's memory.
struct TopBlocksSize {
    let fused: FusedSize
    let queries: Int
    let slots: Int
    let blocks: Int
    /// d in whole vectors.
    let stride: Int

    init(_ plan: TopBlocksPlan, workers: Int, _ tuning: FusedForm) {
        fused = FusedSize(problem: plan.own.problem, workers: workers, blocks: 1, tuning: tuning.tuning)
        queries = plan.queriesPerItem
        slots = plan.slots
        blocks = plan.earlierBlocks
        stride = Lanes.wholeVectors(plan.problem.shape.headDimension)
    }

    /// Sums of outputs, running softmax, the choices, and the queries of each block.
    var byteCount: Int {
        queries * (stride * 4 + MemoryLayout<OnlineSoftmax.RunningLane>.stride + 8 * slots) + 8 * (blocks + 2)
    }
}

/// What one worker needs to attend an item of queries, allocated once.
final class TopBlocksWorker<Element: FusedElement>: @unchecked Sendable {
    private let plan: TopBlocksPlan
    private let size: TopBlocksSize
    private let means: BlockMeans
    private let fused: FusedWorkspace<Element>
    private let block: FusedBlock
    private let chooser: BlockChooser
    /// Sums of weights times values [queries][stride].
    private let sums: UnsafeMutablePointer<Float>
    private let running: UnsafeMutablePointer<OnlineSoftmax.RunningLane>
    /// [queries][slots]
    private let chosen: UnsafeMutablePointer<Int32>
    /// The queries of each block, one block after the other, and where each begins.
    private let listed: UnsafeMutablePointer<Int32>
    private let starts: UnsafeMutablePointer<Int>
    /// Queries of the item that lanes stand for, and their rows in the tensors and in the sums.
    private let laneQueries: UnsafeMutablePointer<Int>
    private let queryRows: UnsafeMutablePointer<UnsafeRawPointer?>
    private let sumRows: UnsafeMutablePointer<UnsafeMutableRawPointer?>

    var countedPairs = 0

    init(_ plan: TopBlocksPlan, _ size: TopBlocksSize, _ means: BlockMeans, shared: UnsafePointer<Float>) {
        (self.plan, self.size, self.means) = (plan, size, means)
        fused = FusedWorkspace(size.fused, shared: shared)
        fused.prefetch = Prefetch(capacity: 2 * QueryBlock.width)
        block = fused.blocks[0]
        chooser = BlockChooser(plan.problem, means, lanes: QueryBlock.width)
        sums = .allocate(capacity: size.queries * size.stride)
        sums.initialize(repeating: 0, count: size.queries * size.stride)
        running = .allocate(capacity: size.queries)
        chosen = .allocate(capacity: size.queries * size.slots)
        listed = .allocate(capacity: size.queries * size.slots)
        starts = .allocate(capacity: size.blocks + 2)
        laneQueries = .allocate(capacity: QueryBlock.width)
        queryRows = .allocate(capacity: QueryBlock.width)
        queryRows.initialize(repeating: nil, count: QueryBlock.width)
        sumRows = .allocate(capacity: QueryBlock.width)
        sumRows.initialize(repeating: nil, count: QueryBlock.width)
    }

    deinit {
        sums.deallocate()
        running.deallocate()
        chosen.deallocate()
        listed.deallocate()
        starts.deallocate()
        laneQueries.deallocate()
        queryRows.deallocate()
        sumRows.deallocate()
    }

    static func byteCount(_ size: TopBlocksSize, _ problem: AttentionProblem) -> Int {
        FusedWorkspaceSize(Element.self, size.fused).total * MemoryLayout<Float>.size + size.byteCount
            + BlockChooser.byteCount(problem, lanes: QueryBlock.width)
    }

    /// An item, and the tensors of the call.
    private struct Item {
        let group: Int
        let queries: Range<Int>
        let tensors: TensorPointers
    }

    func attend(item number: Int, _ tensors: TensorPointers) {
        let (group, blocks) = plan.place(ofItem: number)
        let queries =
            blocks.lowerBound * QueryBlock.width..<min(blocks.upperBound * QueryBlock.width, plan.queriesPerGroup)
        let item = Item(group: group, queries: queries, tensors: tensors)
        for number in blocks { attendOwnBlock(number, item) }
        list(item)
        for block in 0..<plan.earlierBlocks { attend(block, item) }
        for query in queries { write(query, item) }
    }

    // MARK: own blocks, and the choice

    private func attendOwnBlock(_ number: Int, _ item: Item) {
        block.take(number, group: item.group, of: plan.own)
        block.lanes.loadQueries(item.tensors.query, Element.layout, into: block.queries)
        fused.prefetch.removeAll()
        choose(number, item)
        block.reset()
        block.setBounds { $0.band }
        fused.attend(block.band, block, group: item.group, item.tensors)
        countedPairs += block.band.computedPairs
        let taken = block.lanes.taken.count
        takeRows(count: taken) { number * QueryBlock.width - item.queries.lowerBound + $0 }
        scatter(count: taken)
    }

    /// The queries are in their columns already.
    private func choose(_ number: Int, _ item: Item) {
        let width = QueryBlock.width
        let (first, taken) = (number * width, block.lanes.taken.count)
        let compared = plan.comparedBlocks(ofBlock: number)
        countedPairs += compared * width / 2
        if compared > 0 {
            _ = multiplyScores(
                Tile<Float32Product>.self,
                ScoreOperands(
                    keys: means.rounded(ofGroup: item.group), stride: means.stride, count: compared,
                    steps: plan.problem.shape.headDimension, queries: block.queries),
                into: chooser.scores, &fused.prefetch)
        }
        // Later lanes have later positions.
        let shared = plan.selection.earlierBlocks(at: plan.position(ofQuery: first))
        for lane in 0..<width {
            let query = first + min(lane, taken - 1)
            chooser.reset(
                lane: lane, compares: lane < taken && plan.selection.chooses(at: plan.position(ofQuery: query)))
        }
        if compared > 0 { chooser.scan(blocks: 0..<min(shared, compared)) }
        withUnsafeTemporaryAllocation(of: Float.self, capacity: width) { squares in
            addSquares(into: squares.baseAddress!)
            for lane in 0..<taken {
                let earlier = plan.selection.earlierBlocks(at: plan.position(ofQuery: first + lane))
                if compared > 0 { chooser.scan(blocks: min(shared, earlier)..<earlier, lane: lane) }
                choose(lane: lane, query: first + lane, squares: squares[lane], item)
            }
        }
    }

    private func choose(lane: Int, query: Int, squares: Float, _ item: Item) {
        let position = plan.position(ofQuery: query)
        let target = chosen + (query - item.queries.lowerBound) * size.slots
        guard plan.selection.chooses(at: position) else {
            for block in 0..<plan.selection.chosenBlocks(at: position) { target[block] = Int32(block) }
            return
        }
        let blocks = plan.selection.earlierBlocks(at: position)
        let elements = item.tensors.query + start(ofQuery: query, item) * plan.problem.elementType.byteCount
        chooser.choose(
            BlockChooser.Query(elements: elements, group: item.group, blocks: blocks), lane: lane, squares: squares,
            into: target)
    }

    /// The sum of the squares of each lane's query.
    private func addSquares(into squares: UnsafeMutablePointer<Float>) {
        var (left, right) = (Lanes.zero, Lanes.zero)
        var step = block.queries
        for _ in 0..<plan.problem.shape.headDimension {
            left = vector_fma(load(step, 0), load(step, 0), left)
            right = vector_fma(load(step, Lanes.lanes), load(step, Lanes.lanes), right)
            step += QueryBlock.width
        }
        store(left, squares, 0)
        store(right, squares, Lanes.lanes)
    }

    // MARK: chosen blocks

    /// Sorts the queries by the blocks that they have chosen.
    private func list(_ item: Item) {
        starts.update(repeating: 0, count: size.blocks + 2)
        func forEachChoice(_ body: (_ query: Int, _ block: Int) -> Void) {
            for query in 0..<item.queries.count {
                let position = plan.position(ofQuery: item.queries.lowerBound + query)
                for slot in 0..<plan.selection.chosenBlocks(at: position) {
                    body(query, Int(chosen[query &* size.slots &+ slot]))
                }
            }
        }
        // Each block's count, two places on; then where the block before it begins, which filling moves to where it ends itself.
        forEachChoice { starts[$1 + 2] += 1 }
        for block in 0..<size.blocks { starts[block + 2] += starts[block + 1] }
        forEachChoice { query, block in
            listed[starts[block + 1]] = Int32(truncatingIfNeeded: query)
            starts[block + 1] += 1
        }
    }

    /// The queries that have chosen a block, as many at a time as there are lanes.
    private func attend(_ chosenBlock: Int, _ item: Item) {
        let keys = plan.selection.keys(ofBlock: chosenBlock, keyLength: plan.problem.shape.keyLength)
        let (layout, d) = (Element.layout, plan.problem.shape.headDimension)
        let end = starts[chosenBlock + 1]
        for first in stride(from: starts[chosenBlock], to: end, by: QueryBlock.width) {
            let count = min(QueryBlock.width, end - first)
            takeRows(count: count) { Int(listed[first + $0]) }
            for lane in 0..<QueryBlock.width {
                let query = laneQueries[lane]
                queryRows[lane] =
                    item.tensors.query + start(ofQuery: item.queries.lowerBound + query, item) * layout.byteCount
                block.softmax[lane] = running[query]
            }
            gatherColumns(of: queryRows, layout, count: d, into: block.queries)
            sumRows.withMemoryRebound(to: UnsafeRawPointer?.self, capacity: QueryBlock.width) {
                gatherColumns(of: $0, vector_element_float32, count: size.stride, into: block.outputs)
            }
            block.resume(over: keys)
            fetch(listedFrom: first + count, item)
            fused.attend(BlockKeys(keys), block, group: item.group, item.tensors)
            countedPairs += count * keys.count
            scatter(count: count)
        }
    }

    /// Asks for the rows that the next lanes will stand for.
    private func fetch(listedFrom first: Int, _ item: Item) {
        let (layout, d) = (Element.layout, plan.problem.shape.headDimension)
        fused.prefetch.removeAll()
        for place in first..<max(first, min(first + QueryBlock.width, starts[size.blocks])) {
            let query = Int(listed[place])
            let row = start(ofQuery: item.queries.lowerBound + query, item) * layout.byteCount
            fused.prefetch.append(item.tensors.query + row, byteCount: d * layout.byteCount)
            fused.prefetch.append(sums + query * size.stride, byteCount: size.stride * 4, isWritten: true)
        }
        let tiles = (plan.selection.blockLength + d) / Tile<Element.Product>.rows
        fused.prefetch.spread(over: tiles)
    }

    private func start(ofQuery query: Int, _ item: Item) -> Int {
        let place = plan.place(ofQuery: query, group: item.group)
        return (place.head * plan.problem.shape.queryLength + place.row) * plan.problem.shape.headDimension
    }

    // MARK: lanes and sums

    /// Says which queries the lanes stand for; idle lanes repeat the last one, and are not written back.
    /// - Parameter query: of a lane, counted within the item.
    @inline(__always)
    private func takeRows(count: Int, _ query: (Int) -> Int) {
        for lane in 0..<QueryBlock.width {
            laneQueries[lane] = query(min(lane, count - 1))
            sumRows[lane] = UnsafeMutableRawPointer(sums + laneQueries[lane] * size.stride)
        }
    }

    /// Writes what the first lanes have gathered to their rows.
    private func scatter(count: Int) {
        for lane in 0..<count { running[laneQueries[lane]] = block.softmax[lane] }
        for half in [0, Lanes.lanes] where half < count {
            for x in stride(from: 0, to: size.stride, by: Lanes.lanes) {
                vector_scatter_columns(
                    block.outputs + x * QueryBlock.width + half, QueryBlock.width, broadcast(1), sumRows + half,
                    vector_element_float32, x, Lanes.lanes, min(Lanes.lanes, count - half))
            }
        }
    }

    // MARK: outputs

    private func write(_ query: Int, _ item: Item) {
        let (type, d) = (plan.problem.elementType, plan.problem.shape.headDimension)
        let place = query - item.queries.lowerBound
        let (row, sum) = (sums + place * size.stride, running[place].sum)
        guard sum > 0, areFinite(row, count: d) else { return writeWide(query, item) }
        let normaliser = broadcast(1 / sum)
        for x in stride(from: 0, to: size.stride, by: Lanes.lanes) { store(load(row, x) * normaliser, row, x) }
        type.write(row, count: d, to: item.tensors.output + start(ofQuery: query, item) * type.byteCount)
    }

    /// In Double, over the same keys (`WideRow`).
    private func writeWide(_ query: Int, _ item: Item) {
        let (selection, keyLength) = (plan.selection, plan.problem.shape.keyLength)
        let position = plan.position(ofQuery: query)
        let choices = chosen + (query - item.queries.lowerBound) * size.slots
        var keys = (0..<selection.chosenBlocks(at: position)).map {
            selection.keys(ofBlock: Int(choices[$0]), keyLength: keyLength)
        }
        keys.append(selection.earlierBlocks(at: position) * selection.blockLength..<position + 1)
        WideRow.write(plan.place(ofQuery: query, group: item.group), over: keys, of: plan.problem, item.tensors)
    }
}
