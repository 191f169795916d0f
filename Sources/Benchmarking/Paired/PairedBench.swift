import Attention
import Foundation
import Kernels
import Records

/// Two builds that take turns on one core.
///
/// Each side is a process of its own that is pinned to the same core, where it waits on its pipe, costing nothing, while
/// another one is asked. So the samples of a pair lie milliseconds apart on the same silicon, and whatever disturbs the
/// machine for longer disturbs both. Rejected: running the two at once on two cores, which share cache, memory and often,
/// behind a hypervisor, a core; and one after the other, which measures the time of day.
public final class PairedBench {
    public struct Programs: Sendable, Hashable {
        public let baseline: String
        public let candidate: String

        public init(baseline: String, candidate: String) {
            self.baseline = baseline
            self.candidate = candidate
        }
    }

    private let programs: Programs
    private let arguments: [String]
    private let environment: [String: String]
    private let cancellation: Cancellation

    /// - Parameter arguments: what makes a program a worker, with its pinning and the seed of its inputs.
    public init(
        _ programs: Programs, arguments: [String],
        environment: [String: String] = BLASCore.originalEnvironment, cancellation: Cancellation
    ) {
        self.programs = programs
        self.arguments = arguments
        self.environment = environment
        self.cancellation = cancellation
    }

    /// What both builds are, and the machine as they see it.
    public func builds() throws(WorkerError) -> (
        baseline: ResultsHeader.Build, candidate: ResultsHeader.Build, machine: Machine
    ) {
        var generator = SplitMix64(seed: 0)
        let baseline = try start(.baseline, using: &generator).greeting
        let candidate = try start(.candidate, using: &generator).greeting
        return (baseline.build, candidate.build, candidate.machine)
    }

    /// - Parameter progress: called after each visit.
    public func measure(
        _ request: PairedRequest, progress: (_ visitsDone: Int, _ visits: Int) -> Void = { _, _ in }
    ) throws(WorkerError) -> PairedBlock {
        var generator = SplitMix64(seed: request.seed)
        let workers = try PairedValues<WorkerProcess> { side throws(WorkerError) in try start(side, using: &generator) }
        defer { for side in PairedSide.allCases { workers[side].end() } }
        var block = BlockUnderWay(workers: workers, request: request)
        for workload in request.workloads {
            if cancellation.isCancelled { throw .cancelled }
            try block.prepare(workload)
        }
        let entries = block.entryCount
        let orders = (0..<entries).map { _ in PairedOrder.sides(rounds: request.rounds, using: &generator) }
        let rounds = PairedOrder.cells(count: entries, rounds: request.rounds, using: &generator)
        for (round, order) in rounds.enumerated() {
            for (done, entry) in order.enumerated() {
                if cancellation.isCancelled { throw .cancelled }
                try block.visit(entry, inOrder: orders[entry][round])
                progress(round * entries + done + 1, request.rounds * entries)
            }
        }
        return block.measured
    }

    /// The system's own randomisation of addresses is left on for the same reason as the environment is padded.
    private func start(
        _ side: PairedSide, using generator: inout SplitMix64
    ) throws(WorkerError) -> WorkerProcess {
        try WorkerProcess(
            WorkerProcess.Launch(
                side: side.build, path: side.build == .candidate ? programs.candidate : programs.baseline,
                arguments: arguments, environment: EnvironmentPadding.pad(environment, using: &generator)))
    }
}
