import Attention
import Foundation
import Hardware
import TestSupport
import Testing

@testable import Kernels

/// The gated delta rule against its recurrence, which knows neither chunks nor the sum over tokens that the oracle goes through.
@Suite struct GatedDeltaTests {
    private static func problem(
        _ shape: @autoclosure () throws -> AttentionShape, type: ElementType = .float32
    ) throws -> AttentionProblem {
        try AttentionProblem(shape: shape(), mask: .causal, elementType: type, weighting: .gatedDelta)
    }

    private static func inputs(_ problem: AttentionProblem, seed: UInt64) -> AttentionInputs {
        var inputs = AttentionInputs(shape: problem.shape, elementType: problem.elementType, seed: seed)
        inputs.drawGates(seed: seed)
        return inputs
    }

    /// S ← α (S − β kᵀ (k · S)) + β kᵀ v, o = scale · q · S, token by token, in Double: all outputs in their order.
    private static func recurrence(_ problem: AttentionProblem, _ inputs: borrowing AttentionInputs) -> [Double] {
        let (shape, d) = (problem.shape, problem.shape.headDimension)
        func unit(_ tensor: borrowing Tensor, _ row: Int) -> [Double] {
            let elements = (0..<d).map { Double(tensor[row * d + $0]) }
            let length = (elements.reduce(1e-6) { $0 + $1 * $1 }).squareRoot()
            return elements.map { $0 / length }
        }
        var outputs: [Double] = []
        for head in 0..<shape.batch * shape.queryHeads {
            var state = [Double](repeating: 0, count: d * d)
            for token in 0..<shape.keyLength {
                let place = head / shape.groupSize * shape.keyLength + token
                let (decay, strength) = inputs.withGates {
                    (exp(Double($0.logDecay[place])), Double($0.writingStrength[place]))
                }
                let key = unit(inputs.key, place)
                for x in 0..<d {
                    var held = 0.0
                    for i in 0..<d { held += key[i] * state[i * d + x] }
                    let written = strength * (Double(inputs.value[place * d + x]) - decay * held)
                    for i in 0..<d { state[i * d + x] = decay * state[i * d + x] + key[i] * written }
                }
                guard token >= shape.firstPosition else { continue }
                let query = unit(inputs.query, head * shape.queryLength + token - shape.firstPosition)
                for x in 0..<d {
                    var sum = 0.0
                    for i in 0..<d { sum += query[i] * state[i * d + x] }
                    outputs.append(Double(problem.scale) * sum)
                }
            }
        }
        return outputs
    }

    private static func expectNear(_ found: [Float], _ expected: [Double], tolerance: Double, _ what: String) {
        let largest = expected.map(abs).max()!
        for (element, exact) in zip(found, expected) {
            #expect(abs(Double(element) - exact) <= tolerance * largest, "\(what)")
        }
    }

    @Test(arguments: [1, 3, 16, 64, 1000]) func chunksOfAnySizeFollowTheRecurrence(chunk: Int) throws {
        let kernel = Kernel.gatedDelta(chunk: chunk)
        for (queries, keys, heads) in [
            (1, 1, (1, 1)), (131, 131, (4, 2)), (50, 131, (2, 1)), (1, 70, (3, 3)), (64, 128, (1, 1)),
        ] {
            for type in ElementType.allCases {
                let problem = try Self.problem(
                    AttentionShape(
                        batch: 2, queryHeads: heads.0, keyValueHeads: heads.1, queryLength: queries, keyLength: keys,
                        headDimension: 20), type: type)
                let inputs = Self.inputs(problem, seed: 5)
                let found = try LinearRun.output(kernel, problem, inputs)
                Self.expectNear(
                    found.elements, Self.recurrence(problem, inputs),
                    tolerance: 4 * type.epsilon + 64 * Double(Float.ulpOfOne), "\(type) \(queries)/\(keys)")
                #expect(found.pairs == kernel.computedPairs(for: problem))
                #expect(try LinearRun.output(kernel, problem, inputs, threads: 3).elements == found.elements)
            }
        }
    }

    @Test func aStepIsTheLastRowOfAPrompt() throws {
        for type in ElementType.allCases {
            let step = try Self.problem(
                AttentionShape(
                    batch: 2, queryHeads: 4, keyValueHeads: 2, queryLength: 1, keyLength: 77, headDimension: 24),
                type: type)
            let inputs = Self.inputs(step, seed: 2)
            let expected = Self.recurrence(step, inputs)
            for chunk in [1, 16, 200] {
                let kernel = Kernel.decodeGatedDelta(chunk: chunk)
                let found = try LinearRun.output(kernel, step, inputs, threads: 2)
                Self.expectNear(found.elements, expected, tolerance: 4 * type.epsilon + 1e-5, "\(type) \(chunk)")
                #expect(found.pairs == kernel.computedPairs(for: step))
            }
        }
    }

    /// The oracle reads the recurrence from its end.
    @Test func theOracleIsTheRecurrence() throws {
        for (queries, keys, heads) in [(60, 60, (2, 1)), (1, 90, (1, 1)), (7, 20, (4, 2))] {
            let problem = try Self.problem(
                AttentionShape(
                    queryHeads: heads.0, keyValueHeads: heads.1, queryLength: queries, keyLength: keys,
                    headDimension: 12))
            let inputs = Self.inputs(problem, seed: 9)
            let expected = Self.recurrence(problem, inputs)
            let largest = expected.map(abs).max()!
            for place in Accuracy.allRows(of: problem) {
                let row = ReferenceAttention.row(place.row, ofHead: place.head, of: problem, inputs)
                let start = (place.head * queries + place.row) * 12
                for x in 0..<12 { #expect(abs(row[x] - expected[start + x]) <= 1e-13 * largest) }
            }
        }
    }

    /// Gates at the ends of what they may be: nothing fades, all fades at once, nothing is written, each value replaces the one before.
    @Test(arguments: [(0, 1), (0, 0.5), (-.infinity, 1), (-100, 0.5), (-0.1, 0), (0, 2)] as [(Float, Float)])
    func gatesAtTheirEnds(logDecay: Float, strength: Float) throws {
        let problem = try Self.problem(AttentionShape(queryHeads: 2, queryLength: 200, headDimension: 16))
        var inputs = AttentionInputs(shape: problem.shape, seed: 4)
        var gates = StateGates(shape: problem.shape, elementType: .float32, seed: 1)
        for token in 0..<200 {
            gates.logDecay[token] = logDecay
            gates.writingStrength[token] = strength
        }
        inputs.gates = consume gates
        let expected = Self.recurrence(problem, inputs)
        let found = try LinearRun.output(.gatedDelta, problem, inputs).elements
        if strength == 0 {
            #expect(found.allSatisfy { $0 == 0 })
        } else {
            Self.expectNear(found, expected, tolerance: 1e-4, "ln α = \(logDecay), β = \(strength)")
        }
    }

    /// A key that comes again replaces its value: with β = 1 and α = 1 the state holds the last value for each of d keys.
    @Test func aKeyThatComesAgainReplacesItsValue() throws {
        let d = 8
        let problem = try Self.problem(AttentionShape(queryLength: 3 * d, headDimension: d))
        var inputs = AttentionInputs(shape: problem.shape, seed: 4)
        var gates = StateGates(shape: problem.shape, elementType: .float32, seed: 1)
        for token in 0..<3 * d {
            (gates.logDecay[token], gates.writingStrength[token]) = (0, 1)
            for x in 0..<d {
                inputs.key[token * d + x] = x == token % d ? 1000 : 0
                inputs.query[token * d + x] = x == (token + 1) % d ? 1000 : 0
            }
        }
        inputs.gates = consume gates
        let found = try LinearRun.output(.gatedDelta, problem, inputs).elements
        // The query of the last token asks for the key that came d − 1 tokens before.
        let asked = 3 * d - 1 - (d - 1)
        for x in 0..<d {
            let expected = problem.scale * inputs.value[asked * d + x]
            #expect(abs(found[(3 * d - 1) * d + x] - expected) <= 1e-5)
        }
    }

    /// A number that is none reaches the rows after its token, until the state is forgotten, and no row before.
    @Test func whatIsForgottenDoesNotComeBack() throws {
        let problem = try Self.problem(AttentionShape(queryLength: 120, headDimension: 16))
        var inputs = Self.inputs(problem, seed: 3)
        inputs.value[40 * 16] = .nan
        var gates = StateGates(shape: problem.shape, elementType: .float32, seed: 3)
        gates.logDecay[80] = -.infinity
        inputs.gates = consume gates
        let found = try LinearRun.output(.gatedDelta, problem, inputs).elements
        for row in 0..<120 { #expect(found[row * 16].isNaN == (40..<80).contains(row), "row \(row)") }
    }

    @Test func gatesAreOfTheProblem() throws {
        let problem = try Self.problem(
            AttentionShape(batch: 2, queryHeads: 4, keyValueHeads: 2, queryLength: 3, keyLength: 5, headDimension: 8))
        let inputs = Phase.prefill.inputs(of: problem)
        #expect(inputs.map(\.name) == ["query", "key", "value", "logDecay", "writingStrength"])
        #expect(inputs[3].dimensions == [2, 2, 5] && inputs[4].dimensions == [2, 2, 5])
        let other = try AttentionProblem(shape: problem.shape, mask: .causal)
        #expect(Phase.prefill.inputBytes(of: problem) - Phase.prefill.inputBytes(of: other) == 2 * 20 * 4)
        #expect(throws: UnsupportedProblem.self) { try Kernel.linear.requireSupport(of: problem) }
        #expect(throws: ProblemError.stateMask(.gatedDelta, .full)) {
            try AttentionProblem(shape: problem.shape, mask: .full, weighting: .gatedDelta)
        }
    }
}
