import Attention
import COpenBLAS
import CVector
import Hardware

/// One decoding step of linear attention: S′ = S + kᵀ v of the last token, o = scale · q · S′.
///
/// The state of the tokens before is all that is kept, so that a step costs the same after a thousand tokens as after ten million.
/// It reads S and writes S′, d × d elements of float32 each, and does four FLOPs for each of them: memory, or a cache, is
/// the limit. All query heads of a key/value head share the one pass. Each call begins with the same S, so that every call is the same
/// step.
final class LinearStep: KernelInstance {
    private let problem: AttentionProblem
    private let team: WorkerTeam
    private let workers: [LinearWorker]
    private let size: LinearStepSize
    /// S of each key/value head [batch · keyValueHeads][d][d], then as many S′, then a scratch of each worker.
    private let memory: UnsafeMutablePointer<Float>
    private(set) var countedPairs = 0

    init(for problem: AttentionProblem, on team: WorkerTeam, chunk: Int) throws(UnsupportedProblem) {
        try LinearWorker.requireState(of: problem)
        openblas_set_num_threads(1)
        (self.problem, self.team) = (problem, team)
        workers = (0..<team.threadCount).map { _ in LinearWorker(for: problem, chunk: chunk) }
        size = LinearStepSize(problem, threads: team.threadCount)
        memory = .allocate(capacity: size.floats)
        memory.initialize(repeating: 0, count: size.floats)
    }

    deinit { memory.deallocate() }

    static func computedPairs(for problem: AttentionProblem) -> Int {
        Work(.decode, problem: problem, computedPairs: nil).usefulPairs
    }

    static func scratchBytes(for problem: AttentionProblem, threads: Int, chunk: Int) -> Int {
        LinearStepSize(problem, threads: threads).floats * MemoryLayout<Float>.size
            + LinearAttention.scratchBytes(for: problem, threads: threads, chunk: chunk)
    }

    func load(from inputs: borrowing AttentionInputs) {
        var unused = Tensor(problem.elementType, dimensions: AttentionInputs.queryDimensions(problem.shape))
        let (workers, size, tokens) = (workers, size, problem.shape.keyLength - 1)
        nonisolated(unsafe) let states = memory
        states.update(repeating: 0, count: size.groups * size.stateFloats)
        TensorPointers.with(inputs, &unused) {
            nonisolated(unsafe) let tensors = $0
            team.forEach(count: size.groups) { worker, group in
                workers[worker].absorb(
                    0..<tokens, ofGroup: group, tensors, into: states + group * size.stateFloats)
            }
        }
    }

    func run(_ inputs: borrowing AttentionInputs, into output: inout Tensor) {
        let (problem, size) = (problem, size)
        nonisolated(unsafe) let memory = memory
        // One state a key/value head, read by each of its query heads: there is nothing else to count.
        countedPairs = Self.computedPairs(for: problem)
        TensorPointers.with(inputs, &output) {
            nonisolated(unsafe) let tensors = $0
            team.forEach(count: size.groups) { worker, group in
                LinearStepGroup(problem, size, tensors, group: group).step(
                    from: memory + group * size.stateFloats,
                    to: memory + (size.groups + group) * size.stateFloats,
                    scratch: memory + size.firstScratch + worker * size.scratchFloats)
            }
        }
    }
}

private struct LinearStepSize {
    let groups: Int
    let stateFloats: Int
    /// d in whole vectors.
    let stride: Int
    /// Of a worker: key, value, and of each query head of a group the query and the output.
    let scratchFloats: Int
    let firstScratch: Int
    let floats: Int

    init(_ problem: AttentionProblem, threads: Int) {
        // Larger heads are refused; a plan asks for their memory all the same.
        let (shape, d) = (problem.shape, min(problem.shape.headDimension, LinearWorker.mostElements))
        groups = shape.batch * shape.keyValueHeads
        stride = (d + Lanes.lanes - 1) / Lanes.lanes * Lanes.lanes
        stateFloats = d * d
        scratchFloats = (2 + 2 * shape.groupSize) * stride
        firstScratch = 2 * groups * stateFloats
        floats = firstScratch + threads * scratchFloats
    }
}

/// The query heads of one key/value head.
private struct LinearStepGroup {
    private let problem: AttentionProblem
    private let size: LinearStepSize
    private let tensors: TensorPointers
    private let group: Int

    init(_ problem: AttentionProblem, _ size: LinearStepSize, _ tensors: TensorPointers, group: Int) {
        (self.problem, self.size, self.tensors, self.group) = (problem, size, tensors, group)
    }

    func step(
        from state: UnsafePointer<Float>, to next: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>
    ) {
        let (shape, d, stride) = (problem.shape, problem.shape.headDimension, size.stride)
        let (key, value, queries) = (scratch, scratch + stride, scratch + 2 * stride)
        let outputs = queries + shape.groupSize * stride
        let token = (group + 1) * shape.keyLength - 1
        widen(tensors.key, row: token, into: key)
        widen(tensors.value, row: token, into: value)
        for member in 0..<shape.groupSize {
            widen(tensors.query, row: group * shape.groupSize + member, into: queries + member * stride)
        }
        outputs.update(repeating: 0, count: shape.groupSize * stride)
        let whole = d / Lanes.lanes * Lanes.lanes
        for row in 0..<d {
            let (own, new) = (state + row * d, next + row * d)
            let weight = broadcast(key[row])
            for column in Swift.stride(from: 0, to: whole, by: Lanes.lanes) {
                let sum = vector_fma(weight, load(value, column), load(own, column))
                store(sum, new, column)
                for member in 0..<shape.groupSize {
                    let place = member * stride + column
                    let query = broadcast(queries[member * stride + row])
                    store(vector_fma(query, sum, load(outputs, place)), outputs, place)
                }
            }
            for column in whole..<d {
                new[column] = own[column] + key[row] * value[column]
                for member in 0..<shape.groupSize {
                    outputs[member * stride + column] += queries[member * stride + row] * new[column]
                }
            }
        }
        for member in 0..<shape.groupSize { write(outputs + member * stride, ofHead: group * shape.groupSize + member) }
    }

    private func widen(_ tensor: UnsafeRawPointer, row: Int, into target: UnsafeMutablePointer<Float>) {
        let d = problem.shape.headDimension
        ElementMatrix(elements: tensor, elementType: problem.elementType, columns: d).copyRows(
            MatrixPart(rows: row..<row + 1, columns: 0..<d), into: target, stride: size.stride)
    }

    private func write(_ output: UnsafeMutablePointer<Float>, ofHead head: Int) {
        let d = problem.shape.headDimension
        for column in 0..<d { output[column] *= problem.scale }
        guard areFinite(output, count: d) else {
            return WideRow.write(0, ofHead: head, of: problem, tensors)
        }
        problem.elementType.write(output, count: d, to: tensors.output + head * d * problem.elementType.byteCount)
    }
}

extension Kernel {
    public static let decodeLinear = decodeLinear(chunk: nil)

    /// - Parameter chunk: tokens that the cache takes at once; nil for as many as go with the size of a head.
    static func decodeLinear(chunk: Int?) -> Kernel {
        Kernel(
            "decode-linear", summary: "one token; updates and reads a state of d × d, whatever the number of tokens",
            phase: .decode, masks: .causal, weighting: .linear, computedPairs: LinearStep.computedPairs,
            scratchBytes: { LinearStep.scratchBytes(for: $0, threads: $1, chunk: chunk ?? LinearChunks.usual($0)) },
            make: { problem, team throws(UnsupportedProblem) in
                try LinearStep(for: problem, on: team, chunk: chunk ?? LinearChunks.usual(problem))
            })
    }
}
