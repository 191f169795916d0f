import Attention
import Hardware
import TestSupport
import Testing

@testable import Kernels

/// Losses as sweeps time them: both passes in one call.
@Suite(.tags(.slow)) struct LossStepTests {
    private static let problem = loss(tokens: 70, words: 3000, elements: 24)

    private static func loss(
        tokens: Int, words: Int, elements: Int, _ type: ElementType = .float32
    ) -> AttentionProblem {
        do {
            return try .loss(
                CrossEntropyProblem(tokens: tokens, vocabulary: words, hiddenSize: elements, elementType: type))
        } catch { fatalError("\(error)") }
    }

    private func output(
        of kernel: Kernel, _ problem: AttentionProblem, _ inputs: borrowing AttentionInputs
    ) throws -> Tensor {
        var output = Phase.loss.output(of: problem)
        output.spoil()
        try kernel.prepare(for: problem, on: WorkerTeam()).run(inputs, into: &output)
        return output
    }

    @Test(arguments: Kernel.losses, [Oracle.Rows.all, .sampled(seed: 5)])
    func aRightResultIsAccepted(kernel: Kernel, rows: Oracle.Rows) throws {
        let inputs = AttentionInputs.predictions(for: Self.problem, seed: 3)
        let oracle = Oracle(.loss, Self.problem, Allowance(filter: kernel.filter))
        let accuracy = oracle.expected(for: inputs, rows).accuracy(of: try output(of: kernel, Self.problem, inputs))
        #expect(accuracy.isAccepted, "\(accuracy.excess)")
    }

    /// What a filter leaves out is no error of a kernel that has one, and one of a kernel that has none.
    @Test func aFilterIsAllowedToWhoHasIt() throws {
        let inputs = AttentionInputs.predictions(for: Self.problem, seed: 3)
        let filtered = try #require(Kernel.losses.first { $0.filter != .none })
        #expect(filtered.name == "cross-entropy-cut-filtered")
        let found = try output(of: filtered, Self.problem, inputs)
        let strict = Oracle(.loss, Self.problem).expected(for: inputs).accuracy(of: found)
        #expect(!strict.isAccepted)
    }

    private enum Fault: CaseIterable {
        /// A loss that is checked, and one that is no number.
        case lastLoss, anyLoss
        case firstHidden
        case lastWord
        /// A panel of words that a kernel left out, none of which is compared by itself.
        case lostPanel
        /// All gradients twice as large, as without the mean.
        case scale
    }

    @Test(arguments: Fault.allCases)
    private func aFaultIsFound(fault: Fault) throws {
        let inputs = AttentionInputs.predictions(for: Self.problem, seed: 3)
        var found = try output(of: try Kernel.builtIn.named("cross-entropy-cut"), Self.problem, inputs)
        let expected = Oracle(.loss, Self.problem).expected(for: inputs, .sampled(seed: 5))
        #expect(expected.accuracy(of: found).isAccepted)
        let (tokens, words, size) = (70, 3000, 24)
        let classifier = tokens * size
        switch fault {
        case .lastLoss: found[found.count - 1] += 0.01
        case .anyLoss: found[found.count - 30] = .nan
        case .firstHidden: found[0] += 0.01
        case .lastWord: found[classifier + (words - 1) * size + 2] += 0.01
        case .lostPanel: for index in 8 * size..<16 * size { found[classifier + index] = 0 }
        case .scale: for index in 0..<classifier + words * size { found[index] *= 2 }
        }
        let accuracy = expected.accuracy(of: found)
        #expect(!accuracy.isAccepted, "\(accuracy.excess)")
    }

    @Test func otherProblemsAreRefused() throws {
        let attention = try AttentionProblem(
            shape: AttentionShape(queryLength: 8, keyLength: 64, headDimension: 16), mask: .full)
        for kernel in Kernel.losses {
            #expect(throws: UnsupportedProblem.noLoss) { try kernel.prepare(for: attention, on: WorkerTeam()) }
        }
        #expect(throws: UnsupportedProblem.self) {
            try Kernel.builtIn.named("cross-entropy-logits").prepare(
                for: Self.loss(tokens: 2, words: 3, elements: 4, .bfloat16), on: WorkerTeam())
        }
    }

    /// Flat in the words where no logits are kept, and the logits themselves where they are.
    @Test func memoryIsThatOfBothPasses() throws {
        func bytes(_ kernel: String, words: Int) throws -> Int {
            try #require(
                Kernel.builtIn.named(kernel).scratchBytes(
                    for: Self.loss(tokens: 512, words: words, elements: 1024), threads: 1))
        }
        for kernel in ["cross-entropy-cut", "cross-entropy-cut-filtered"] {
            #expect(try bytes(kernel, words: 8 << 10) == bytes(kernel, words: 128 << 10))
            #expect(try bytes(kernel, words: 128 << 10) < 64 << 20)
        }
        let perWord =
            try (bytes("cross-entropy-logits", words: 2000) - bytes("cross-entropy-logits", words: 1000)) / 1000
        #expect(perWord == 512 * 4)
    }

    @Test func pairsAreCountedAsTheyAreComputed() throws {
        let inputs = AttentionInputs.predictions(for: Self.problem, seed: 3)
        for kernel in Kernel.losses {
            let instance = try kernel.prepare(for: Self.problem, on: WorkerTeam(threads: 2))
            var output = Phase.loss.output(of: Self.problem)
            for _ in 0..<2 { instance.run(inputs, into: &output) }
            #expect(instance.countedPairs == 70 * 3000)
            #expect(kernel.computedPairs(for: Self.problem) == 70 * 3000)
        }
    }
}
