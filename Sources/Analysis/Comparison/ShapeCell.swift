import Attention
import Quantities
import Records
import Statistics

/// What two builds count of one cell: pairs and bytes, which no noise moves.
struct ShapeCell {
    let workload: Workload
    /// Pairs that one call went through, counted as it went.
    let baselinePairs: Int?
    let candidatePairs: Int?
    /// By the closed form of the candidate's kernel; nil where it has none.
    let candidateStatedPairs: Int?
    let baselinePeakBytes: Int
    let candidatePeakBytes: Int
    /// Q, K, V, O and scratch by the baseline's closed form: a candidate that needs more may not move its own limit.
    /// Nil where the kernel does not say.
    let predictedBytes: Int?

    /// Pages of 2 MiB round up Q, K, V, O and some pieces of scratch, and a process takes memory in steps.
    static let slackBytes = 16 << 20
    static let slackFactor = 1.25

    var findings: [ShapeFinding] { [pairs, memory].compactMap(\.self) }

    /// What cannot be checked, in a sentence; nil where all can.
    var gap: Caution? { gap(of: "\(workload)") }

    /// - Parameter subject: what the sentence is about: the cell, or the kernel, all of whose cells have the same gap.
    func gap(of subject: String) -> Caution? {
        let missing = [pairs == nil ? "pairs" : nil, predictedBytes == nil ? "memory" : nil].compactMap(\.self)
        return missing.isEmpty
            ? nil
            : Caution(
                "\(subject): the kernel does not state its \(missing.joined(separator: " and its ")), so the gate does not check that"
            )
    }

    /// Nil where a kernel does not say what it computes.
    private var pairs: ShapeFinding? {
        guard let baselinePairs, let candidatePairs else { return nil }
        let useful = workload.fewestPairs
        let failure: String?
        if let candidateStatedPairs, candidatePairs != candidateStatedPairs {
            failure = "computes \(candidatePairs) pairs, but its closed form gives \(candidateStatedPairs)"
        } else if candidatePairs < useful {
            failure = "computes \(candidatePairs) pairs, but its mask allows \(useful)"
        } else if candidatePairs > baselinePairs {
            let times = ShapeGates.times(Double(candidatePairs) / Double(baselinePairs))
            failure = "computes \(candidatePairs) pairs, \(times) the \(baselinePairs) of the baseline"
        } else {
            failure = nil
        }
        return ShapeFinding(
            kind: .computedPairs, subject: "\(workload)", passed: failure == nil,
            message: failure ?? "computes \(candidatePairs) pairs for the \(useful) of its mask",
            baseline: Double(baselinePairs), candidate: Double(candidatePairs), limit: Double(baselinePairs))
    }

    private var memory: ShapeFinding? {
        guard let predictedBytes else { return nil }
        let known = Double(max(predictedBytes, baselinePeakBytes))
        let limit = Self.slackFactor * known + Double(Self.slackBytes)
        let passed = Double(candidatePeakBytes) <= limit
        let (peak, asked) = (Quantity.bytes(candidatePeakBytes), Quantity.bytes(predictedBytes))
        return ShapeFinding(
            kind: .peakMemory, subject: "\(workload)", passed: passed,
            message: passed
                ? "\(peak) at its peak, where the sizes need \(asked)"
                : "\(peak) at its peak, where the sizes need \(asked) and \(Quantity.bytes(Int(saturating: limit))) are "
                    + "allowed",
            baseline: Double(baselinePeakBytes), candidate: Double(candidatePeakBytes), limit: limit)
    }
}
