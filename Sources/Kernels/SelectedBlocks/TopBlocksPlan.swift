import Attention

/// How the queries of a problem that selects blocks are dealt out to workers, and what they compute.
///
/// An item is some neighbouring blocks of `QueryBlock.width` queries of one key/value head, with all its query heads. Its queries are
/// put together by the block of keys that they have chosen. A block is chosen by (k − 1) · B of n queries on average, so an item must
/// have many queries, or most of its tiles are not full: an eighth of a head's queries leaves a few lanes in a hundred idle. A result
/// does not depend on the items: lanes do not touch each other, and each query meets its blocks in their order.
struct TopBlocksPlan {
    let problem: AttentionProblem
    let selection: BlockSelection
    /// The same queries, each with its own block alone.
    let own: QueryBlocks
    let blocksPerItem: Int
    /// Blocks that some query can choose.
    let earlierBlocks: Int

    private static let itemsPerHead = 8
    private static let itemsPerThread = 4
    private static let fewestBlocks = 16

    init(_ problem: AttentionProblem, threads: Int) {
        let shape = problem.shape
        self.problem = problem
        selection = problem.selection!
        own = QueryBlocks(problem: Self.ownBlocks(of: problem), coverage: .visible)
        earlierBlocks = selection.earlierBlocks(at: shape.keyLength - 1)
        let items = max(
            Self.itemsPerHead * shape.groupSize, (Self.itemsPerThread * threads + own.groups - 1) / own.groups)
        blocksPerItem = max(Self.fewestBlocks, (own.countPerGroup + items - 1) / items)
    }

    /// Attention within the query's own block is that within chunks.
    private static func ownBlocks(of problem: AttentionProblem) -> AttentionProblem {
        do {
            return try AttentionProblem(
                shape: problem.shape, mask: .chunkedLocal(problem.selection!.blockLength),
                elementType: problem.elementType, scale: problem.scale)
        } catch {
            preconditionFailure("queries and their own blocks are no problem: \(error)")
        }
    }

    private var itemsPerGroup: Int { (own.countPerGroup + blocksPerItem - 1) / blocksPerItem }
    var items: Int { own.groups * itemsPerGroup }
    var queriesPerItem: Int { min(blocksPerItem, own.countPerGroup) * QueryBlock.width }
    var queriesPerGroup: Int { problem.shape.queryLength * problem.shape.groupSize }
    /// Room for the blocks that a query chooses.
    var slots: Int { min(selection.blocks - 1, earlierBlocks) }

    func place(ofItem item: Int) -> (group: Int, blocks: Range<Int>) {
        let (group, place) = item.quotientAndRemainder(dividingBy: itemsPerGroup)
        return (group, place * blocksPerItem..<min((place + 1) * blocksPerItem, own.countPerGroup))
    }

    /// A query of a group: row · groupSize + head.
    func position(ofQuery query: Int) -> Int { problem.shape.firstPosition + query / problem.shape.groupSize }

    /// Where a query stands among all rows of its tensor; `head` counts over batches.
    func place(ofQuery query: Int, group: Int) -> Accuracy.OutputRow {
        let (row, head) = query.quotientAndRemainder(dividingBy: problem.shape.groupSize)
        return Accuracy.OutputRow(head: group * problem.shape.groupSize + head, row: row)
    }

    /// Blocks whose means a block of queries is multiplied with: all that its last query may choose.
    func comparedBlocks(ofBlock number: Int) -> Int {
        let last = problem.shape.firstPosition + own.row(ofLane: QueryBlock.width - 1, number)
        return selection.chooses(at: last) ? selection.earlierBlocks(at: last) : 0
    }

    /// Pairs with the query's own block as tiles have them, with the chosen blocks, and half a pair for each product with a mean. Lanes of
    /// the chosen blocks that are idle are not counted, since their number depends on the data.
    static func computedPairs(for problem: AttentionProblem) -> Int {
        let plan = TopBlocksPlan(problem, threads: 1)
        let heads = problem.shape.batch * problem.shape.queryHeads
        let tiles = FusedForm().computedPairs(for: plan.own.problem)
        let chosen = heads * (problem.pairs.allowed - plan.own.problem.pairs.allowed)
        let compared = (0..<plan.own.countPerGroup).reduce(0) { $0 + plan.comparedBlocks(ofBlock: $1) }
        return tiles + chosen + plan.own.groups * compared * QueryBlock.width / 2
    }
}
