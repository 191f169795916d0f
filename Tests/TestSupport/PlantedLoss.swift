import Attention
import Foundation
import Records

/// Results of losses whose times and memory are known: so many ns a pair of a token and a word, and a kernel's own memory that is that of
/// all logits, or of a panel of them.
public enum PlantedLoss {
    public static let tokens = 512
    public static let vocabularies = [8, 16, 32, 64, 128].map { $0 << 10 }
    public static let hiddenSize = 1024
    public static let panelBytes = 41 << 20
    static let kernels: [(name: String, nanosecondsPerPair: Double, holdsLogits: Bool)] = [
        ("cross-entropy-logits", 60, true), ("cross-entropy-cut", 72, false),
        ("cross-entropy-cut-filtered", 45, false),
    ]

    /// All kernels over all vocabularies.
    public static let measurements = kernels.flatMap { kernel in
        vocabularies.map { words in
            let own = kernel.holdsLogits ? tokens * words * 4 : panelBytes
            return measurement(
                workload(kernel.name, words: words), ownBytes: own,
                nanoseconds: 2e6 + kernel.nanosecondsPerPair * Double(tokens * words))
        }
    }

    public static func workload(_ kernel: String, words: Int, tokens: Int = tokens) -> Workload {
        do {
            let loss = try CrossEntropyProblem(tokens: tokens, vocabulary: words, hiddenSize: hiddenSize)
            return Workload(kernel: kernel, phase: .loss, problem: try .loss(loss))
        } catch { fatalError("a planted problem is none: \(error)") }
    }

    public static func measurement(_ workload: Workload, ownBytes: Int, nanoseconds: Double) -> Records.Measurement {
        let samples = (0..<12).map {
            Int(nanoseconds * (1 + 0.002 * sin(Double(7 * $0 + workload.problem.shape.keyLength))))
        }
        let quiet = Contamination(
            migrated: false, runDelayNanoseconds: 0, offCPUNanoseconds: 0, stealNanoseconds: 0, involuntarySwitches: 0)
        return Records.Measurement(
            workload: workload, origin: .planted(workload.kernel), launch: 1,
            work: Work(.loss, problem: workload.problem, computedPairs: workload.problem.pairs.allowed),
            scratchBytes: ownBytes,
            outcome: .measured(
                .init(
                    samplesNanoseconds: samples, rounds: Array(1...12), iterationsPerSample: 1,
                    contamination: samples.map { _ in quiet },
                    // Pages round up.
                    peakResidentBytes: workload.tensorBytes + ownBytes + 300_000, maximumError: 0)))
    }
}
