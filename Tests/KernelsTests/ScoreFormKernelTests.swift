import Attention
import Foundation
import Hardware
import Testing

@testable import Kernels

/// Soft caps, ALiBi and sink logits beside what the cases of `ConformanceTests` compare with the oracle.
struct ScoreFormKernelTests {
    private static func problem(
        _ form: ScoreForm, mask: Mask = .causal, queries: Int = 40, keys: Int? = nil, heads: (Int, Int) = (1, 1),
        type: ElementType = .float32
    ) throws -> AttentionProblem {
        try AttentionProblem(
            shape: AttentionShape(
                queryHeads: heads.0, keyValueHeads: heads.1, queryLength: queries, keyLength: keys, headDimension: 8),
            mask: mask, elementType: type, scoreForm: form)
    }

    private static func output(
        _ kernel: Kernel, _ problem: AttentionProblem, _ inputs: borrowing AttentionInputs
    ) throws -> [Float] {
        let instance = try kernel.prepare(for: problem, on: WorkerTeam())
        instance.load(from: inputs)
        var output = kernel.phase.output(of: problem)
        output.spoil()
        instance.run(inputs, into: &output)
        return (0..<output.count).map { output[$0] }
    }

    /// One query and two keys, worked out by hand: the oracle itself is held to this.
    @Test func theOracleIsTheFormula() throws {
        let shape = try AttentionShape(queryHeads: 2, keyValueHeads: 1, queryLength: 1, keyLength: 2, headDimension: 1)
        var inputs = AttentionInputs(shape: shape)
        (inputs.query[0], inputs.query[1]) = (1, 1)
        (inputs.key[0], inputs.key[1]) = (3, -2)
        (inputs.value[0], inputs.value[1]) = (10, 20)
        inputs.drawSinkLogits(seed: 1)
        inputs.sinkLogits![1] = 0.75
        let form = try ScoreForm(softCap: 2, hasALiBi: true, hasSinkLogits: true)
        let problem = try AttentionProblem(shape: shape, mask: .causal, scale: 0.5, scoreForm: form)
        // The slope of the second of two heads is 2⁻⁸; the first key is one token back.
        let scores = [2 * Foundation.tanh(1.5 / 2) - 0x1p-8, 2 * Foundation.tanh(-1.0 / 2)]
        let weights = scores.map { Foundation.exp($0) }
        let expected = (10 * weights[0] + 20 * weights[1]) / (weights[0] + weights[1] + Foundation.exp(0.75))
        let found = ReferenceAttention.row(0, ofHead: 1, of: problem, inputs)[0]
        #expect(abs(found - expected) < 1e-14)
        let sum = ReferenceAttention.logSumExp(ofRow: 0, head: 1, of: problem, inputs)
        #expect(abs(sum - Foundation.log(weights[0] + weights[1] + Foundation.exp(0.75))) < 1e-14)
    }

    private static let decoding: [Kernel] = [.decodeFull, .decodeWindow, .decodeSinkUnrotated]

    /// A head that has seen no finite score attends to its sink alone.
    @Test(arguments: ElementType.allCases) func aRowWithoutAFiniteScoreIsZeroWithASink(type: ElementType) throws {
        let problem = try Self.problem(ScoreForm(hasSinkLogits: true), heads: (2, 1), type: type)
        var inputs = InputPattern.scoresAllNegativeInfinite.makeInputs(
            shape: problem.shape, elementType: type, seed: 1)
        inputs.drawSinkLogits(seed: 1)
        let output = try Self.output(.full, problem, inputs)
        #expect(output[0..<20 * 8].allSatisfy { $0 == 0 })
        #expect(output[39 * 8].isFinite && output[39 * 8] != 0)
        for kernel in Self.decoding {
            let mask = try kernel.masks.mask([.window: 8, .sinks: 2])
            let step = try Self.problem(
                ScoreForm(hasSinkLogits: true), mask: mask, queries: 1, keys: 40, heads: (2, 1), type: type)
            var inputs = AttentionInputs(shape: step.shape, elementType: type, seed: 1)
            for index in 0..<inputs.query.count { inputs.query[index] = 1 }
            for index in 0..<inputs.key.count { inputs.key[index] = -.infinity }
            inputs.drawSinkLogits(seed: 1)
            #expect(try Self.output(kernel, step, inputs).allSatisfy { $0 == 0 }, "\(kernel.name)")
        }
    }

    /// A sink of −∞ is none; one of +∞, or that is no number, leaves no number.
    @Test func sinksMayBeNonFinite() throws {
        for (kernel, queries) in [(Kernel.full, 40), (.decodeFull, 1)] {
            let problem = try Self.problem(ScoreForm(hasSinkLogits: true), queries: queries, keys: 40)
            let plain = try Self.problem(.plain, queries: queries, keys: 40)
            var inputs = AttentionInputs(shape: problem.shape, seed: 4)
            let without = try Self.output(kernel, plain, inputs)
            inputs.drawSinkLogits(seed: 4)
            inputs.sinkLogits![0] = -.infinity
            #expect(try Self.output(kernel, problem, inputs) == without, "\(kernel.name)")
            for logit in [Float.infinity, .nan] {
                inputs.sinkLogits![0] = logit
                #expect(try Self.output(kernel, problem, inputs).allSatisfy(\.isNaN), "\(kernel.name)")
            }
            inputs.sinkLogits![0] = 3e38
            #expect(try Self.output(kernel, problem, inputs).allSatisfy { $0 == 0 }, "\(kernel.name)")
        }
    }

    /// Scores far beyond the cap are the cap itself, also where their products overflow on the way, and a cap hides no NaN.
    @Test(arguments: [Float(1e5), 1e19, 1e30]) func hugeScoresAreTheCap(size: Float) throws {
        for (kernel, queries) in [(Kernel.full, 40), (.decodeFull, 1)] {
            let problem = try Self.problem(ScoreForm(softCap: 3), queries: queries, keys: 40)
            var inputs = AttentionInputs(shape: problem.shape, seed: 2)
            for index in 0..<inputs.query.count { inputs.query[index] *= size }
            for index in 0..<inputs.key.count { inputs.key[index] *= size }
            let accuracy = Oracle(kernel.phase, problem).expected(for: inputs)
            var output = Tensor(dimensions: AttentionInputs.queryDimensions(problem.shape))
            let elements = try Self.output(kernel, problem, inputs)
            for (index, element) in elements.enumerated() { output[index] = element }
            let found = accuracy.accuracy(of: output)
            #expect(found.isAccepted && elements.allSatisfy(\.isFinite), "\(kernel.name): \(found.excess)")
            inputs.key[0] = .nan
            #expect(try Self.output(kernel, problem, inputs).allSatisfy(\.isNaN), "\(kernel.name)")
        }
    }

    /// A window of one key has one weight, whatever its score, unless there is a sink.
    @Test func aWindowOfOneKey() throws {
        let inputs = AttentionInputs(shape: try Self.problem(.plain).shape, seed: 3)
        for form in [try ScoreForm(softCap: 50), try ScoreForm(hasALiBi: true)] {
            let problem = try Self.problem(form, mask: .slidingWindow(1))
            let output = try Self.output(.slidingWindow, problem, inputs)
            for (index, element) in output.enumerated() { #expect(element == inputs.value[index]) }
        }
    }

    /// The pairs are those of the plain problem, and a plain problem takes no memory for options.
    @Test func optionsChangeNoCount() throws {
        let form = try ScoreForm(softCap: 50, hasALiBi: true, hasSinkLogits: true)
        for (kernel, queries) in [(Kernel.full, 40), (.decodeFull, 1)] {
            let (plain, other) = (
                try Self.problem(.plain, queries: queries, keys: 40), try Self.problem(form, queries: queries, keys: 40)
            )
            #expect(kernel.computedPairs(for: plain) == kernel.computedPairs(for: other))
            let bytes = (kernel.scratchBytes(for: plain, threads: 1)!, kernel.scratchBytes(for: other, threads: 1)!)
            #expect((1..<1024).contains(bytes.1 - bytes.0))
        }
    }

    @Test func whoeverDoesNotKnowAnOptionRefusesIt() throws {
        let problem = try Self.problem(ScoreForm(softCap: 50))
        #expect(
            throws: UnsupportedProblem(
                "the scores of the problem have a soft cap, and full-blas does not say that it computes these; leave that out, or use full"
            )
        ) { try Kernel.fullBLAS.requireSupport(of: problem) }
        for kernel in Kernel.builtIn where kernel.masks == .causal && kernel.phase.givesGradients {
            #expect(throws: UnsupportedProblem.self) { try kernel.requireSupport(of: problem) }
        }
        let takers = Kernel.builtIn.filter { !$0.scoreOptions.isEmpty }.names
        #expect(
            takers == [
                "full", "sliding-window", "sliding-window-dense", "attention-sink", "chunked-local",
                "full-bidirectional", "symmetric-window", "decode-full", "decode-window", "decode-sink",
                "decode-sink-unrotated", "reference",
            ])
    }

    /// The position of each slot's token, against writing tokens one by one.
    @Test func slotsKnowTheirTokens() {
        for retention in [
            TokenRetention.all(capacity: 50), .rolling(sinks: 0, window: 7), .rolling(sinks: 3, window: 5),
            .rolling(sinks: 3, window: 1),
        ] {
            var held: [Int: Int] = [:]
            for token in 0..<40 {
                held[retention.slot(ofPosition: token)] = token
                for (slot, position) in held {
                    #expect(retention.position(ofSlot: slot, tokens: token + 1) == position)
                }
            }
        }
    }
}
