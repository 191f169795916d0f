import Testing

@testable import Attention

/// Elements that are drawn without the rest of their tensors are those of the whole tensors, bit for bit.
@Suite struct DrawnInputsTests {
    private static let tensors = [InputTensor.query, .key, .value]

    @Test(arguments: ElementType.allCases) func elementsAreThoseOfTheWhole(type: ElementType) throws {
        let shape = try AttentionShape(batch: 2, queryHeads: 6, keyValueHeads: 2, queryLength: 19, headDimension: 24)
        let problem = try AttentionProblem(shape: shape, mask: .causal, elementType: type)
        let whole = AttentionInputs(shape: shape, elementType: type, seed: 11)
        let drawn = DrawnInputs(of: problem, seed: 11)
        for tensor in Self.tensors {
            let count = tensor == .query ? shape.queryCount : shape.keyCount
            for range in [0..<count, 0..<1, 5..<5, 77..<77 + 24, count - 1..<count] {
                #expect(bits(drawn.elements(range, of: tensor)) == bits(whole.elements(range, of: tensor)))
            }
        }
        #expect(bits(drawn.elements(0..<24, of: .key)) != bits(drawn.elements(0..<24, of: .value)))
    }

    /// A long tensor repeats itself after 2²² elements, and so do its parts, wherever they begin.
    @Test(arguments: ElementType.allCases) func longTensorsRepeatThemselves(type: ElementType) throws {
        let period = 1 << 22
        let shape = try AttentionShape(queryHeads: 2, keyValueHeads: 2, queryLength: 70_000, headDimension: 64)
        let problem = try AttentionProblem(shape: shape, mask: .causal, elementType: type)
        let whole = AttentionInputs(shape: shape, elementType: type, seed: 3)
        let drawn = DrawnInputs(of: problem, seed: 3)
        for range in [period - 100..<period + 100, 2 * period..<2 * period + 64] {
            #expect(bits(drawn.elements(range, of: .value)) == bits(whole.elements(range, of: .value)))
        }
        let tokens = 900..<69_000
        var part = AttentionInputs(
            InputPart(queryHeads: 1..<2, keyValueHeads: 0..<2, queries: 60_000..<60_010, keys: tokens), of: drawn)
        let length = tokens.count * 64
        for head in 0..<2 {
            let start = (head * 70_000 + tokens.lowerBound) * 64
            #expect(
                bits(part.key.elements(head * length..<(head + 1) * length))
                    == bits(whole.key.elements(start..<start + length)))
        }
        #expect(
            bits(part.query.elements(0..<640))
                == bits(whole.query.elements(130_000 * 64..<130_010 * 64)))
        let other = DrawnInputs(of: problem, seed: 4)
        part.draw(
            InputPart(queryHeads: 1..<2, keyValueHeads: 0..<2, queries: 60_000..<60_010, keys: tokens), of: other)
        #expect(bits(part.value.elements(0..<64)) == bits(other.elements(900 * 64..<901 * 64, of: .value)))
    }

    private func bits(_ elements: [Float]) -> [UInt32] { elements.map(\.bitPattern) }
}
