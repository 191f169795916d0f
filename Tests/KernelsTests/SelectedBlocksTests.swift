import Attention
import Hardware
import TestSupport
import Testing

@testable import Kernels

/// Attention to selected blocks beside what it has to choose and to count. Its formula is the oracle of `ConformanceTests`.
@Suite struct SelectedBlocksTests {
    private static func problem(
        _ blocks: Int, of length: Int, _ shape: @autoclosure () throws -> AttentionShape, type: ElementType = .float32
    ) throws -> AttentionProblem {
        try AttentionProblem(
            shape: shape(), mask: .causal, elementType: type,
            selection: BlockSelection(blocks: blocks, blockLength: length))
    }

    /// Of a call that goes through the pairs that the kernel states.
    private static func output(
        _ kernel: Kernel, _ problem: AttentionProblem, _ inputs: borrowing AttentionInputs, threads: Int = 1
    ) throws -> Tensor {
        let instance = try kernel.prepare(for: problem, on: WorkerTeam(threads: threads))
        instance.load(from: inputs)
        var output = kernel.phase.output(of: problem)
        output.spoil()
        instance.run(inputs, into: &output)
        #expect(instance.countedPairs == kernel.computedPairs(for: problem))
        return output
    }

    private static func elements(_ output: borrowing Tensor) -> [Float] { (0..<output.count).map { output[$0] } }

    @Test func theOracleSortsAndTakesTheEarlierOfEqualScores() {
        #expect(ReferenceSelection.largest(3, of: [1, 5, 5, 2, 5]) == [1, 2, 4])
        #expect(ReferenceSelection.largest(2, of: [5, 5, 5, 6]) == [3, 0])
        #expect(ReferenceSelection.largest(2, of: [.infinity, .nan, 3, .nan]) == [1, 3])
        #expect(ReferenceSelection.largest(9, of: [2, 3]) == [1, 0])
        #expect(ReferenceSelection.largest(0, of: [2, 3]) == [])
        #expect(ReferenceSelection.largest(2, of: [-.infinity, -1, -2]) == [1, 2])
    }

    /// Many queries, blocks and items, several heads of a group; each row is that of the definition, on any number of threads.
    @Test(arguments: ElementType.allCases) func longerTextsAreThoseOfTheOracle(type: ElementType) throws {
        for (queries, keys, heads) in [(1500, 1500, (2, 1)), (700, 1333, (3, 3)), (1, 2000, (4, 2))] {
            let problem = try Self.problem(
                5, of: 24,
                AttentionShape(
                    queryHeads: heads.0, keyValueHeads: heads.1, queryLength: queries, keyLength: keys,
                    headDimension: 20),
                type: type)
            let inputs = AttentionInputs(shape: problem.shape, elementType: type, seed: 3)
            let rows = Accuracy.sampledRows(of: problem, pairBudget: 1 << 19, atMost: 300, seed: 1)
            let expected = ExpectedRows(for: problem, inputs, rows)
            let kernels: [Kernel] = queries == 1 ? [.topKBlocks, .decodeTopKBlocks] : [.topKBlocks]
            for kernel in kernels {
                let alone = try Self.output(kernel, problem, inputs)
                #expect(expected.accuracy(of: alone).isAccepted, "\(kernel.name)")
                let together = try Self.output(kernel, problem, inputs, threads: 3)
                #expect(Self.elements(alone) == Self.elements(together))
            }
        }
    }

    /// With one block a query attends within chunks; with all of them it attends to every key.
    @Test func theEndsAreChunksAndFullAttention() throws {
        let shape = try AttentionShape(queryHeads: 2, keyValueHeads: 1, queryLength: 200, headDimension: 16)
        let inputs = AttentionInputs(shape: shape, seed: 4)
        let chunks = try AttentionProblem(shape: shape, mask: .chunkedLocal(32))
        let one = try Self.output(.topKBlocks, Self.problem(1, of: 32, shape), inputs)
        let chunked = try Self.output(.chunkedLocal, chunks, inputs)
        for (a, b) in zip(Self.elements(one), Self.elements(chunked)) { #expect(abs(a - b) < 1e-6) }
        let all = try Self.output(.topKBlocks, Self.problem(7, of: 32, shape), inputs)
        let full = try Self.output(.full, AttentionProblem(shape: shape, mask: .causal), inputs)
        for (a, b) in zip(Self.elements(all), Self.elements(full)) { #expect(abs(a - b) < 1e-5) }
    }

    /// Keys of which all are equal: every choice is between equals, and values tell which blocks were chosen.
    @Test(arguments: ElementType.allCases) func ofEqualBlocksTheEarlierAreChosen(type: ElementType) throws {
        let (length, d, size) = (160, 8, 16)
        let shape = try AttentionShape(queryLength: length, headDimension: d)
        let problem = try Self.problem(3, of: size, shape, type: type)
        var inputs = AttentionInputs(shape: shape, elementType: type, seed: 6)
        for index in 0..<length * d { inputs.key[index] = 0.3 }
        for index in 0..<length * d { inputs.value[index] = Float(index / d / size) }
        var output = try Self.output(.topKBlocks, problem, inputs)
        for row in 0..<length {
            let own = row / size
            let blocks = own < 3 ? Array(0..<own) : [0, 1]
            let sum = Double(blocks.reduce(0, +) * size + own * (row % size + 1))
            let mean = sum / Double(blocks.count * size + row % size + 1)
            #expect(abs(Double(output[row * d]) - mean) <= 4 * type.epsilon * mean + 1e-6, "row \(row)")
        }
        // What a kernel that takes the later ones would compute is found.
        for x in 0..<d { output[(length - 1) * d + x] = 8 }
        #expect(!Accuracy(of: output, for: problem, inputs, rows: Accuracy.allRows(of: problem)).isAccepted)
    }

    /// Blocks whose means differ by less than float32 can tell: Double decides.
    @Test func aDifferenceBelowFloat32Decides() throws {
        let (size, blocks, d) = (64, 40, 32)
        let length = size * blocks + 1
        let shape = try AttentionShape(queryLength: 1, keyLength: length, headDimension: d)
        let problem = try Self.problem(4, of: size, shape)
        var inputs = AttentionInputs(shape: shape, seed: 8)
        var generator = SplitMix64(seed: 8)
        let usual = (0..<d).map { 1 + inputs.key[$0] / 8 }
        for index in 0..<length * d { inputs.key[index] = usual[index % d] }
        // One key of each block a little larger, by up to 40 units in the last place.
        for block in 0..<blocks {
            let steps = Int.random(in: 0..<40, using: &generator)
            for x in 0..<d where inputs.query[x] > 0 {
                let place = block * size * d + x
                inputs.key[place] = Float(bitPattern: inputs.key[place].bitPattern + UInt32(steps))
            }
        }
        let rows = Accuracy.allRows(of: problem)
        let chosen = ReferenceSelection.keys(of: rows[0], problem, inputs)
        // Values say which block they are in.
        for index in 0..<length * d { inputs.value[index] = Float(index / d / size * (index / d / size)) }
        #expect(chosen.count == 4 && chosen.map(\.lowerBound) != [0, size, 2 * size, blocks * size])
        for kernel in [Kernel.topKBlocks, .decodeTopKBlocks] {
            let output = try Self.output(kernel, problem, inputs)
            #expect(Accuracy(of: output, for: problem, inputs, rows: rows).isAccepted, "\(kernel.name)")
        }
    }

    /// A text that repeats itself has each block several times, so that choices are between equals again and again.
    @Test func repeatedBlocksAreChosenInTheirOrder() throws {
        let (length, d) = (960, 16)
        for (blocks, heads) in [(4, 1), (7, 2)] {
            let shape = try AttentionShape(queryHeads: heads, keyValueHeads: 1, queryLength: length, headDimension: d)
            let problem = try Self.problem(blocks, of: 16, shape)
            var inputs = AttentionInputs(shape: shape, seed: 12)
            for index in 160 * d..<length * d { inputs.key[index] = inputs.key[index - 160 * d] }
            let expected = ExpectedRows(for: problem, inputs, Accuracy.allRows(of: problem))
            #expect(expected.accuracy(of: try Self.output(.topKBlocks, problem, inputs)).isAccepted)
        }
    }

    /// Faults that such a kernel may have, each as another problem that it then solves.
    @Test func plantedFaultsAreFound() throws {
        let shape = try AttentionShape(queryLength: 400, headDimension: 16)
        let problem = try Self.problem(4, of: 16, shape)
        let inputs = AttentionInputs(shape: shape, seed: 5)
        let expected = ExpectedRows(for: problem, inputs, Accuracy.allRows(of: problem))
        var output = try Self.output(.topKBlocks, problem, inputs)
        #expect(expected.accuracy(of: output).isAccepted)
        for (blocks, length) in [(3, 16), (5, 16), (4, 15), (4, 17), (1, 16), (100, 16)] {
            let other = try Self.output(.topKBlocks, Self.problem(blocks, of: length, shape), inputs)
            #expect(!expected.accuracy(of: other).isAccepted, "\(blocks) of \(length)")
        }
        // One query of one block that was not merged.
        let chunks = try Self.output(.chunkedLocal, AttentionProblem(shape: shape, mask: .chunkedLocal(16)), inputs)
        for x in 0..<16 { output[300 * 16 + x] = chunks[300 * 16 + x] }
        #expect(!expected.accuracy(of: output).isAccepted)
    }

    @Test func otherKernelsDoNotTakeIt() throws {
        let shape = try AttentionShape(queryLength: 40, headDimension: 8)
        let selecting = try Self.problem(2, of: 8, shape)
        let plain = try AttentionProblem(shape: shape, mask: .causal)
        for kernel in [Kernel.full, .reference] {
            #expect(throws: UnsupportedProblem.self) { try kernel.requireSupport(of: selecting) }
        }
        #expect(throws: UnsupportedProblem.self) { try Kernel.topKBlocks.requireSupport(of: plain) }
    }

    /// What is stated is at least what is useful, and not much more where blocks are as long as usual.
    @Test func littleIsComputedInVain() throws {
        let problem = try Self.problem(8, of: 128, AttentionShape(queryLength: 1 << 16, headDimension: 128))
        let useful = Work(.prefill, problem: problem, computedPairs: nil).usefulPairs
        let computed = try #require(Kernel.topKBlocks.computedPairs(for: problem))
        #expect(computed >= useful && Double(computed) < 1.02 * Double(useful))
        #expect(Kernel.topKBlocks.scratchBytes(for: problem, threads: 1)! < 16 << 20)
    }
}
