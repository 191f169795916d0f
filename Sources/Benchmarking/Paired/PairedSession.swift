import Foundation
import Hardware
import Records

/// Two programs made ready to be compared on this machine, as often as anybody likes.
public struct PairedSession {
    public let programs: PairedBench.Programs
    public let baselineBuild: ResultsHeader.Build
    public let candidateBuild: ResultsHeader.Build
    public let machine: Machine
    private let bench: PairedBench

    /// - Parameter seed: of the inputs.
    /// - Throws: `UnusableProgram`, and `WorkerError` where a program does not answer as a worker.
    public init(
        _ programs: PairedBench.Programs, placement: Placement, seed: UInt64, cancellation: Cancellation
    ) throws {
        try UnusableProgram.check(programs.baseline, as: .baseline)
        try UnusableProgram.check(programs.candidate, as: .candidate)
        let cpus = try placement.cpus(forThreads: 1, on: Topology())
        let pinning = cpus.isEmpty ? ["--no-pin"] : ["--cpu", "\(cpus[0])"]
        self.programs = programs
        bench = PairedBench(
            programs, arguments: ["worker", "--seed", "\(seed)"] + pinning, cancellation: cancellation)
        (baselineBuild, candidateBuild, machine) = try bench.builds()
    }

    /// Measures one block.
    ///
    /// - Parameter progress: called after each visit.
    public func measure(
        _ request: PairedRequest, progress: (_ visitsDone: Int, _ visits: Int) -> Void
    ) throws(WorkerError) -> (block: PairedBlock, seconds: Double) {
        let watch = Stopwatch()
        return (try bench.measure(request, progress: progress), watch.seconds)
    }

    /// What both builds were made with that makes their code differ, beside its source.
    public var cautions: [String] {
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
