import Attention
import CVector
import Hardware

/// One decoding step of linear attention: S′ = α S + kᵀ u of the last token, o = scale · q · S′, where u is its value v, or by the delta rule
/// β (v − α k · S).
///
/// The state of the tokens before is all that is kept, so that a step costs the same after a thousand tokens as after ten million.
/// It reads S and writes S′, d × d elements of float32 each, and does four FLOPs for each of them, or six: memory, or a cache, is
/// the limit. All query heads of a key/value head share the one pass, over some columns at a time: the delta rule reads these twice, the second
/// time from the nearest cache. Each call begins with the same S, so that every call is the same step.
final class LinearStep: KernelInstance {
    private let problem: AttentionProblem
    private let team: WorkerTeam
    private let workers: [LinearWorker]
    private let size: LinearStepSize
    /// S of each key/value head, then as many S′, then a scratch of each worker.
    private let memory: UnsafeMutablePointer<Float>
    private let halfPairs: UnsafeMutablePointer<Int>

    init(for problem: AttentionProblem, on team: WorkerTeam, chunk: Int) throws(UnsupportedProblem) {
        try LinearWorker.requireState(of: problem)
        (self.problem, self.team) = (problem, team)
        workers = (0..<team.threadCount).map { _ in LinearWorker(for: problem, chunk: chunk) }
        size = LinearStepSize(problem, threads: team.threadCount)
        memory = .allocateZeros(size.floats)
        halfPairs = .allocate(capacity: size.groups)
        halfPairs.initialize(repeating: 0, count: size.groups)
    }

    deinit {
        memory.deallocate()
        halfPairs.deallocate()
    }

    static func computedPairs(for problem: AttentionProblem) -> Int {
        Work(.decode, problem: problem, computedPairs: nil).usefulPairs
    }

    static func scratchBytes(for problem: AttentionProblem, threads: Int, chunk: Int) -> Int {
        LinearStepSize(problem, threads: threads).floats * MemoryLayout<Float>.size
            + LinearAttention.scratchBytes(for: problem, threads: threads, chunk: chunk)
    }

    /// Of the last step, as each head went through its state.
    var countedPairs: Int { ((0..<size.groups).reduce(0) { $0 + halfPairs[$1] } + 1) / 2 }

    func load(from inputs: borrowing AttentionInputs) {
        var unused = Tensor(problem.elementType, dimensions: AttentionInputs.queryDimensions(problem.shape))
        let (workers, size, tokens) = (workers, size, problem.shape.keyLength - 1)
        nonisolated(unsafe) let memory = memory
        TensorPointers.with(inputs, &unused) {
            nonisolated(unsafe) let tensors = $0
            team.forEach(count: size.groups) { worker, group in
                size.state(group, in: memory).take(
                    workers[worker].state(after: tokens, ofGroup: group, tensors))
            }
        }
    }

    func run(_ inputs: borrowing AttentionInputs, into output: inout Tensor) {
        let (problem, size) = (problem, size)
        nonisolated(unsafe) let (memory, halfPairs) = (memory, halfPairs)
        TensorPointers.with(inputs, &output) {
            nonisolated(unsafe) let tensors = $0
            team.forEach(count: size.groups) { worker, group in
                halfPairs[group] = LinearStepGroup(problem, tensors, group: group).step(
                    from: size.state(group, in: memory), to: size.state(size.groups + group, in: memory),
                    scratch: memory + size.firstScratch + worker * size.scratchFloats)
            }
        }
    }
}

private struct LinearStepSize {
    let groups: Int
    /// Of a worker: key, value, and of each query head of a group the query and the output.
    let scratchFloats: Int
    let firstScratch: Int
    let floats: Int
    private let stateFloats: Int
    private let d: Int

    init(_ problem: AttentionProblem, threads: Int) {
        // Larger heads are refused; a plan asks for their memory all the same.
        let shape = problem.shape
        d = min(shape.headDimension, LinearWorker.mostElements)
        groups = shape.batch * shape.keyValueHeads
        stateFloats = ColumnPanels.floatCount(rows: d, d: d)
        scratchFloats = (2 + 2 * shape.groupSize) * LinearStepGroup.stride(d)
        firstScratch = 2 * groups * stateFloats
        floats = firstScratch + threads * scratchFloats
    }

    func state(_ index: Int, in memory: UnsafeMutablePointer<Float>) -> ColumnPanels {
        ColumnPanels(floats: memory + index * stateFloats, rows: d, d: d)
    }
}

extension ColumnPanels {
    /// The same columns of panels that may have room for more rows.
    fileprivate func take(_ other: ColumnPanels) {
        for index in 0..<count { panel(index).update(from: other.panel(index), count: rows * QueryBlock.width) }
    }
}

/// The query heads of one key/value head.
private struct LinearStepGroup {
    private let problem: AttentionProblem
    private let tensors: TensorPointers
    private let group: Int
    private let d: Int

    init(_ problem: AttentionProblem, _ tensors: TensorPointers, group: Int) {
        (self.problem, self.tensors, self.group) = (problem, tensors, group)
        d = problem.shape.headDimension
    }

    /// d in whole panels of columns.
    static func stride(_ d: Int) -> Int { (d + QueryBlock.width - 1) / QueryBlock.width * QueryBlock.width }

    /// - Returns: half pairs, as many FLOPs as 2·d.
    func step(from state: ColumnPanels, to next: ColumnPanels, scratch: UnsafeMutablePointer<Float>) -> Int {
        let (shape, stride) = (problem.shape, Self.stride(d))
        let (key, value, queries) = (scratch, scratch + stride, scratch + 2 * stride)
        let outputs = queries + shape.groupSize * stride
        let token = (group + 1) * shape.keyLength - 1
        widen(tensors.key, row: token, into: key)
        divide(key, byLengthOf: tensors.key, row: token)
        widen(tensors.value, row: token, into: value)
        for member in 0..<shape.groupSize {
            let (head, query) = (group * shape.groupSize + member, queries + member * stride)
            widen(tensors.query, row: head, into: query)
            divide(query, byLengthOf: tensors.query, row: head)
        }
        let gates = problem.weighting.hasGates ? TokenGates(tensors, problem.elementType) : nil
        let decay = gates?.decay(token) ?? 1
        var halfPairs = 0
        for panel in 0..<state.count {
            let first = panel * QueryBlock.width
            if let gates {
                let held = TwoVectors.sum(of: state.panel(panel), weights: key, count: d)
                let own = TwoVectors(loading: value + first)
                let strength = broadcast(gates.strength(token))
                TwoVectors(
                    left: strength * (own.left - broadcast(decay) * held.left),
                    right: strength * (own.right - broadcast(decay) * held.right)
                ).write(to: value + first)
            }
            update(
                state.panel(panel), to: next.panel(panel),
                Written(key: key, value: TwoVectors(loading: value + first), decay: broadcast(decay)))
            for member in 0..<shape.groupSize {
                TwoVectors.sum(of: next.panel(panel), weights: queries + member * stride, count: d)
                    .write(to: outputs + member * stride + first)
            }
            halfPairs += min(QueryBlock.width, d - first) * (1 + shape.groupSize + (gates == nil ? 0 : 1))
        }
        for member in 0..<shape.groupSize { write(outputs + member * stride, ofHead: group * shape.groupSize + member) }
        return halfPairs
    }

    /// S′ = α S + kᵀ u, of the columns of a panel.
    private func update(
        _ state: UnsafePointer<Float>, to next: UnsafeMutablePointer<Float>, _ written: Written
    ) {
        for row in 0..<d {
            let place = row * QueryBlock.width
            let old = TwoVectors(loading: state + place)
            let weight = broadcast(written.key[row])
            TwoVectors(
                left: vector_fma(weight, written.value.left, written.decay * old.left),
                right: vector_fma(weight, written.value.right, written.decay * old.right)
            ).write(to: next + place)
        }
    }

    /// What a token does to the columns of a panel: k, u and α.
    private struct Written {
        let key: UnsafePointer<Float>
        let value: TwoVectors
        let decay: Lanes
    }

    /// A row as float32, and zeros up to whole panels.
    private func widen(_ tensor: UnsafeRawPointer, row: Int, into target: UnsafeMutablePointer<Float>) {
        ElementMatrix(elements: tensor, elementType: problem.elementType, columns: d).copyRows(
            MatrixPart(rows: row..<row + 1, columns: 0..<d), into: target, stride: Self.stride(d))
        for column in d..<Self.stride(d) { target[column] = 0 }
    }

    /// Where the rule asks for it.
    private func divide(_ elements: UnsafeMutablePointer<Float>, byLengthOf tensor: UnsafeRawPointer, row: Int) {
        guard problem.weighting == .gatedDelta else { return }
        let factor = DeltaRule.inverseLength(tensor + row * d * problem.elementType.byteCount, of: problem)
        for column in 0..<d { elements[column] *= factor }
    }

    private func write(_ output: UnsafeMutablePointer<Float>, ofHead head: Int) {
        for column in 0..<d { output[column] *= problem.scale }
        guard areFinite(output, count: d) else {
            return WideRow.write(0, ofHead: head, of: problem, tensors)
        }
        problem.elementType.write(output, count: d, to: tensors.output + head * d * problem.elementType.byteCount)
    }
}

extension TwoVectors {
    /// Σ weight · row over rows of two vectors. Four sums are under way at a time, so that none waits for itself.
    fileprivate static func sum(
        of rows: UnsafePointer<Float>, weights: UnsafePointer<Float>, count: Int
    ) -> TwoVectors {
        var (first, second) = (TwoVectors(repeating: 0), TwoVectors(repeating: 0))
        var (third, fourth) = (first, second)
        var row = 0
        func step(_ sum: inout TwoVectors, _ row: Int) {
            sum.accumulate(
                Float32Product.self, broadcast(weights[row]), TwoVectors(loading: rows + row * QueryBlock.width))
        }
        while row + 4 <= count {
            step(&first, row)
            step(&second, row + 1)
            step(&third, row + 2)
            step(&fourth, row + 3)
            row += 4
        }
        while row < count {
            step(&first, row)
            row += 1
        }
        return TwoVectors(
            left: (first.left + second.left) + (third.left + fourth.left),
            right: (first.right + second.right) + (third.right + fourth.right))
    }
}

extension Kernel {
    public static let decodeLinear = decodeLinear(chunk: nil)

    /// - Parameter chunk: tokens that the state takes at once; nil for as many as go with the size of a head.
    static func decodeLinear(chunk: Int?) -> Kernel {
        step(
            "decode-linear", .linear,
            summary: "one token; updates and reads a state of d × d, whatever the number of tokens",
            chunk: chunk)
    }

    public static let decodeGatedDelta = decodeGatedDelta(chunk: nil)

    static func decodeGatedDelta(chunk: Int?) -> Kernel {
        step(
            "decode-gated-delta", .gatedDelta,
            summary: "one token; corrects and reads a state of d × d, whatever the number of tokens", chunk: chunk)
    }

    private static func step(_ name: String, _ weighting: Weighting, summary: String, chunk: Int?) -> Kernel {
        Kernel(
            name, summary: summary, phase: .decode, masks: .causal, weighting: weighting,
            computedPairs: LinearStep.computedPairs,
            scratchBytes: { LinearStep.scratchBytes(for: $0, threads: $1, chunk: chunk ?? LinearChunks.usual($0)) },
            make: { problem, team throws(UnsupportedProblem) in
                try LinearStep(for: problem, on: team, chunk: chunk ?? LinearChunks.usual(problem))
            })
    }
}
