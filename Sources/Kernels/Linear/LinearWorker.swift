import Attention
import COpenBLAS

/// What one worker of linear attention needs: the state of one head, and one chunk of tokens as float32.
final class LinearWorker: @unchecked Sendable {
    private let problem: AttentionProblem
    private let chunks: LinearChunks
    private let size: LinearScratch
    private let memory: UnsafeMutablePointer<Float>
    /// Counted in halves, as a state that is read, or updated, is d / 2 pairs.
    var computedHalfPairs = 0

    init(for problem: AttentionProblem, chunk: Int) {
        self.problem = problem
        chunks = LinearChunks(problem, chunk: chunk)
        size = LinearScratch(problem, chunk: chunks.size)
        memory = .allocate(capacity: size.floats)
        memory.initialize(repeating: 0, count: size.floats)
    }

    deinit { memory.deallocate() }

    static func byteCount(_ problem: AttentionProblem, chunk: Int) -> Int {
        LinearScratch(problem, chunk: LinearChunks.size(problem, chunk: chunk)).floats * MemoryLayout<Float>.size
    }

    /// OpenBLAS counts with 32 bits.
    static func requireState(of problem: AttentionProblem) throws(UnsupportedProblem) {
        let d = problem.shape.headDimension
        guard d <= mostElements else {
            throw UnsupportedProblem(
                "the state of a head of \(d) elements has \(d) × \(d), more than OpenBLAS can index; heads of up to "
                    + "\(mostElements) elements are taken")
        }
    }

    static let mostElements = 1 << 15

    /// All query heads of a key/value head, from the first token to the last; `group` counts over batches.
    func attend(group: Int, _ tensors: TensorPointers) {
        let state = memory + size.state
        state.update(repeating: 0, count: size.stateFloats)
        for index in 0..<chunks.count {
            let (keys, queries) = chunks[index]
            let tokens = read(keys, ofGroup: group, tensors)
            if !queries.isEmpty {
                for member in 0..<problem.shape.groupSize {
                    answer(queries, ofHead: group * problem.shape.groupSize + member, tokens, tensors)
                }
            }
            add(tokens, to: state)
        }
    }

    /// Adds some tokens of a key/value head to a state [d][d].
    func absorb(
        _ keys: Range<Int>, ofGroup group: Int, _ tensors: TensorPointers, into state: UnsafeMutablePointer<Float>
    ) {
        for start in stride(from: keys.lowerBound, to: keys.upperBound, by: chunks.size) {
            add(read(start..<min(start + chunks.size, keys.upperBound), ofGroup: group, tensors), to: state)
        }
    }

    /// Keys and values of a chunk, as float32.
    private struct Tokens {
        let range: Range<Int>
        let keys: Rows
        let values: Rows
    }

    /// Rows of d elements, and how far apart they begin.
    private struct Rows {
        let elements: UnsafePointer<Float>
        let stride: Int
    }

    private func read(_ keys: Range<Int>, ofGroup group: Int, _ tensors: TensorPointers) -> Tokens {
        let first = group * problem.shape.keyLength + keys.lowerBound
        return Tokens(
            range: keys, keys: rows(tensors.key, first..<first + keys.count, into: size.keys),
            values: rows(tensors.value, first..<first + keys.count, into: size.values))
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

    /// S += Kᵀ · V.
    private func add(_ tokens: Tokens, to state: UnsafeMutablePointer<Float>) {
        let d = problem.shape.headDimension
        computedHalfPairs += d * tokens.range.count
        cblas_sgemm(
            CblasRowMajor, CblasTrans, CblasNoTrans, Int32(d), Int32(d), Int32(tokens.range.count), 1,
            tokens.keys.elements, Int32(tokens.keys.stride), tokens.values.elements, Int32(tokens.values.stride), 1,
            state, Int32(d))
    }

    /// Outputs of the queries of a chunk; `head` counts over batches.
    private func answer(_ queries: Range<Int>, ofHead head: Int, _ tokens: Tokens, _ tensors: TensorPointers) {
        let (shape, d) = (problem.shape, problem.shape.headDimension)
        let (rowCount, keyCount) = (queries.count, tokens.range.count)
        let start = head * shape.queryLength + queries.lowerBound
        let query = rows(tensors.query, start..<start + rowCount, into: size.queries)
        let isDirect = problem.elementType == .float32
        let output = isDirect ? tensors.output.assumingMemoryBound(to: Float.self) + start * d : memory + size.outputs
        let outputStride = isDirect ? d : size.stride
        let scores = memory + size.scores
        computedHalfPairs += rowCount * (2 * keyCount + d)

        cblas_sgemm(
            CblasRowMajor, CblasNoTrans, CblasNoTrans, Int32(rowCount), Int32(d), Int32(d), problem.scale,
            query.elements, Int32(query.stride), memory + size.state, Int32(d), 0, output, Int32(outputStride))
        cblas_sgemm(
            CblasRowMajor, CblasNoTrans, CblasTrans, Int32(rowCount), Int32(keyCount), Int32(d), problem.scale,
            query.elements, Int32(query.stride), tokens.keys.elements, Int32(tokens.keys.stride), 0, scores,
            Int32(keyCount))
        let firstVisible = shape.firstPosition + queries.lowerBound - tokens.range.lowerBound + 1
        for row in 0..<rowCount {
            for column in min(firstVisible + row, keyCount)..<keyCount { scores[row * keyCount + column] = 0 }
        }
        cblas_sgemm(
            CblasRowMajor, CblasNoTrans, CblasNoTrans, Int32(rowCount), Int32(d), Int32(keyCount), 1, scores,
            Int32(keyCount), tokens.values.elements, Int32(tokens.values.stride), 1, output, Int32(outputStride))

        for row in 0..<rowCount {
            guard areFinite(output + row * outputStride, count: d) else {
                WideRow.write(queries.lowerBound + row, ofHead: head, of: problem, tensors)
                continue
            }
            if !isDirect {
                problem.elementType.write(
                    output + row * outputStride, count: d,
                    to: tensors.output + (start + row) * d * problem.elementType.byteCount)
            }
        }
    }
}

/// Where a worker's parts lie in its memory, in floats.
private struct LinearScratch {
    /// [d][d]
    let state = 0
    let stateFloats: Int
    /// P [chunk][chunk]
    let scores: Int
    /// Each [chunk][stride]; empty where tensors are float32 themselves.
    let queries: Int
    let keys: Int
    let values: Int
    let outputs: Int
    /// d in whole vectors.
    let stride: Int
    let floats: Int

    init(_ problem: AttentionProblem, chunk: Int) {
        // Larger heads are refused; a plan asks for their memory all the same.
        let d = min(problem.shape.headDimension, LinearWorker.mostElements)
        stride = (d + Lanes.lanes - 1) / Lanes.lanes * Lanes.lanes
        stateFloats = d * d
        let rows = problem.elementType == .float32 ? 0 : chunk * stride
        scores = stateFloats
        queries = scores + chunk * chunk
        keys = queries + rows
        values = keys + rows
        outputs = values + rows
        floats = outputs + rows
    }
}

extension ElementType {
    /// Rounds a row of float32 and writes it; `source` has room for whole vectors.
    func write(_ source: UnsafePointer<Float>, count: Int, to target: UnsafeMutableRawPointer) {
        for column in stride(from: 0, to: count, by: Lanes.lanes) {
            let (lanes, place) = (load(source, column), target + column * byteCount)
            let written = min(Lanes.lanes, count - column)
            switch self {
            case .float32: Float32Rows.write(lanes, to: place, count: written)
            case .bfloat16: BFloat16Rows.write(lanes, to: place, count: written)
            case .float16: Float16Rows.write(lanes, to: place, count: written)
            }
        }
    }
}
