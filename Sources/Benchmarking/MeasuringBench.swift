import Attention
import Engines
import Foundation
import Hardware
import Kernels
import Records

/// The machine made ready to measure a sweep: threads pinned, clock and ceilings known.
public struct MeasuringBench {
    public let topology: Topology
    /// Beside this program's own kernels.
    public var engines: [any Engine] = []
    private let clockFacts: ClockFacts
    public let ceilings: Ceilings
    /// What the kernels leave to the machine.
    public let tuning: Tuning
    private let tuningRemark: String?
    private let placement: Placement
    /// By number of threads, made on the thread that measures.
    private let teams: [Int: Result<WorkerTeam, PlacementError>]

    /// Where the ceilings come from.
    public enum CeilingsSource {
        case known(Ceilings)
        /// They are measured, which takes less than a second.
        case measured(withinSeconds: Double)
    }

    /// Where what is to be known of the machine comes from.
    public struct Sources {
        let tuning: TuningSource
        let ceilings: CeilingsSource

        public init(tuning: TuningSource, ceilings: CeilingsSource) {
            self.tuning = tuning
            self.ceilings = ceilings
        }
    }

    /// - Parameters:
    ///   - threadCounts: of the workloads, not empty. A count for which there are no CPUs is no error here: its cells are
    ///     skipped with the reason.
    public init(
        placement: Placement, threadCounts: Set<Int>, from sources: Sources,
        progress: any ProgressObserver = SilentProgress()
    ) throws {
        let topology = try Topology()
        var teams: [Int: Result<WorkerTeam, PlacementError>] = [:]
        // The narrowest last: its pinning is the one that the calling thread keeps.
        for count in threadCounts.sorted(by: >) {
            teams[count] = Result { () throws(PlacementError) in
                try WorkerTeam(threads: count, placement: placement, on: topology)
            }
        }
        if teams.values.allSatisfy({ (try? $0.get()) == nil }) { _ = try teams[threadCounts.min()!]!.get() }
        self.topology = topology
        self.placement = placement
        self.teams = teams
        let single = try teams[1]?.get() ?? WorkerTeam(threads: 1, placement: placement, on: topology)
        clockFacts = ClockFacts.measure(SystemClock())
        (tuning, tuningRemark) = sources.tuning.tuning(for: single, on: topology) {
            progress.report(
                ProgressEvent(
                    phase: .machine, cell: "which forms of its kernels are fastest, once", done: 0, total: 0,
                    secondsLeft: 2))
        }
        switch sources.ceilings {
        case .known(let ceilings): self.ceilings = ceilings
        case .measured(let seconds):
            progress.report(
                ProgressEvent(
                    phase: .machine, cell: "its peak and bandwidth", done: 0, total: 0, secondsLeft: min(1, seconds)))
            self.ceilings = Ceilings.measure(on: single, within: seconds)
        }
    }

    private var widestTeam: WorkerTeam {
        teams.sorted { $0.key > $1.key }.compactMap { try? $0.value.get() }.first!
    }

    public var machine: Machine { Machine.current(topology: topology, team: widestTeam) }

    public func instruments(seed: UInt64) -> Instruments {
        let teams = teams
        let engine = InProcessEngine(
            kernels: Kernel.builtIn.map { $0.tuned(by: tuning) },
            team: { count throws(UnsupportedProblem) in
                do {
                    return try teams[count]!.get()
                } catch {
                    throw UnsupportedProblem("\(error)")
                }
            }, evidence: ThreadEvidenceReader(teams: teams.values.compactMap { try? $0.get() }),
            clockFacts: clockFacts)
        let sentinels = teams.compactMapValues { try? $0.get() }.mapValues { Sentinels($0) }
        let ceilings = ceilings
        return .system(engines: [engine] + engines, seed: seed) { workload in
            let work = Work(workload.phase, problem: workload.problem, computedPairs: nil)
            return sentinels[workload.threads]?.reading(ofMemory: ceilings.memoryBounds(work))
        }
    }

    /// The CPUs that the threads are on.
    var cpus: [Int] {
        let pinned = widestTeam.pinnedCPUs
        return pinned.isEmpty ? topology.allowedCPUs : pinned
    }

    /// What the system refused, for the reader of the results.
    public var refusals: [String] { widestTeam.pinnings.compactMap(\.refusal) + [tuningRemark].compactMap { $0 } }
}
