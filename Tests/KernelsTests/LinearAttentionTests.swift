import Attention
import Hardware
import Records
import TestSupport
import Testing

@testable import Kernels

/// Linear attention against its recurrence, which knows neither chunks nor pairs. Its formula by pairs is the oracle of
/// `ConformanceTests`.
@Suite struct LinearAttentionTests {
    private static func problem(
        _ shape: @autoclosure () throws -> AttentionShape, type: ElementType = .float32
    ) throws -> AttentionProblem {
        try AttentionProblem(shape: shape(), mask: .causal, elementType: type, weighting: .linear)
    }

    /// S ← S + kᵀ v, o = scale · q · S, token by token, in Double: all outputs in their order.
    private static func recurrence(_ problem: AttentionProblem, _ inputs: borrowing AttentionInputs) -> [Double] {
        let (shape, d) = (problem.shape, problem.shape.headDimension)
        var outputs: [Double] = []
        for head in 0..<shape.batch * shape.queryHeads {
            var state = [Double](repeating: 0, count: d * d)
            for token in 0..<shape.keyLength {
                let key = (head / shape.groupSize * shape.keyLength + token) * d
                for i in 0..<d {
                    for x in 0..<d { state[i * d + x] += Double(inputs.key[key + i]) * Double(inputs.value[key + x]) }
                }
                guard token >= shape.firstPosition else { continue }
                let query = (head * shape.queryLength + token - shape.firstPosition) * d
                for x in 0..<d {
                    var sum = 0.0
                    for i in 0..<d { sum += Double(inputs.query[query + i]) * state[i * d + x] }
                    outputs.append(Double(problem.scale) * sum)
                }
            }
        }
        return outputs
    }

    @Test(arguments: [1, 3, 16, 64, 1000]) func chunksOfAnySizeFollowTheRecurrence(chunk: Int) throws {
        let kernel = Kernel.linear(chunk: chunk)
        for (queries, keys, heads) in [
            (1, 1, (1, 1)), (131, 131, (4, 2)), (50, 131, (2, 1)), (1, 70, (3, 3)), (64, 128, (1, 1)),
        ] {
            for type in ElementType.allCases {
                let problem = try Self.problem(
                    AttentionShape(
                        batch: 2, queryHeads: heads.0, keyValueHeads: heads.1, queryLength: queries, keyLength: keys,
                        headDimension: 20), type: type)
                let inputs = AttentionInputs(shape: problem.shape, elementType: type, seed: 5)
                let found = try LinearRun.output(kernel, problem, inputs)
                let expected = Self.recurrence(problem, inputs)
                let largest = expected.map(abs).max()!
                let tolerance = 4 * type.epsilon + 64 * Double(Float.ulpOfOne)
                for (element, exact) in zip(found.elements, expected) {
                    #expect(abs(Double(element) - exact) <= tolerance * largest, "\(type) \(queries)/\(keys)")
                }
                #expect(found.pairs == kernel.computedPairs(for: problem))
                #expect(try LinearRun.output(kernel, problem, inputs, threads: 3).elements == found.elements)
            }
        }
    }

    @Test func aStepIsTheLastRowOfAPrompt() throws {
        for type in ElementType.allCases {
            let prompt = try Self.problem(
                AttentionShape(queryHeads: 4, keyValueHeads: 2, queryLength: 1, keyLength: 77, headDimension: 24),
                type: type)
            let inputs = AttentionInputs(shape: prompt.shape, elementType: type, seed: 2)
            let expected = Self.recurrence(prompt, inputs)
            for chunk in [1, 16, 200] {
                let found = try LinearRun.output(Kernel.decodeLinear(chunk: chunk), prompt, inputs, threads: 2)
                for (element, exact) in zip(found.elements, expected) {
                    #expect(abs(Double(element) - exact) <= (4 * type.epsilon + 1e-5) * expected.map(abs).max()!)
                }
            }
        }
    }

    /// Every token is in one chunk.
    @Test func chunksCoverTheText() throws {
        for keys in 1...40 {
            for queries in [1, keys / 2, keys] where queries > 0 {
                for chunk in [1, 2, 7, 16, 64] {
                    let problem = try Self.problem(
                        AttentionShape(queryLength: queries, keyLength: keys, headDimension: 4))
                    let chunks = LinearChunks(problem, chunk: chunk)
                    let all = (0..<chunks.count).map { chunks[$0] }
                    #expect(all.flatMap { Array($0.keys) } == Array(0..<keys))
                    #expect(all.flatMap { Array($0.queries) } == Array(0..<queries))
                }
            }
        }
    }

    /// The pairs of all chunks in closed form, against those that each chunk takes.
    @Test func theClosedFormIsTheSumOverChunks() throws {
        for weighting in [Weighting.linear, .gatedDelta] {
            for (keys, queries) in [(1, 1), (40, 1), (131, 131), (131, 50), (256, 256), (300, 299)] {
                for chunk in [1, 7, 16, 64, 1000] {
                    let problem = try AttentionProblem(
                        shape: AttentionShape(
                            queryHeads: 6, keyValueHeads: 2, queryLength: queries, keyLength: keys, headDimension: 20),
                        mask: .causal, weighting: weighting)
                    let chunks = LinearChunks(problem, chunk: chunk)
                    let sum = (0..<chunks.count).reduce(0) {
                        $0 + chunks[$1].halfPairs(problem, answers: !chunks[$1].queries.isEmpty)
                    }
                    #expect(chunks.halfPairs == sum)
                }
            }
        }
    }

    /// What a chunk of c tokens adds to what theory counts is near c / (2 · d) of it for linear attention, and near 2 · c / (3 · d) for the
    /// delta rule: half of all pairs within the chunk, twice or four times.
    @Test(arguments: [(Kernel.linear, 128, 1.0 / 8), (.gatedDelta, 192, 1.0 / 6)])
    func whatChunksAddIsCounted(kernel: Kernel, usefulPerToken: Int, added: Double) throws {
        let problem = try AttentionProblem(
            shape: AttentionShape(queryLength: 4096, headDimension: 128), mask: .causal, weighting: kernel.weighting)
        let useful = Work(.prefill, problem: problem, computedPairs: nil).usefulPairs
        #expect(useful == 4096 * usefulPerToken)
        let computed = try #require(kernel.computedPairs(for: problem))
        let share = Double(computed - useful) / Double(useful)
        // Rows of a register tile, and keys of a panel, are computed whole.
        #expect(share >= added && share <= 2.1 * added, "\(share)")
    }

    @Test func anotherKernelDoesNotTakeIt() throws {
        let linear = try Self.problem(AttentionShape(queryLength: 4, headDimension: 8))
        #expect(throws: UnsupportedProblem.self) { try Kernel.full.requireSupport(of: linear) }
        let softmax = try AttentionProblem(shape: linear.shape, mask: .causal)
        #expect(throws: UnsupportedProblem.self) { try Kernel.linear.requireSupport(of: softmax) }
        let wide = try Self.problem(AttentionShape(queryLength: 1, headDimension: 40_000))
        for kernel in [Kernel.linear, .decodeLinear] {
            #expect(throws: UnsupportedProblem.self) { try kernel.prepare(for: wide, on: WorkerTeam()) }
        }
        let huge = try Self.problem(AttentionShape(queryLength: 1, headDimension: 1 << 28))
        #expect(Kernel.linear.scratchBytes(for: huge, threads: 64)! > 0)
        #expect(Kernel.decodeLinear.scratchBytes(for: huge, threads: 64)! > 0)
    }
}
