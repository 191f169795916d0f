import Analysis
import Benchmarking
import Faults
import Foundation
import Hardware
import Records

/// Two programs made ready to be compared on this machine, as often as anybody likes.
struct GateSession {
    let programs: PairedBench.Programs
    let baselineBuild: ResultsHeader.Build
    let candidateBuild: ResultsHeader.Build
    let machine: Machine
    private let bench: PairedBench
    private let progress: GateProgress

    init(
        _ programs: PairedBench.Programs, placement: Placement, seed: UInt64, progress: GateProgress
    ) throws {
        guard FileManager.default.isExecutableFile(atPath: programs.baseline) else {
            throw BaselineMissing(path: programs.baseline)
        }
        let cpus = try placement.cpus(forThreads: 1, on: Topology())
        let pinning = cpus.isEmpty ? ["--no-pin"] : ["--cpu", "\(cpus[0])"]
        self.programs = programs
        self.progress = progress
        bench = PairedBench(
            programs, arguments: ["worker", "--seed", "\(seed)"] + pinning,
            cancellation: Interrupts.cancellation(), progress: progress.visited)
        (baselineBuild, candidateBuild, machine) = try bench.builds()
    }

    /// Runs a gate; its budget began when `watch` did.
    func run(
        _ gate: Gate, planted: [Workload: Double] = [:], since watch: Stopwatch, budgetSeconds: Double
    ) throws -> Gate.Outcome {
        var blocks = 0
        return try gate.run(planted: planted, hasTime: { watch.seconds + $0 <= budgetSeconds }) { request in
            let blockWatch = Stopwatch()
            progress.startBlock(blocks, of: gate.policy)
            blocks += 1
            let block = try bench.measure(request)
            return (block, blockWatch.seconds)
        }
    }

    /// What both builds were made with that makes their code differ, beside its source.
    var cautions: [String] {
        let pairs = [
            ("compilers", baselineBuild.compiler, candidateBuild.compiler),
            ("flags", baselineBuild.flags, candidateBuild.flags), ("vectors", baselineBuild.simd, candidateBuild.simd),
            ("cores of OpenBLAS", baselineBuild.blasCore, candidateBuild.blasCore),
        ]
        return pairs.filter { $0.1 != $0.2 }.map {
            "the builds have different \($0.0): \($0.1), and \($0.2); build both alike to compare their sources"
        }
    }
}

/// Progress of a gate: visits within a block, and which block it is.
final class GateProgress {
    private let observer: any ProgressObserver
    private var phase = ProgressEvent.Phase.screening
    private var block = ""

    init(_ observer: any ProgressObserver) { self.observer = observer }

    func startBlock(_ index: Int, of policy: GatePolicy) {
        let isScreen = index < policy.screenBlocks
        phase = isScreen ? .screening : .repeating
        block =
            isScreen
            ? "launch \(index + 1) of \(policy.screenBlocks)"
            : "launch \(index - policy.screenBlocks + 1) of \(policy.confirmationBlocks)"
    }

    func visited(_ done: Int, of total: Int) {
        observer.report(
            ProgressEvent(
                phase: phase, cell: block, done: done, total: total, secondsLeft: nil))
    }
}

/// There is nothing to compare with.
struct BaselineMissing: Fault {
    let path: String

    var exitStatus: ExitStatus { .baselineMissing }

    var description: String {
        "there is no baseline at \(path); build the commit to compare with and name its attnbench"
    }
}
