import Attention
import Foundation
import Testing

@testable import Kernels

/// The oracle of the backward pass against differences of the forward oracle, which shares no formula with it.
final class ReferenceGradientsTests {
    private static let masks: [Mask] = {
        do {
            return [
                .causal, .full, .slidingWindow(3), .attentionSink(sinks: 2, window: 2), .chunkedLocal(4),
                try Mask(sinks: 1, left: 2, right: 1, chunk: nil),
            ]
        } catch { preconditionFailure("a mask of the test is none: \(error)") }
    }()

    private enum Operand: CaseIterable { case query, key, value }

    private let inputs: AttentionInputs
    private let shape: AttentionShape

    init() throws {
        shape = try AttentionShape(
            batch: 2, queryHeads: 4, keyValueHeads: 2, queryLength: 5, keyLength: 7, headDimension: 3)
        var inputs = AttentionInputs(shape: shape, seed: 5, withOutputGradient: true)
        // Multiples of 2⁻¹², so that a step of a power of two is exact in float32.
        for index in 0..<inputs.query.count { inputs.query[index] = (inputs.query[index] * 4096).rounded() / 4096 }
        for index in 0..<inputs.key.count { inputs.key[index] = (inputs.key[index] * 4096).rounded() / 4096 }
        for index in 0..<inputs.value.count { inputs.value[index] = (inputs.value[index] * 4096).rounded() / 4096 }
        self.inputs = inputs
    }

    @Test(arguments: masks)
    func areTheSlopesOfTheForwardOracle(mask: Mask) throws {
        let problem = try AttentionProblem(shape: shape, mask: mask, scale: 0.75)
        let gradients = ReferenceGradients(inputs, of: problem, .all(of: problem), .exact)
        for operand in Operand.allCases {
            let slopes =
                switch operand {
                case .query: gradients.query
                case .key: gradients.key
                case .value: gradients.value
                }
            for (index, slope) in slopes.enumerated() {
                let difference = self.slope(of: problem, operand, index)
                #expect(
                    abs(difference - slope) <= 1e-8, "\(mask), \(operand) \(index): \(slope) and not \(difference)")
            }
        }
    }

    /// By central differences over two steps, whose errors of second order cancel.
    private func slope(of problem: AttentionProblem, _ operand: Operand, _ index: Int) -> Double {
        func difference(_ step: Float) -> Double {
            (loss(of: problem, operand, index, step) - loss(of: problem, operand, index, -step)) / Double(2 * step)
        }
        return (4 * difference(0x1p-9) - difference(0x1p-8)) / 3
    }

    /// Σ dO · O, with one element of the inputs moved.
    private func loss(of problem: AttentionProblem, _ operand: Operand, _ index: Int, _ step: Float) -> Double {
        var moved = AttentionInputs(shape: shape)
        for index in 0..<inputs.query.count { moved.query[index] = inputs.query[index] }
        for index in 0..<inputs.key.count { moved.key[index] = inputs.key[index] }
        for index in 0..<inputs.value.count { moved.value[index] = inputs.value[index] }
        switch operand {
        case .query: moved.query[index] += step
        case .key: moved.key[index] += step
        case .value: moved.value[index] += step
        }
        var loss = 0.0
        for (place, row) in Accuracy.allRows(of: problem).enumerated() {
            let output = ReferenceAttention.row(row.row, ofHead: row.head, of: problem, moved)
            for (x, element) in output.enumerated() {
                loss += element * inputs.withOutputGradient { Double($0[place * shape.headDimension + x]) }
            }
        }
        return loss
    }

    /// Some rows are what they are among all rows.
    @Test(arguments: masks)
    func someRowsAreThoseOfAll(mask: Mask) throws {
        let problem = try AttentionProblem(shape: shape, mask: mask)
        let all = ReferenceGradients(inputs, of: problem, .all(of: problem), .exact)
        let rows = GradientRows(
            queries: [.init(head: 3, row: 2), .init(head: 0, row: 4)],
            keys: [.init(head: 1, row: 6), .init(head: 2, row: 0)],
            areAll: false)
        let some = ReferenceGradients(inputs, of: problem, rows, .exact)
        let d = shape.headDimension
        for (index, row) in rows.queries.enumerated() {
            let start = (row.head * shape.queryLength + row.row) * d
            #expect(some.query[index * d..<(index + 1) * d] == all.query[start..<start + d], "\(mask), query \(row)")
        }
        for (index, row) in rows.keys.enumerated() {
            let start = (row.head * shape.keyLength + row.row) * d
            #expect(some.key[index * d..<(index + 1) * d] == all.key[start..<start + d], "\(mask), key \(row)")
            #expect(some.value[index * d..<(index + 1) * d] == all.value[start..<start + d], "\(mask), value \(row)")
        }
    }
}
