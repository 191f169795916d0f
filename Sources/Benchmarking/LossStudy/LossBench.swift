import Attention
import Hardware
import Kernels
import Statistics

/// One problem with its inputs, over which kernels are measured one after the other.
final class LossBench {
    private let problem: CrossEntropyProblem
    private let inputs: CrossEntropyInputs
    private let expected: SampledCrossEntropy
    private let rounds: Int
    private let team: WorkerTeam
    /// Nil where OpenBLAS does not multiply the elements.
    private let product: LogitsProduct?
    private var losses: TokenLosses
    private var gradients: CrossEntropyGradients
    private(set) var wrong: [WrongLoss] = []

    init(_ problem: CrossEntropyProblem, rounds: Int, on team: WorkerTeam, seed: UInt64) {
        self.problem = problem
        self.rounds = rounds
        self.team = team
        let inputs = CrossEntropyInputs.planted(for: problem, seed: seed)
        expected = SampledCrossEntropy(inputs, of: problem)
        self.inputs = inputs
        product = try? LogitsProduct(for: problem, on: team)
        losses = TokenLosses(for: problem)
        gradients = CrossEntropyGradients(for: problem)
        // Their pages are then there, and no kernel is said to need them.
        gradients.spoil()
    }

    /// Both passes. The first call of each is checked, and not timed.
    func measure(_ kernel: CrossEntropyKernel) throws(UnsupportedProblem) -> [LossCost] {
        [try measureForward(kernel), try measureBackward(kernel)]
    }

    private func measureForward(_ kernel: CrossEntropyKernel) throws(UnsupportedProblem) -> LossCost {
        let memory = MemoryAbove()
        let instance = try kernel.prepareForward(for: problem, on: team)
        instance.run(inputs, into: &losses)
        var evidence = Evidence(residentBytes: memory.bytes)
        note(expected.accuracy(of: losses), kernel)
        time(&evidence) { instance.run(inputs, into: &losses) }
        return cost(of: kernel, .forward, evidence)
    }

    private func measureBackward(_ kernel: CrossEntropyKernel) throws(UnsupportedProblem) -> LossCost {
        let memory = MemoryAbove()
        let instance = try kernel.prepareBackward(for: problem, on: team)
        // Losses too are then of the pass that this one follows.
        instance.forward?.run(inputs, into: &losses)
        instance.run(inputs, losses, into: &gradients)
        var evidence = Evidence(residentBytes: memory.bytes)
        if let filtered = instance.filtered {
            evidence.filter = try cost(of: filtered)
        } else {
            note(expected.accuracy(of: gradients, after: losses), kernel)
        }
        time(&evidence) { instance.run(inputs, losses, into: &gradients) }
        return cost(of: kernel, .backward, evidence)
    }

    /// The error of the gradients that are there, against those without a filter.
    private func cost(of filtered: FilteredGranules) throws(UnsupportedProblem) -> FilterCost {
        var complete = CrossEntropyGradients(for: problem)
        try CrossEntropyKernel.cut.prepareBackward(for: problem, on: team).run(inputs, losses, into: &complete)
        var (hidden, classifier) = (RelativeError(), RelativeError())
        hidden.add(gradients.hidden, against: complete.hidden)
        classifier.add(gradients.classifier, against: complete.classifier)
        return FilterCost(leftOut: filtered.share, hiddenError: hidden.value, classifierError: classifier.value)
    }

    private func note(_ accuracy: Accuracy, _ kernel: CrossEntropyKernel) {
        if accuracy.isAccepted { return }
        wrong.append(
            WrongLoss(
                kernel: kernel.name, vocabulary: problem.vocabulary, hiddenSize: problem.hiddenSize,
                reason: "it differs from the reference by \(accuracy.excess)"))
    }

    /// What was seen of one pass.
    private struct Evidence {
        let residentBytes: Int?
        var filter: FilterCost?
        var calls: [Double] = []
        /// The product's time over the call's, of each round.
        var ratios: [Double] = []

        init(residentBytes: Int?) { self.residentBytes = residentBytes }
    }

    /// The product and the call by turns, so that both meet the same machine.
    private func time(_ evidence: inout Evidence, _ call: () -> Void) {
        for _ in 0..<rounds {
            var productSeconds: Double?
            if let product {
                let watch = Stopwatch()
                product.run(inputs)
                productSeconds = watch.seconds
            }
            let watch = Stopwatch()
            call()
            let seconds = watch.seconds
            evidence.calls.append(seconds)
            if let productSeconds { evidence.ratios.append(productSeconds / seconds) }
        }
    }

    private func cost(of kernel: CrossEntropyKernel, _ pass: CrossEntropyPass, _ evidence: Evidence) -> LossCost {
        LossCost(
            kernel: kernel.name, pass: pass, tokens: problem.tokens, vocabulary: problem.vocabulary,
            hiddenSize: problem.hiddenSize, elementType: problem.elementType, threads: team.threadCount,
            seconds: evidence.calls.median, flops: kernel.flops(pass, of: problem),
            shareOfProduct: evidence.ratios.isEmpty
                ? nil : evidence.ratios.median * Double(kernel.products[pass]),
            scratchBytes: kernel.scratchBytes(for: problem, threads: team.threadCount, pass),
            residentBytes: evidence.residentBytes, filter: evidence.filter)
    }
}

extension RelativeError {
    fileprivate mutating func add(_ tensor: borrowing Tensor, against exact: borrowing Tensor) {
        let step = 1 << 16
        for start in stride(from: 0, to: tensor.count, by: step) {
            let range = start..<min(start + step, tensor.count)
            add(
                tensor.elements(range).lazy.map { Double($0) }, against: exact.elements(range).lazy.map { Double($0) })
        }
    }
}
