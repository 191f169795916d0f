import Attention
import Benchmarking
import Faults
import Foundation
import Records

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

        /// Cells whose result is wrong in the candidate.
        public var wrong: [UncomparedCell] { uncompared.filter { $0.cause == .wrong } }
    }

    /// - Parameters:
    ///   - planted: slowdowns of the candidate, for a gate that is itself tested.
    ///   - hasTime: whether so many seconds more can be afforded.
    ///   - measure: one block and the seconds that it took; its errors are passed on.
    /// - Throws: `TooLittleTime` where not even the screen fits.
    public func run(
        planted: [Workload: Double] = [:], hasTime: (_ seconds: Double) -> Bool = { _ in true },
        measure: (PairedRequest) throws -> (block: PairedBlock, seconds: Double)
    ) throws -> Evidence {
        var evidence = Evidence()
        var compared = workloads
        for index in 0..<policy.screenBlocks {
            let (block, seconds) = try measure(
                PairedRequest(
                    workloads: compared, rounds: policy.screenRounds, seed: seed &+ UInt64(index) << 32,
                    isChecked: index == 0, planted: planted))
            if index == 0 {
                compared = Self.comparable(block, &evidence)
                if !evidence.wrong.isEmpty { return evidence }
                let others = Double(policy.screenBlocks - 1) * seconds
                if !hasTime(others) { throw TooLittleTime(blockSeconds: seconds, blocks: policy.screenBlocks) }
            }
            evidence.screen.append(block)
        }
        // Reversed, so that no cell stands behind the same neighbours again.
        let candidates = Array(GateDecision.unclear(evidence, policy: policy).reversed())
        var longestSeconds = 0.0
        for index in 0..<(candidates.isEmpty ? 0 : policy.confirmationBlocks) {
            guard hasTime(longestSeconds) else {
                evidence.isCutShort = true
                break
            }
            let (block, seconds) = try measure(
                PairedRequest(
                    workloads: candidates, rounds: policy.confirmationRounds,
                    seed: seed &+ UInt64(policy.screenBlocks + index) << 32, isChecked: false, planted: planted))
            evidence.confirmation.append(block)
            longestSeconds = max(longestSeconds, seconds)
        }
        return evidence
    }

    /// The cells that both sides compute, and rightly.
    private static func comparable(_ block: PairedBlock, _ evidence: inout Evidence) -> [Workload] {
        evidence.uncompared = block.refusals.map {
            UncomparedCell(
                workload: $0.workload, cause: $0.build == .baseline ? .noBaseline : .missing,
                reason: "\($0.build): \($0.reason)")
        }
        var compared: [Workload] = []
        for cell in block.cells {
            if let wrongness = cell.facts.candidate.wrongness {
                evidence.uncompared.append(UncomparedCell(wrong: cell.workload, wrongness))
            } else if let wrongness = cell.facts.baseline.wrongness {
                evidence.uncompared.append(
                    UncomparedCell(
                        workload: cell.workload, cause: .noBaseline,
                        reason: "its result in the baseline is wrong: \(wrongness)"))
            } else {
                compared.append(cell.workload)
            }
        }
        return compared
    }
}

extension Gate {
    /// Runs on two programs of this machine.
    public func run(
        on session: PairedSession, planted: [Workload: Double] = [:], progress: any ProgressObserver,
        hasTime: (_ seconds: Double) -> Bool = { _ in true }
    ) throws -> Evidence {
        var blocks = 0
        return try run(planted: planted, hasTime: hasTime) { request in
            let (phase, name) = policy.phase(ofBlock: blocks)
            blocks += 1
            return try session.measure(request) { done, total in
                progress.report(ProgressEvent(phase: phase, cell: name, done: done, total: total, secondsLeft: nil))
            }
        }
    }
}

extension GatePolicy {
    /// - Parameter index: from 0, over the screen and what follows it.
    fileprivate func phase(ofBlock index: Int) -> (phase: ProgressEvent.Phase, name: String) {
        index < screenBlocks
            ? (.screening, "launch \(index + 1) of \(screenBlocks)")
            : (.repeating, "launch \(index - screenBlocks + 1) of \(confirmationBlocks)")
    }
}

/// The sweep's cells are too long for the time that there is.
public struct TooLittleTime: Fault, Equatable {
    let blockSeconds: Double
    let blocks: Int

    public var exitStatus: ExitStatus { .usage }

    public var description: String {
        "one launch of this sweep takes \(TimeBudget.text(seconds: blockSeconds)), and the \(blocks) that a gate needs at "
            + "least do not fit into the time budget; give a longer --time-budget, or a sweep with shorter cells"
    }
}
