import Attention
import CVector
import Hardware

/// One decoding step over the blocks of keys that the last token selects.
///
/// The means of the blocks are kept beside the cache, so that a step reads n / B means and k · B keys and values, each once. A step has one
/// query a head, so that keys are multiplied one by one: reading them is what takes the time. Query heads of one key/value head choose each for
/// itself, and are computed each for itself; more threads than heads gain nothing.
final class TopBlocksStep: KernelInstance {
    private let problem: AttentionProblem
    private let team: WorkerTeam
    private let means: BlockMeans
    private let size: TopBlocksStepSize
    /// Keys of each key/value head [tokens][stride], in the element type; then values.
    private let cache: UnsafeMutableRawPointer
    private let workers: [TopBlocksStepWorker]
    private(set) var countedPairs = 0

    init(for problem: AttentionProblem, on team: WorkerTeam) {
        (self.problem, self.team) = (problem, team)
        let (means, size) = (BlockMeans(for: problem), TopBlocksStepSize(problem))
        let cache = UnsafeMutableRawPointer.allocate(byteCount: 2 * size.halfBytes, alignment: 64)
        cache.initializeMemory(as: UInt8.self, repeating: 0, count: 2 * size.halfBytes)
        (self.means, self.size, self.cache) = (means, size, cache)
        workers = (0..<team.threadCount).map { _ in TopBlocksStepWorker(problem, means, size, cache) }
    }

    deinit { cache.deallocate() }

    static func computedPairs(for problem: AttentionProblem) -> Int {
        Work(.decode, problem: problem, computedPairs: nil).usefulPairs
    }

    static func scratchBytes(for problem: AttentionProblem, threads: Int) -> Int {
        let size = TopBlocksStepSize(problem)
        return 2 * size.halfBytes + BlockMeans.byteCount(problem)
            + threads * (size.workerFloats * 4 + BlockChooser.byteCount(problem, lanes: 1))
    }

    func load(from inputs: borrowing AttentionInputs) {
        var unused = Tensor(problem.elementType, dimensions: AttentionInputs.queryDimensions(problem.shape))
        TensorPointers.with(inputs, &unused) { tensors in
            for token in 0..<problem.shape.keyLength - 1 { write(token, tensors) }
            // The last block that has a mean ended before the last token.
            means.prepare(from: tensors.key, on: team)
        }
    }

    /// Puts a token's keys and values of all heads into the cache.
    private func write(_ token: Int, _ tensors: TensorPointers) {
        let (shape, type) = (problem.shape, problem.elementType)
        let rowBytes = shape.headDimension * type.byteCount
        for group in 0..<shape.batch * shape.keyValueHeads {
            let source = (group * shape.keyLength + token) * rowBytes
            let target = (group * shape.keyLength + token) * size.rowBytes
            (cache + target).copyMemory(from: tensors.key + source, byteCount: rowBytes)
            (cache + size.halfBytes + target).copyMemory(from: tensors.value + source, byteCount: rowBytes)
        }
    }

    func run(_ inputs: borrowing AttentionInputs, into output: inout Tensor) {
        let (workers, problem, shape) = (workers, problem, problem.shape)
        for worker in workers { (worker.pairs, worker.scores) = (0, 0) }
        TensorPointers.with(inputs, &output) {
            nonisolated(unsafe) let tensors = $0
            write(shape.keyLength - 1, tensors)
            team.forEach(count: shape.batch * shape.queryHeads) { worker, head in
                switch problem.elementType {
                case .float32: workers[worker].attend(Float32Rows.self, head: head, tensors)
                case .bfloat16: workers[worker].attend(BFloat16Rows.self, head: head, tensors)
                case .float16: workers[worker].attend(Float16Rows.self, head: head, tensors)
                }
            }
        }
        countedPairs = workers.reduce(0) { $0 + $1.pairs } + (workers.reduce(0) { $0 + $1.scores } + 1) / 2
    }
}

struct TopBlocksStepSize {
    /// d in whole vectors.
    let stride: Int
    let rowBytes: Int
    /// Of all keys, or of all values.
    let halfBytes: Int
    /// Keys that a query attends to.
    let keys: Int

    init(_ problem: AttentionProblem) {
        let shape = problem.shape
        stride = Lanes.wholeVectors(shape.headDimension)
        rowBytes = stride * problem.elementType.byteCount
        halfBytes = shape.batch * shape.keyValueHeads * shape.keyLength * rowBytes
        keys = problem.pairs.allowed
    }

    /// The query, the output, and a score of each key.
    var workerFloats: Int { 2 * stride + keys + Lanes.lanes }
}

/// What one worker needs to attend the query of one head, allocated once.
private final class TopBlocksStepWorker: @unchecked Sendable {
    private let problem: AttentionProblem
    private let selection: BlockSelection
    private let means: BlockMeans
    private let size: TopBlocksStepSize
    private let cache: UnsafeRawPointer
    private let chooser: BlockChooser
    /// [stride], 0 past the last element.
    private let query: UnsafeMutablePointer<Float>
    private let output: UnsafeMutablePointer<Float>
    /// [keys], scores and then weights.
    private let weights: UnsafeMutablePointer<Float>
    private let chosen: UnsafeMutablePointer<Int32>
    var pairs = 0
    var scores = 0

    init(_ problem: AttentionProblem, _ means: BlockMeans, _ size: TopBlocksStepSize, _ cache: UnsafeRawPointer) {
        (self.problem, selection, self.means) = (problem, means.selection, means)
        (self.size, self.cache) = (size, cache)
        chooser = BlockChooser(problem, means, lanes: 1)
        query = .allocate(capacity: size.workerFloats)
        query.initialize(repeating: 0, count: size.workerFloats)
        output = query + size.stride
        weights = output + size.stride
        chosen = .allocate(capacity: max(1, selection.chosenBlocks(at: problem.shape.keyLength - 1)))
    }

    deinit {
        query.deallocate()
        chosen.deallocate()
    }

    func attend<Rows: ElementRows>(_: Rows.Type, head: Int, _ tensors: TensorPointers) {
        let (shape, type) = (problem.shape, problem.elementType)
        let (group, last) = (head / shape.groupSize, shape.keyLength - 1)
        let source = tensors.query + head * shape.headDimension * type.byteCount
        for x in 0..<shape.headDimension { query[x] = type.element(x, of: source) }
        choose(BlockChooser.Query(elements: source, group: group, blocks: selection.earlierBlocks(at: last)))

        var count = 0
        forEachRange { count = score(Rows.self, $0, ofGroup: group, from: count) }
        pairs += count
        let sum = weigh(count: count)
        output.update(repeating: 0, count: size.stride)
        var place = 0
        forEachRange { place = add(Rows.self, $0, ofGroup: group, from: place) }
        guard sum > 0, areFinite(output, count: shape.headDimension) else {
            var ranges: [Range<Int>] = []
            forEachRange { ranges.append($0) }
            return WideRow.write(Accuracy.OutputRow(head: head, row: 0), over: ranges, of: problem, tensors)
        }
        let normaliser = broadcast(1 / sum)
        for x in stride(from: 0, to: size.stride, by: Lanes.lanes) { store(load(output, x) * normaliser, output, x) }
        type.write(output, count: shape.headDimension, to: tensors.output + head * shape.headDimension * type.byteCount)
    }

    /// The chosen blocks, and the keys of the last token's own block.
    private func forEachRange(_ body: (Range<Int>) -> Void) {
        let last = problem.shape.keyLength - 1
        for place in 0..<selection.chosenBlocks(at: last) {
            body(selection.keys(ofBlock: Int(chosen[place]), keyLength: problem.shape.keyLength))
        }
        body(selection.earlierBlocks(at: last) * selection.blockLength..<problem.shape.keyLength)
    }

    private func choose(_ one: BlockChooser.Query) {
        let last = problem.shape.keyLength - 1
        guard selection.chooses(at: last) else {
            for block in 0..<selection.chosenBlocks(at: last) { chosen[block] = Int32(block) }
            return
        }
        let rows = means.rounded(ofGroup: one.group)
        for block in 0..<one.blocks {
            chooser.scores[block] = product(Float32Rows.self, UnsafeRawPointer(rows + block * means.stride))
        }
        scores += one.blocks
        chooser.reset(lane: 0, compares: true)
        chooser.scan(blocks: 0..<one.blocks, lane: 0)
        let squares = product(Float32Rows.self, UnsafeRawPointer(query))
        chooser.choose(one, lane: 0, squares: squares, into: chosen)
    }

    /// Of the query and a row, over whole vectors.
    @inline(__always)
    private func product<Rows: ElementRows>(_: Rows.Type, _ row: UnsafeRawPointer) -> Float {
        let elementBytes = Rows.layout.byteCount
        var (even, odd) = (Lanes.zero, Lanes.zero)
        var x = 0
        while x &+ 2 &* Lanes.lanes <= size.stride {
            even = vector_fma(load(query, x), Rows.widened(row + x &* elementBytes), even)
            odd = vector_fma(load(query, x &+ Lanes.lanes), Rows.widened(row + (x &+ Lanes.lanes) &* elementBytes), odd)
            x &+= 2 &* Lanes.lanes
        }
        if x < size.stride { even = vector_fma(load(query, x), Rows.widened(row + x &* elementBytes), even) }
        return vector_horizontal_sum(even + odd)
    }

    /// Writes the scores of some keys, and returns where the next ones go.
    private func score<Rows: ElementRows>(_: Rows.Type, _ keys: Range<Int>, ofGroup group: Int, from start: Int) -> Int
    {
        var row = cache + (group * problem.shape.keyLength + keys.lowerBound) * size.rowBytes
        for place in start..<start + keys.count {
            weights[place] = product(Rows.self, row)
            row += size.rowBytes
        }
        return start + keys.count
    }

    /// Turns scores into weights e^(scale · (score − largest)), and gives their sum.
    private func weigh(count: Int) -> Float {
        for place in count..<count + Lanes.lanes { weights[place] = -.infinity }
        var most = broadcast(-.greatestFiniteMagnitude)
        for place in stride(from: 0, to: count, by: Lanes.lanes) { most = vector_max(load(weights, place), most) }
        let (largest, factor) = (broadcast(vector_largest(most)), broadcast(problem.scale * log2E))
        var sum = Lanes.zero
        for place in stride(from: 0, to: count, by: Lanes.lanes) {
            let weight = exp2((load(weights, place) - largest) * factor)
            sum += weight
            store(weight, weights, place)
        }
        return vector_horizontal_sum(sum)
    }

    /// Adds the values of some keys, and returns where the weights of the next ones are.
    private func add<Rows: ElementRows>(_: Rows.Type, _ keys: Range<Int>, ofGroup group: Int, from start: Int) -> Int {
        let elementBytes = Rows.layout.byteCount
        var row = cache + size.halfBytes + (group * problem.shape.keyLength + keys.lowerBound) * size.rowBytes
        for place in start..<start + keys.count {
            let weight = broadcast(weights[place])
            var x = 0
            while x < size.stride {
                store(vector_fma(weight, Rows.widened(row + x &* elementBytes), load(output, x)), output, x)
                x &+= Lanes.lanes
            }
            row += size.rowBytes
        }
        return start + keys.count
    }
}

extension Kernel {
    public static let decodeTopKBlocks = Kernel(
        "decode-top-k-blocks",
        summary: "one token against its own block and the k − 1 earlier ones of the largest mean score",
        phase: .decode, masks: .causal, selectsBlocks: true, computedPairs: TopBlocksStep.computedPairs,
        scratchBytes: TopBlocksStep.scratchBytes,
        make: { problem, team in TopBlocksStep(for: problem, on: team) })
}
