import Attention

/// What one worker of linear attention needs: the state of one head, and one chunk of tokens as float32.
final class LinearWorker: @unchecked Sendable {
    private let problem: AttentionProblem
    private let chunks: LinearChunks
    private let size: LinearScratch
    private let memory: UnsafeMutablePointer<Float>
    /// Where sums over the keys of a chunk begin and end, of one granule of rows.
    private let runs: UnsafeMutablePointer<StepRun>
    private let rule: DeltaRule?
    /// Counted in halves, as a state that is read, or updated, is d / 2 pairs.
    var computedHalfPairs = 0

    init(for problem: AttentionProblem, chunk: Int) {
        self.problem = problem
        chunks = LinearChunks(problem, chunk: chunk)
        size = LinearScratch(problem, chunk: chunks.size)
        memory = .allocateZeros(size.floats)
        runs = .allocate(capacity: size.panels)
        runs.initialize(repeating: StepRun(scalars: 0, vectors: 0, count: 0), count: size.panels)
        rule = problem.weighting == .gatedDelta ? DeltaRule(for: problem, tokens: chunks.size) : nil
    }

    deinit {
        memory.deallocate()
        runs.deallocate()
    }

    static func byteCount(_ problem: AttentionProblem, chunk: Int) -> Int {
        let tokens = LinearChunks.size(problem, chunk: chunk)
        let size = LinearScratch(problem, chunk: tokens)
        return size.floats * MemoryLayout<Float>.size + size.panels * MemoryLayout<StepRun>.stride
            + (problem.weighting == .gatedDelta ? DeltaRule.byteCount(tokens: tokens) : 0)
    }

    /// So that the sizes of a state can be counted.
    static func requireState(of problem: AttentionProblem) throws(UnsupportedProblem) {
        let d = problem.shape.headDimension
        guard d <= mostElements else {
            throw UnsupportedProblem(
                "the state of a head of \(d) elements would have \(d) × \(d); heads of up to \(mostElements) elements are taken"
            )
        }
    }

    static let mostElements = 1 << 15

    private var state: ColumnPanels { size.state(in: memory) }
    private var values: ColumnPanels { size.values(in: memory) }
    private var outputs: ColumnPanels { size.outputs(in: memory) }

    /// All query heads of a key/value head, from the first token to the last; `group` counts over batches.
    func attend(group: Int, _ tensors: TensorPointers) {
        state.clear()
        for index in 0..<chunks.count {
            let chunk = chunks[index]
            let tokens = read(chunk, ofGroup: group, tensors)
            if !chunk.queries.isEmpty {
                for member in 0..<problem.shape.groupSize {
                    answer(tokens, ofHead: group * problem.shape.groupSize + member, tensors)
                }
            }
            add(tokens)
        }
    }

    /// The state of a key/value head [d][d] after its first tokens.
    func state(after tokens: Int, ofGroup group: Int, _ tensors: TensorPointers) -> ColumnPanels {
        state.clear()
        for start in stride(from: 0, to: tokens, by: chunks.size) {
            let keys = start..<min(start + chunks.size, tokens)
            add(read(LinearChunk(keys: keys, queries: 0..<0, firstPosition: 0), ofGroup: group, tensors))
        }
        return state
    }

    /// A chunk, of which keys, values and what they are weighted with are in this worker's memory.
    private struct Tokens {
        let chunk: LinearChunk
        let keys: Rows
    }

    /// Rows of d elements, and how far apart they begin.
    private struct Rows {
        let elements: UnsafePointer<Float>
        let stride: Int

        func scalars(_ rows: Range<Int>, vectors: UnsafePointer<Float>) -> RunOperands {
            RunOperands(
                scalars: elements + rows.lowerBound * stride, rows: rows.count, rowStride: stride, stepStride: 1,
                vectors: vectors)
        }
    }

    private func read(_ chunk: LinearChunk, ofGroup group: Int, _ tensors: TensorPointers) -> Tokens {
        let (shape, d) = (problem.shape, problem.shape.headDimension)
        let first = group * shape.keyLength + chunk.keys.lowerBound
        let own = first..<first + chunk.keys.count
        let keys = rows(tensors.key, own, into: size.keys)
        let keyMatrix = ElementMatrix(elements: tensors.key, elementType: problem.elementType, columns: d)
        let valueMatrix = ElementMatrix(elements: tensors.value, elementType: problem.elementType, columns: d)
        for panel in 0..<chunk.panels {
            let lanes = TokenLanes(firstToken: own.lowerBound + panel * QueryBlock.width, tokens: own.upperBound)
            keyMatrix.transpose(lanes, into: memory + size.keyColumns(panel))
            valueMatrix.copyPanels(lanes, into: values, row: panel * QueryBlock.width)
        }
        let tokens = Tokens(chunk: chunk, keys: keys)
        if let rule {
            rule.read(chunk, ofGroup: group, tensors)
            correct(tokens, rule)
        }
        return tokens
    }

    /// Where they lie if they are float32 there, or else a copy.
    private func rows(_ tensor: UnsafeRawPointer, _ rows: Range<Int>, into place: Int) -> Rows {
        let d = problem.shape.headDimension
        guard problem.elementType != .float32 else {
            return Rows(elements: tensor.assumingMemoryBound(to: Float.self) + rows.lowerBound * d, stride: d)
        }
        ElementMatrix(elements: tensor, elementType: problem.elementType, columns: d).copyRows(
            MatrixPart(rows: rows, columns: 0..<d), into: memory + place, stride: size.stride)
        return Rows(elements: UnsafePointer(memory + place), stride: size.stride)
    }

    /// What the delta rule writes in the place of the values.
    private func correct(_ tokens: Tokens, _ rule: DeltaRule) {
        let count = tokens.chunk.keys.count
        // Nothing has been answered yet, and the memory of the outputs is free.
        readState(tokens.keys, rows: count)
        for row in 0..<count {
            values.combine(row, times: rule.strengths[row], with: outputs, times: -rule.heldFactor(row))
        }
        score(tokens.keys, rows: count, from: 0, tokens.chunk)
        for panel in 0..<tokens.chunk.panels {
            for row in tokens.chunk.firstRow(seeing: panel, of: count, from: 0)..<count {
                let scores = memory + size.scores(panel: panel, row: row)
                rule.weighKeys(scores, row: row, panel: panel)
            }
        }
        for rows in LinearChunk.granules(of: count) {
            addValues(to: values, rows: rows, keys: rows.lowerBound)
            values.substitute(rows) { row, earlier in
                memory[size.scores(panel: earlier / QueryBlock.width, row: row) + earlier % QueryBlock.width]
            }
            computedHalfPairs += rows.count * (rows.count - 1) / 2
        }
    }

    /// S += Kᵀ · U.
    private func add(_ tokens: Tokens) {
        let (d, count) = (problem.shape.headDimension, tokens.chunk.keys.count)
        if let rule {
            state.scale(rows: 0..<d) { _ in rule.decayOfChunk }
            values.scale(rows: 0..<count) { rule.remainder($0) }
        }
        computedHalfPairs += d * count
        runs.pointee = StepRun(scalars: 0, vectors: 0, count: count)
        for panel in 0..<state.count {
            addRuns(
                Tile<Float32Product>.self,
                RunOperands(
                    scalars: tokens.keys.elements, rows: d, rowStride: 1, stepStride: tokens.keys.stride,
                    vectors: values.panel(panel)),
                over: UnsafeBufferPointer(start: runs, count: 1),
                into: OutputSums(floats: state.panel(panel), startAnew: false))
        }
    }

    /// Outputs of the queries of a chunk; `head` counts over batches.
    private func answer(_ tokens: Tokens, ofHead head: Int, _ tensors: TensorPointers) {
        let (chunk, queries, place) = (tokens.chunk, tokens.chunk.queries, tokens.chunk.firstPlace)
        let start = head * problem.shape.queryLength + queries.lowerBound
        let rows = rows(tensors.query, start..<start + queries.count, into: size.queries)
        readState(rows, rows: queries.count)
        if let rule { outputs.scale(rows: 0..<queries.count) { rule.decay(place + $0) } }
        score(rows, rows: queries.count, from: place, chunk)
        for panel in 0..<chunk.panels {
            for row in chunk.firstRow(seeing: panel, of: queries.count, from: place)..<queries.count {
                let scores = memory + size.scores(panel: panel, row: row)
                if let rule { rule.weigh(scores, row: place + row, panel: panel) }
                let hidden = place + row + 1 - panel * QueryBlock.width
                for lane in min(hidden, QueryBlock.width)..<QueryBlock.width { scores[lane] = 0 }
            }
        }
        for rows in LinearChunk.granules(of: queries.count) {
            addValues(to: outputs, rows: rows, keys: min(place + rows.upperBound, chunk.keys.count))
        }
        for row in 0..<queries.count { write(row, of: queries, ofHead: head, tensors) }
    }

    /// O = rows · S.
    private func readState(_ rows: Rows, rows count: Int) {
        computedHalfPairs += count * problem.shape.headDimension
        runs.pointee = StepRun(scalars: 0, vectors: 0, count: problem.shape.headDimension)
        for panel in 0..<outputs.count {
            addRuns(
                Tile<Float32Product>.self, rows.scalars(0..<count, vectors: state.panel(panel)),
                over: UnsafeBufferPointer(start: runs, count: 1),
                into: OutputSums(floats: outputs.panel(panel), startAnew: true))
        }
    }

    /// P = rows · Kᵀ, of panels of keys that some row sees.
    /// - Parameter place: of the first row among the keys
    private func score(_ rows: Rows, rows count: Int, from place: Int, _ chunk: LinearChunk) {
        runs.pointee = StepRun(scalars: 0, vectors: 0, count: problem.shape.headDimension)
        for panel in 0..<chunk.panels {
            let first = chunk.firstRow(seeing: panel, of: count, from: place)
            guard first < count else { continue }
            computedHalfPairs += (count - first) * chunk.keys(ofPanel: panel)
            addRuns(
                Tile<Float32Product>.self, rows.scalars(first..<count, vectors: memory + size.keyColumns(panel)),
                over: UnsafeBufferPointer(start: runs, count: 1),
                into: OutputSums(floats: memory + size.scores(panel: panel, row: first), startAnew: true))
        }
    }

    /// Sums += P · U, of one granule of rows and the first keys of the chunk.
    private func addValues(to sums: ColumnPanels, rows: Range<Int>, keys: Int) {
        guard keys > 0 else { return }
        let width = QueryBlock.width
        computedHalfPairs += rows.count * keys
        let panels = (keys + width - 1) / width
        for panel in 0..<panels {
            runs[panel] = StepRun(
                scalars: panel * size.rows * width, vectors: panel * width * width,
                count: min(width, keys - panel * width))
        }
        for panel in 0..<sums.count {
            addRuns(
                RowTile.self,
                RunOperands(
                    scalars: memory + size.scores(panel: 0, row: rows.lowerBound), rows: rows.count, rowStride: width,
                    stepStride: 1, vectors: values.panel(panel)),
                over: UnsafeBufferPointer(start: runs, count: panels),
                into: OutputSums(floats: sums.panel(panel, row: rows.lowerBound), startAnew: false))
        }
    }

    private func write(_ row: Int, of queries: Range<Int>, ofHead head: Int, _ tensors: TensorPointers) {
        let (shape, type) = (problem.shape, problem.elementType)
        let start = (head * shape.queryLength + queries.lowerBound + row) * shape.headDimension
        guard outputs.isFinite(row) else {
            return WideRow.write(queries.lowerBound + row, ofHead: head, of: problem, tensors)
        }
        let target = tensors.output + start * type.byteCount
        let query = tensors.query + start * type.byteCount
        let factor = problem.scale * (rule == nil ? 1 : DeltaRule.inverseLength(query, of: problem))
        switch type {
        case .float32: outputs.write(Float32Rows.self, row: row, times: factor, to: target)
        case .bfloat16: outputs.write(BFloat16Rows.self, row: row, times: factor, to: target)
        case .float16: outputs.write(Float16Rows.self, row: row, times: factor, to: target)
        }
    }
}

/// Where a worker's parts lie in its memory, in floats.
private struct LinearScratch {
    /// For which each panel of tokens has room: whole panels, and what the last register tile writes past them.
    let rows: Int
    /// Of tokens.
    let panels: Int
    /// d in whole vectors.
    let stride: Int
    /// Each [rows][stride]; empty where tensors are float32 themselves.
    let queries: Int
    let keys: Int
    let floats: Int
    private let d: Int
    private let firstValues: Int
    private let firstOutputs: Int
    private let firstScores: Int
    private let firstColumns: Int

    init(_ problem: AttentionProblem, chunk: Int) {
        // Larger heads are refused; a plan asks for their memory all the same.
        d = min(problem.shape.headDimension, LinearWorker.mostElements)
        panels = (chunk + QueryBlock.width - 1) / QueryBlock.width
        rows = panels * QueryBlock.width + tileRows
        stride = Lanes.wholeVectors(d)
        firstValues = ColumnPanels.floatCount(rows: d + tileRows, d: d)
        firstOutputs = firstValues + ColumnPanels.floatCount(rows: rows, d: d)
        firstScores = firstOutputs + ColumnPanels.floatCount(rows: rows, d: d)
        firstColumns = firstScores + panels * rows * QueryBlock.width
        queries = firstColumns + panels * ElementMatrix.transposedFloats(columns: d)
        let copied = problem.elementType == .float32 ? 0 : rows * stride
        keys = queries + copied
        floats = keys + copied
    }

    /// S
    func state(in memory: UnsafeMutablePointer<Float>) -> ColumnPanels {
        ColumnPanels(floats: memory, rows: d + tileRows, d: d)
    }

    /// V, or what the delta rule writes in its place.
    func values(in memory: UnsafeMutablePointer<Float>) -> ColumnPanels {
        ColumnPanels(floats: memory + firstValues, rows: rows, d: d)
    }

    func outputs(in memory: UnsafeMutablePointer<Float>) -> ColumnPanels {
        ColumnPanels(floats: memory + firstOutputs, rows: rows, d: d)
    }

    /// Of a row with the keys of a panel.
    func scores(panel: Int, row: Int) -> Int { firstScores + (panel * rows + row) * QueryBlock.width }

    /// Kᵀ of a panel [d][width].
    func keyColumns(_ panel: Int) -> Int { firstColumns + panel * ElementMatrix.transposedFloats(columns: d) }
}
