import Attention
import Hardware
import TestSupport
import Testing

@testable import Kernels

/// What a NaN reaches in a loss: in a hidden state its token, and every word's gradient; in a word everything.
@Suite(.tags(.slow)) struct NonFiniteLossTests {
    private static let sizes = LossSizes(70, 300, 19)
    private static let token = 45
    /// In the last granule of words, whose gradients a filter leaves out of this token otherwise.
    private static let word = 299

    private let problem: CrossEntropyProblem

    init() throws { problem = try Self.sizes.problem() }

    /// All tokens but one are sure of the first words, so that a filter leaves most of the others out.
    private func inputs(nan place: (inout CrossEntropyInputs) -> Void) -> CrossEntropyInputs {
        var drawn = CrossEntropyInputs(for: problem, seed: 7)
        for token in 0..<problem.tokens { drawn.hidden[token * problem.hiddenSize] = 3 }
        for word in 0..<problem.vocabulary { drawn.classifier[word * problem.hiddenSize] = word < 8 ? 12 : -12 }
        var inputs = CrossEntropyInputs(
            hidden: drawn.hidden.converted(to: .float32), classifier: drawn.classifier.converted(to: .float32),
            targets: (0..<problem.tokens).map { Int32($0 % 8) })
        place(&inputs)
        return inputs
    }

    /// Both passes, ready to be called more than once.
    private struct Passes {
        let forward: any LossInstance
        let backward: any LossGradientInstance

        init(_ kernel: CrossEntropyKernel, _ problem: CrossEntropyProblem, threads: Int) throws {
            let team = WorkerTeam(threads: threads)
            backward = try kernel.prepareBackward(for: problem, on: team)
            forward = try backward.forward ?? kernel.prepareForward(for: problem, on: team)
        }

        func run(_ inputs: borrowing CrossEntropyInputs, _ problem: CrossEntropyProblem) -> Results {
            var losses = TokenLosses(for: problem)
            losses.spoil()
            forward.run(inputs, into: &losses)
            var gradients = CrossEntropyGradients(for: problem)
            gradients.spoil()
            backward.run(inputs, losses, into: &gradients)
            return Results(
                losses: losses.losses.elements(0..<problem.tokens),
                hidden: gradients.hidden.elements(0..<gradients.hidden.count),
                classifier: gradients.classifier.elements(0..<gradients.classifier.count))
        }
    }

    private struct Results: Equatable {
        let losses: [Float]
        let hidden: [Float]
        let classifier: [Float]

        var all: [Float] { losses + hidden + classifier }
    }

    @Test(arguments: CrossEntropyKernel.builtIn, [1, 3])
    func aHiddenStateReachesItsTokenAndEveryWord(kernel: CrossEntropyKernel, threads: Int) throws {
        let size = problem.hiddenSize
        let passes = try Passes(kernel, problem, threads: threads)
        let found = passes.run(inputs { $0.hidden[Self.token * size + 3] = .nan }, problem)
        for token in 0..<problem.tokens {
            let areNaN = Set(found.hidden[token * size..<(token + 1) * size].map(\.isNaN))
            #expect(found.losses[token].isNaN == (token == Self.token), "token \(token)")
            #expect(areNaN == [token == Self.token], "token \(token)")
        }
        let areNaN = found.classifier.allSatisfy(\.isNaN)
        #expect(areNaN)
    }

    @Test(arguments: CrossEntropyKernel.builtIn, [1, 3])
    func aWordReachesEverything(kernel: CrossEntropyKernel, threads: Int) throws {
        let passes = try Passes(kernel, problem, threads: threads)
        let found = passes.run(inputs { $0.classifier[Self.word * problem.hiddenSize + 3] = .nan }, problem)
        let areNaN = found.all.allSatisfy(\.isNaN)
        #expect(areNaN)
    }

    /// Nor does a filter keep what it has no reason to keep: without the NaN there is much to leave out.
    @Test(arguments: CrossEntropyKernel.builtIn)
    func nothingStaysForTheNextCall(kernel: CrossEntropyKernel) throws {
        let finite = inputs { _ in }
        let fresh = try Passes(kernel, problem, threads: 1).run(finite, problem)
        let areFinite = fresh.all.allSatisfy(\.isFinite)
        #expect(areFinite)
        for threads in 1...3 {
            let passes = try Passes(kernel, problem, threads: threads)
            _ = passes.run(inputs { $0.classifier[Self.word * problem.hiddenSize + 3] = .nan }, problem)
            let next = passes.run(finite, problem)
            #expect(next == fresh, "\(threads) threads")
            if kernel.filter == .none { continue }
            let share = try #require(passes.backward.filtered).share
            #expect(share > 0.5)
        }
    }

    /// The oracle has the same rule.
    @Test func theFormulasReachAsFar() {
        let size = problem.hiddenSize
        let ofToken = ReferenceCrossEntropy<Double>(
            inputs { $0.hidden[Self.token * size + 3] = .nan }, of: problem, .exact)
        let tokens = ofToken.losses.indices.filter { ofToken.losses[$0].isNaN }
        let rows = Set(ofToken.hidden.indices.filter { ofToken.hidden[$0].isNaN }.map { $0 / size })
        let isAllOfClassifier = ofToken.classifier.allSatisfy(\.isNaN)
        #expect(tokens == [Self.token] && rows == [Self.token] && isAllOfClassifier)
        let ofWord = ReferenceCrossEntropy<Double>(
            inputs { $0.classifier[Self.word * size + 3] = .nan }, of: problem, .exact)
        let isEverything = (ofWord.losses + ofWord.hidden + ofWord.classifier).allSatisfy(\.isNaN)
        #expect(isEverything)
    }
}
