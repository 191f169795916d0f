import Attention
import Faults
import Foundation
import Quantities
import Records
import Statistics

/// The course of a gate: every cell is screened in a few blocks; those that the screen does not clearly pass are
/// measured again in fresh blocks, and judged by these.
public struct Gate {
    public let workloads: [Workload]
    public let policy: GatePolicy
    public let seed: UInt64

    public init(_ workloads: [Workload], policy: GatePolicy, seed: UInt64) {
        self.workloads = workloads
        self.policy = policy
        self.seed = seed
    }

    /// What a gate measured, before anybody judges it.
    public struct Evidence: Sendable {
        public internal(set) var screen: [PairedBlock] = []
        public internal(set) var confirmation: [PairedBlock] = []
        /// Cells that one side refused or computed wrongly. Where the candidate did, nothing is timed: how fast it is
        /// does not matter.
        public internal(set) var uncompared: [UncomparedCell] = []
        /// Whether time ended before every block was measured.
        public internal(set) var isCutShort = false
        /// What a reader should know of the engines at work.
        public internal(set) var remarks: Set<String> = []

        /// Cells whose result is wrong in the candidate.
        public var wrong: [UncomparedCell] { uncompared.filter { $0.cause == .wrong } }

        /// Takes note of the cells that a block could not measure.
        mutating func note(_ block: PairedBlock) {
            remarks.formUnion(block.remarks)
            for cell in block.unmeasured where !uncompared.contains(where: { $0.workload == cell.workload }) {
                uncompared.append(
                    UncomparedCell(
                        workload: cell.workload, cause: cell.engine == .baseline ? .noBaseline : .engineFailed,
                        reason: "\(cell.engine): \(cell.reason)"))
            }
        }

        /// Of these cells, those that are still compared.
        func compared(_ workloads: [Workload]) -> [Workload] {
            workloads.filter { workload in !uncompared.contains { $0.workload == workload } }
        }
    }

    /// The time that a gate may take.
    public struct Budget {
        let secondsLeft: () -> Double
        /// Told before the confirmation begins, where there is no room for all of it.
        let announce: (Caution) -> Void

        public init(secondsLeft: @escaping () -> Double, announce: @escaping (Caution) -> Void) {
            self.secondsLeft = secondsLeft
            self.announce = announce
        }

        public static var endless: Budget { Budget(secondsLeft: { .infinity }, announce: { _ in }) }
    }

    /// - Parameters:
    ///   - planted: slowdowns of the candidate, for a gate that is itself tested.
    ///   - measure: one block, with the seconds that it took; its errors are passed on.
    /// - Throws: `TooLittleTime` where not even the screen fits.
    public func run(
        planted: [Workload: Double] = [:], within budget: Budget = .endless,
        measure measureBlock: (PairedRequest) throws -> (block: PairedBlock, seconds: Double)
    ) throws -> Evidence {
        var evidence = Evidence()
        var longest = BlockTime()
        func measure(_ workloads: [Workload], rounds: Int, index: Int) throws -> PairedBlock {
            let (block, seconds) = try measureBlock(
                PairedRequest(
                    workloads: workloads, rounds: rounds, seed: seed &+ UInt64(index) << 32, isChecked: index == 0,
                    planted: planted))
            evidence.note(block)
            longest = longest.orLonger(
                BlockTime(preparationSeconds: block.preparationSeconds, seconds: seconds))
            return block
        }
        for index in 0..<policy.screenBlocks {
            let block = try measure(evidence.compared(workloads), rounds: policy.screenRounds, index: index)
            if index == 0 {
                Self.noteWrongness(block, &evidence)
                if !evidence.wrong.isEmpty || evidence.compared(workloads).isEmpty { return evidence }
                if Double(policy.screenBlocks - 1) * longest.seconds > budget.secondsLeft() {
                    throw TooLittleTime(block: longest, blocks: policy.screenBlocks)
                }
            }
            evidence.screen.append(block)
        }
        // Reversed, so that no cell stands behind the same neighbours again.
        let candidates = Array(GateDecision.unclear(evidence, policy: policy).reversed())
        if candidates.isEmpty { return evidence }
        let room = longest.confirmation(policy).blocks(within: budget.secondsLeft())
        if room < policy.confirmationBlocks {
            budget.announce(GateDecision.fewerBlocks(room, longest, evidence, policy))
        }
        longest = BlockTime()
        for index in 0..<policy.confirmationBlocks {
            guard budget.secondsLeft() >= longest.seconds else {
                evidence.isCutShort = true
                break
            }
            let left = evidence.compared(candidates)
            if left.isEmpty { break }
            evidence.confirmation.append(
                try measure(left, rounds: policy.confirmationRounds, index: policy.screenBlocks + index))
        }
        return evidence
    }

    /// Cells that one side computes wrongly.
    private static func noteWrongness(_ block: PairedBlock, _ evidence: inout Evidence) {
        for cell in block.cells {
            if let wrongness = cell.facts.candidate.wrongness {
                evidence.uncompared.append(UncomparedCell(wrong: cell.workload, wrongness))
            } else if let wrongness = cell.facts.baseline.wrongness {
                evidence.uncompared.append(
                    UncomparedCell(
                        workload: cell.workload, cause: .noBaseline,
                        reason: "its result in the baseline is wrong: \(wrongness)"))
            }
        }
    }
}

/// What a block takes.
struct BlockTime: Hashable, Sendable {
    /// Starting the engines, compiling, filling tensors: however few the rounds.
    var preparationSeconds = 0.0
    /// All of it.
    var seconds = 0.0

    func orLonger(_ other: BlockTime) -> BlockTime { other.seconds > seconds ? other : self }

    /// The time of a block of the confirmation, predicted from one of the screen. It has fewer cells, which is not counted on.
    func confirmation(_ policy: GatePolicy) -> BlockTime {
        let rounds = Double(policy.confirmationRounds) / Double(policy.screenRounds)
        return BlockTime(
            preparationSeconds: preparationSeconds,
            seconds: preparationSeconds + rounds * (seconds - preparationSeconds))
    }

    func blocks(within available: Double) -> Int { Int(saturating: max(0, available) / max(seconds, 1e-9)) }
}

/// The sweep's cells are too long for the time that there is.
public struct TooLittleTime: Fault, Equatable {
    let block: BlockTime
    let blocks: Int

    public var exitStatus: ExitStatus { .usage }

    public var description: String {
        "one launch of this sweep takes \(block), and a gate needs at least \(blocks), which do not fit into the time "
            + "budget; give a longer --time-budget, or a sweep with shorter cells"
    }
}

extension BlockTime: CustomStringConvertible {
    var description: String {
        let whole = TimeBudget.text(seconds: seconds)
        // A short time for starting and compiling is not mentioned.
        guard preparationSeconds > 0.2 * seconds else { return whole }
        return
            "\(whole), of which \(TimeBudget.text(seconds: preparationSeconds)) are needed to start the engines and to "
            + "prepare the kernels"
    }
}

/// What a gate takes for a change, and how hard it looks.
public struct GatePolicy: Sendable, Hashable {
    /// The change, as a fraction, that is tolerated.
    public let delta: Double
    /// Launch blocks over all cells. Three are the fewest from which an interval can deny a change: its t quantile
    /// is 4.3, with two it would be 12.7.
    public var screenBlocks = 3
    /// Fresh blocks for the cells that the screen could not pass. Verdicts come from these alone: the screen's own would
    /// be biased, since it chose the cells for being slow.
    public var confirmationBlocks = 10
    public var screenRounds = 12
    public var confirmationRounds = 18
    /// Of even one false alarm among the cells of a run.
    public var familyLevel = 0.05

    /// Whether a move of half of all cells counts as a doubt about the measuring. Many kernels of one build share little but
    /// its flags and the machine. The kernels of an engine may be one or two, or share their inner loop, and what makes all of
    /// them slower is a regression: the control and the frozen loop vouch for the machine.
    public var doubtsCommonMoves = true

    /// The tolerance that a machine deserves: a hypervisor's neighbours move times by some per cent.
    public static func defaultDelta(hypervisor: String?) -> Double { hypervisor == "none" ? 0.02 : 0.05 }

    public init(delta: Double) {
        precondition(delta > 0 && delta < 1, "a tolerance of \(delta) is none")
        self.delta = delta
    }

    /// The tolerance as a logarithm; the same in either direction.
    var logDelta: Double { log1p(delta) }
}
