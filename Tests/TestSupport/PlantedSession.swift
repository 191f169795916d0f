import Attention
import Foundation
import Records

/// Results of one session with known times: no kernel runs.
public struct PlantedSession {
    /// Of a month in 2026, and the session's commit is named for it.
    public var day: Int
    public var cpuModel = "Planted CPU"
    /// The result of every cell differs from the reference.
    public var isWrong = false
    /// Kernel, length and time of one call in nanoseconds.
    public var cells: [(kernel: String, length: Int, nanoseconds: Double)]

    public init(day: Int, _ cells: [(kernel: String, length: Int, nanoseconds: Double)]) {
        self.day = day
        self.cells = cells
    }

    /// Sessions on the days from 1 on: one cell, with these times.
    public static func days(_ nanoseconds: [Double], kernel: String = "full", length: Int = 1024) -> [PlantedSession] {
        nanoseconds.enumerated().map { PlantedSession(day: $0 + 1, [(kernel, length, $1)]) }
    }

    public var results: Results { Results(header: header, measurements: measurements) }

    public var header: ResultsHeader {
        let machine = Machine(
            cpuModel: cpuModel, architecture: "x86_64", physicalCores: 2, logicalCPUs: 2, caches: [],
            memoryBytes: 8 << 30, hypervisor: "KVM", vectorLanes: 16, instructionSet: "native",
            availableVectorLanes: 16, kernelRelease: "6.1.0", pinnedCPUs: [1], clockResolutionNanoseconds: 1,
            clockOverheadNanoseconds: 20, checks: [])
        let day = String(format: "%02d", day)
        return ResultsHeader(
            machine: machine,
            ceilings: Ceilings(flopsPerSecond: .init(float32: 1e11, bfloat16: nil), readBytesPerSecond: 1e10),
            build: .init(
                commit: "c0ffe\(day)", dirty: false, compiler: "Swift 6.3", flags: "-O", simd: "16 lanes",
                blasCore: "SkylakeX"),
            sweep: Sweep(name: "planted", groups: []), seed: 1, startedAt: "2026-03-\(day)T04:00:00Z",
            command: "attnbench run planted")
    }

    /// Twelve samples each, spread by 0.2 % about their time.
    private var measurements: [Records.Measurement] {
        cells.map { cell in
            let problem = try! AttentionProblem(
                shape: AttentionShape(queryLength: cell.length, headDimension: 64),
                mask: cell.kernel == "full" ? .causal : .slidingWindow(256))
            let samples = (0..<12).map { Int(cell.nanoseconds * (1 + 0.002 * (Double($0 % 5) - 2) / 2)) }
            let quiet = Contamination(
                migrated: false, runDelayNanoseconds: 0, offCPUNanoseconds: 0, stealNanoseconds: 0,
                involuntarySwitches: 0)
            return Records.Measurement(
                workload: Workload(kernel: cell.kernel, phase: .prefill, problem: problem),
                origin: .planted(cell.kernel), launch: 1,
                work: Work(.prefill, problem: problem, computedPairs: problem.pairs.allowed), scratchBytes: 0,
                outcome: isWrong
                    ? .wrong(reason: "differs from the reference by 0.5", maximumError: 0.5)
                    : .measured(
                        .init(
                            samplesNanoseconds: samples, rounds: Array(samples.indices), iterationsPerSample: 1,
                            contamination: samples.map { _ in quiet }, peakResidentBytes: 1 << 20, maximumError: 0)))
        }
    }

    /// As a results file.
    public func write(to path: String) throws {
        try JSONLines.write(
            [JSONLines.sealed(header)] + measurements.map { JSONLines.sealed(ResultsLine.cell($0)) }, to: path)
    }
}
