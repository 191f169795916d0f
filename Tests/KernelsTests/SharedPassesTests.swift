import Attention
import Hardware
import Records
import Testing

@testable import Kernels

struct SharedPassesTests {
    private static func blocks(_ shape: AttentionShape, _ mask: Mask) throws -> QueryBlocks {
        QueryBlocks(problem: try AttentionProblem(shape: shape, mask: mask), coverage: .visible)
    }

    /// Each block is in one item, and the last come first.
    @Test(arguments: [1, 2, 3, 8], [1, 31, 33, 257, 700])
    func itemsHoldEveryBlockOnce(blocksPerItem: Int, queryLength: Int) throws {
        let shape = try AttentionShape(
            batch: 2, queryHeads: 6, keyValueHeads: 2, queryLength: queryLength, headDimension: 1)
        let blocks = try Self.blocks(shape, .causal)
        let passes = SharedPasses(blocks, blocksPerItem: blocksPerItem, chunkKeys: 144)
        let places = (0..<passes.items).map(passes.place)
        for group in 0..<blocks.groups {
            let ranges = places.filter { $0.group == group }.map(\.blocks)
            #expect(ranges.reversed().flatMap { $0 } == Array(0..<blocks.countPerGroup))
            #expect(ranges.allSatisfy { $0.count <= blocksPerItem })
            // What one worker of a team of two attends next.
            for (place, range) in ranges.enumerated() {
                let next = passes.after(range, threads: 2)
                #expect(next == (place + 2 < ranges.count ? ranges[place + 2] : 0..<0))
            }
        }
    }

    /// An item ends with nothing left to ask for: what was not asked for, the next item would wait for.
    @Test(
        arguments: [Mask.slidingWindow(256), .slidingWindow(1000), .attentionSink(sinks: 4, window: 256), .causal],
        [64, 120, 128])
    func everyLineOfTheNextItemIsAskedFor(mask: Mask, headDimension: Int) throws {
        let shape = try AttentionShape(queryLength: 1500, headDimension: headDimension)
        let problem = try AttentionProblem(shape: shape, mask: mask)
        let blocks = QueryBlocks(problem: problem, coverage: .visible)
        let inputs = AttentionInputs(shape: shape, elementType: .float32, seed: 1)
        var output = Tensor(.float32, dimensions: AttentionInputs.queryDimensions(shape))
        for (blocksPerItem, chunkKeys) in [(1, 1500), (3, 288)] {
            let passes = SharedPasses(blocks, blocksPerItem: blocksPerItem, chunkKeys: chunkKeys)
            let size = FusedSize(problem: problem, workers: 1, blocks: blocksPerItem, tuning: .standard)
            let workspace = FusedWorkspace<Float32Element>(size, shared: [0])
            TensorPointers.with(inputs, &output) { tensors in
                for item in 0..<passes.items {
                    workspace.attend(item: item, of: passes, threads: 1, tensors)
                    #expect(workspace.prefetch.linesLeft == 0, "item \(item) of \(passes.items)")
                }
            }
        }
    }

    /// Lines are dealt out to calls, of one region after the other, whole or not.
    @Test(arguments: [(calls: 1, left: [0]), (calls: 3, left: [4, 1, 0]), (calls: 7, left: [6, 5, 4, 3, 2, 1, 0])])
    func linesAreDealtOutToCalls(calls: Int, left: [Int]) {
        let bytes = [UInt8](repeating: 0, count: 512)
        bytes.withUnsafeBytes { bytes in
            var prefetch = Prefetch(capacity: 2)
            prefetch.append(bytes.baseAddress!, byteCount: 4 * Prefetch.lineBytes)
            prefetch.append(bytes.baseAddress!, byteCount: 2 * Prefetch.lineBytes + 1)
            #expect(prefetch.linesLeft == 7)
            prefetch.spread(over: calls)
            let seen = (0..<calls).map { _ in
                prefetch.issue()
                return prefetch.linesLeft
            }
            #expect(seen == left)
        }
    }

    /// Short rows stay in a cache; long ones are cut alike, however many threads there are.
    @Test func onlyLongRowsAreShared() throws {
        func passes(_ length: Int, _ mask: Mask, threads: Int) throws -> SharedPasses {
            let shape = try AttentionShape(queryLength: length, headDimension: 64)
            return SharedPasses(try Self.blocks(shape, mask), threads: threads, .standard)
        }
        #expect(try passes(16_384, .causal, threads: 1).blocksPerItem == 1)
        #expect(try passes(16_384, .causal, threads: 1).chunkKeys == 16_384)
        #expect(try passes(1 << 20, .slidingWindow(1024), threads: 1).blocksPerItem == 1)
        let long = try [1, 2, 1000].map { try passes(65_536, .causal, threads: $0) }
        #expect(long[0].blocksPerItem == SharedPasses.mostBlocks && long[2].blocksPerItem == 1)
        #expect(Set(long.map(\.chunkKeys)).count == 1)
        #expect(long[0].chunkKeys.isMultiple(of: Tuning.standard.keyTile) && long[0].chunkKeys < 2048)
    }

    private static let masks: [Mask] = [
        .full, .causal, .slidingWindow(1), .slidingWindow(200), .slidingWindow(600), .symmetricWindow(radius: 150),
        .attentionSink(sinks: 4, window: 200), .attentionSink(sinks: 200, window: 31), .chunkedLocal(100),
        .chunkedLocal(300),
    ]

    /// Chunks of half a tile, of one, and of more; more blocks than there are. (Each cut costs a rounding of the sums: in
    /// chunks of eight keys they would exceed the bound.)
    @Test(arguments: masks, ElementType.allCases)
    func aSharedPassComputesWhatOneBlockDoes(mask: Mask, type: ElementType) throws {
        for (blocksPerItem, chunkKeys) in [(3, 72), (8, 144), (2, 288), (40, 1000)] {
            let shape = try AttentionShape(
                queryHeads: 3, keyValueHeads: 1, queryLength: 301, keyLength: 301 + 50, headDimension: 24)
            let problem = try AttentionProblem(shape: shape, mask: mask, elementType: type)
            let inputs = AttentionInputs(shape: shape, elementType: type, seed: 9)
            let passes = SharedPasses(
                QueryBlocks(problem: problem, coverage: .visible), blocksPerItem: blocksPerItem, chunkKeys: chunkKeys)
            let kernel = try FusedAttention(for: problem, on: WorkerTeam(threads: 2), .standard, passes)
            var output = Tensor(type, dimensions: AttentionInputs.queryDimensions(shape))
            kernel.run(inputs, into: &output)
            let rows = Accuracy.sampledRows(of: problem, atMost: 40, seed: 2)
            let accuracy = Accuracy(of: output, for: problem, inputs, rows: rows)
            #expect(accuracy.isAccepted, "\(chunkKeys): \(accuracy)")
            #expect(kernel.countedPairs == FusedForm().computedPairs(for: problem))
        }
    }

    /// Blocks that have to be done again with care leave their neighbours alone.
    @Test func aNonFiniteValueStaysInItsRows() throws {
        let shape = try AttentionShape(queryLength: 300, headDimension: 24)
        let problem = try AttentionProblem(shape: shape, mask: .slidingWindow(20))
        let inputs = InputPattern.valueNaN.makeInputs(shape: shape, seed: 3)
        let passes = SharedPasses(
            QueryBlocks(problem: problem, coverage: .visible), blocksPerItem: 4, chunkKeys: 144)
        var output = Tensor(dimensions: AttentionInputs.queryDimensions(shape))
        try FusedAttention(for: problem, on: WorkerTeam(), .standard, passes).run(inputs, into: &output)
        for row in 0..<shape.queryLength {
            let isTouched = (0..<shape.headDimension).contains { !output[row * shape.headDimension + $0].isFinite }
            #expect(isTouched == problem.pairs.visibleKeys(row: row).contains(150), "row \(row)")
        }
    }
}
