import Attention
import Hardware

/// The loss of a language model's last layer and its gradients in one call: what a step of training pays for that layer.
final class LossStep: KernelInstance {
    private let problem: CrossEntropyProblem
    private let forward: any LossInstance
    private let backward: any LossGradientInstance
    private var losses: TokenLosses

    /// - Parameter backward: starts from what the forward pass leaves in the losses, or in its own memory.
    init(_ problem: CrossEntropyProblem, _ forward: any LossInstance, _ backward: any LossGradientInstance) {
        (self.problem, self.forward, self.backward) = (problem, forward, backward)
        losses = TokenLosses(for: problem)
    }

    /// Of the backward pass. The forward pass goes through the same ones.
    var countedPairs: Int { backward.countedPairs }

    func run(_ inputs: borrowing AttentionInputs, into output: inout Tensor) {
        let hiddenCount = problem.tokens * problem.hiddenSize
        let classifierCount = problem.vocabulary * problem.hiddenSize
        CrossEntropyPointers.with(inputs) { tensors in
            forward.run(tensors, into: &losses)
            output.withMutableFloats { output in
                // In the order of `Phase.outputs`.
                let (hidden, classifier) = (output.baseAddress!, output.baseAddress! + hiddenCount)
                backward.run(
                    tensors, losses,
                    into: GradientPlaces(hidden: hidden, hiddenType: .float32, classifier: classifier))
                losses.losses.withFloats {
                    (classifier + classifierCount).update(from: $0.baseAddress!, count: problem.tokens)
                }
            }
        }
    }
}

/// The kernels of a loss as sweeps know them.
extension Kernel {
    static let losses = CrossEntropyKernel.builtIn.map { kernel in
        let loss = Kernel(
            kernel.name, summary: "a loss and its gradients; \(kernel.summary)", phase: .loss, masks: .full,
            elementTypes: kernel.elementTypes, computedPairs: { $0.pairs.allowed },
            // Attention is refused before anything is allocated for it.
            scratchBytes: { problem, threads in
                problem.crossEntropy.map { kernel.stepScratchBytes(for: $0, threads: threads) } ?? 0
            },
            make: { problem, team throws(UnsupportedProblem) in
                guard let loss = problem.crossEntropy else { throw .noLoss }
                return try kernel.prepareStep(for: loss, on: team)
            }
        ).leavingOut(kernel.filter)
        let original = CrossEntropyKernel.cut.name
        return kernel.name == original ? loss : loss.variant(of: original)
    }
}

extension UnsupportedProblem {
    static let noLoss = UnsupportedProblem(
        "a loss has one head, no batch, the mask full, a scale of 1 and at most \(AttentionProblem.mostWords) words; this problem is "
            + "attention")
}
