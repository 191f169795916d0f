import Attention
import Foundation
import Testing

@testable import Kernels

/// The oracle's gradients against differences of its own losses, with which they share only the logits.
struct ReferenceCrossEntropyTests {
    private enum Operand: CaseIterable { case hidden, classifier }

    private let problem: CrossEntropyProblem
    private let hidden: [Float]
    private let classifier: [Float]
    private let targets: [Int32] = [0, 6, 3]

    init() throws {
        problem = try CrossEntropyProblem(tokens: 3, vocabulary: 7, hiddenSize: 5)
        let drawn = CrossEntropyInputs(for: problem, seed: 5)
        // Multiples of 2⁻¹², so that a step of a power of two is exact in float32.
        hidden = drawn.hidden.elements(0..<15).map { ($0 * 4096).rounded() / 4096 }
        classifier = drawn.classifier.elements(0..<35).map { ($0 * 4096).rounded() / 4096 }
    }

    @Test func areTheSlopesOfTheMeanLoss() {
        let gradients = ReferenceCrossEntropy<Double>(inputs(), of: problem, .exact)
        for operand in Operand.allCases {
            let slopes = operand == .hidden ? gradients.hidden : gradients.classifier
            for (index, slope) in slopes.enumerated() {
                let difference = self.slope(operand, index)
                #expect(abs(difference - slope) <= 1e-8, "\(operand) \(index): \(slope) and not \(difference)")
            }
        }
    }

    @Test func lossesAreThoseOfTheDefinition() {
        let losses = ReferenceCrossEntropy<Double>(inputs(), of: problem, .exact).losses
        for (token, target) in targets.enumerated() {
            let logits = (0..<7).map { word in
                (0..<5).reduce(0.0) { $0 + Double(hidden[token * 5 + $1]) * Double(classifier[word * 5 + $1]) }
            }
            let probability = exp(logits[Int(target)]) / logits.map { exp($0) }.reduce(0, +)
            #expect(abs(losses[token] + log(probability)) < 1e-12)
        }
    }

    /// By central differences over two steps, whose errors of second order cancel.
    private func slope(_ operand: Operand, _ index: Int) -> Double {
        func difference(_ step: Float) -> Double {
            (loss(operand, index, step) - loss(operand, index, -step)) / Double(2 * step)
        }
        return (4 * difference(0x1p-9) - difference(0x1p-8)) / 3
    }

    private func loss(_ operand: Operand, _ index: Int, _ step: Float) -> Double {
        let losses = ReferenceCrossEntropy<Double>(inputs((operand, index, step)), of: problem, .exact).losses
        return losses.reduce(0, +) / Double(losses.count)
    }

    /// With one element moved.
    private func inputs(_ move: (operand: Operand, index: Int, step: Float)? = nil) -> CrossEntropyInputs {
        func tensor(_ operand: Operand, _ elements: [Float]) -> Tensor {
            var tensor = Tensor(dimensions: [elements.count / 5, 5])
            for (index, element) in elements.enumerated() { tensor[index] = element }
            if let move, move.operand == operand { tensor[move.index] += move.step }
            return tensor
        }
        return CrossEntropyInputs(
            hidden: tensor(.hidden, hidden), classifier: tensor(.classifier, classifier), targets: targets)
    }
}
