import Attention
import Hardware
import Kernels
import Statistics

/// Measures what the loss of a language model's last layer costs, over vocabularies and hidden sizes: the time of each kernel
/// beside the plain product of the same inputs, its memory, and what filtering gradients saves and loses.
///
/// Predictions are planted (`CrossEntropyInputs.planted`), since a filter's work depends on them. Each problem's losses and
/// gradients are compared with formulas in Double for some tokens and words before any time counts.
public struct LossStudy: Sendable, Codable, Hashable {
    public private(set) var costs: [LossCost] = []
    public private(set) var skipped: [SkippedLoss] = []
    public private(set) var wrong: [WrongLoss] = []

    /// What is measured.
    public struct Plan: Sendable {
        public var tokens: Int
        public var vocabularies: [Int]
        public var hiddenSizes: [Int]
        public var elementType: ElementType
        public var rounds: Int

        public init(
            tokens: Int, vocabularies: [Int], hiddenSizes: [Int], elementType: ElementType = .float32, rounds: Int = 3
        ) {
            self.tokens = tokens
            self.vocabularies = vocabularies
            self.hiddenSizes = hiddenSizes
            self.elementType = elementType
            self.rounds = rounds
        }
    }

    /// - Parameter announce: told what is measured next.
    /// - Throws: for sizes that make no problem.
    public static func measure(
        _ plan: Plan, on team: WorkerTeam, seed: UInt64 = 1, announce: (String) -> Void = { _ in }
    ) throws(CrossEntropyProblemError) -> LossStudy {
        var study = LossStudy()
        for hiddenSize in plan.hiddenSizes {
            for vocabulary in plan.vocabularies {
                let problem = try CrossEntropyProblem(
                    tokens: plan.tokens, vocabulary: vocabulary, hiddenSize: hiddenSize,
                    elementType: plan.elementType)
                announce("\(plan.tokens) tokens, \(vocabulary) words, \(hiddenSize) elements")
                study.add(problem, rounds: plan.rounds, on: team, seed: seed)
            }
        }
        return study
    }

    private mutating func add(_ problem: CrossEntropyProblem, rounds: Int, on team: WorkerTeam, seed: UInt64) {
        guard Self.fits(problem.inputBytes + 2 * problem.gradientBytes) else {
            skipped += CrossEntropyKernel.builtIn.map { Self.skipped($0, problem, Self.tooLarge) }
            return
        }
        let bench = LossBench(problem, rounds: rounds, on: team, seed: seed)
        for kernel in CrossEntropyKernel.builtIn {
            do throws(UnsupportedProblem) {
                for pass in CrossEntropyPass.allCases {
                    guard Self.fits(kernel.scratchBytes(for: problem, threads: team.threadCount, pass)) else {
                        throw UnsupportedProblem(Self.tooLarge)
                    }
                }
                costs += try bench.measure(kernel)
            } catch {
                skipped.append(Self.skipped(kernel, problem, error.reason))
            }
        }
        wrong += bench.wrong
    }

    private static let tooLarge = "it needs more than the memory that is there"

    /// A tenth of the memory is left to others.
    private static func fits(_ bytes: Int) -> Bool {
        AvailableMemory.bytes().map { Double(bytes) <= 0.9 * Double($0) } ?? true
    }

    private static func skipped(
        _ kernel: CrossEntropyKernel, _ problem: CrossEntropyProblem, _ reason: String
    ) -> SkippedLoss {
        SkippedLoss(
            kernel: kernel.name, vocabulary: problem.vocabulary, hiddenSize: problem.hiddenSize, reason: reason)
    }
}
