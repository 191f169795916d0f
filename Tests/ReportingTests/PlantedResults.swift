import Records

@testable import Reporting

/// A results file's header and no measurement: what a report reads beside the analysis.
enum PlantedResults {
    static let header = header(cpuModel: "Planted CPU <4>")

    private static func header(cpuModel: String) -> ResultsHeader {
        ResultsHeader(
            machine: Machine(
                cpuModel: cpuModel, cpuRevision: nil, architecture: "x86-64", physicalCores: 2, logicalCPUs: 2,
                caches: [.init(level: 1, bytes: 49152, sharedBy: 1), .init(level: 3, bytes: 33_554_432, sharedBy: 2)],
                memoryBytes: 8 << 30, hypervisor: "KVM", vectorLanes: 16, instructionSet: "native",
                availableVectorLanes: 16, kernelRelease: "6.1.0", pinnedCPUs: [1], clockResolutionNanoseconds: 1,
                clockOverheadNanoseconds: 21,
                checks: [
                    EnvironmentCheck(name: "governor", state: .unknown, detail: "no cpufreq directory"),
                    EnvironmentCheck(name: "steal", state: .ok, detail: "0 %"),
                    EnvironmentCheck(name: "pressure", state: .bad, detail: "46 %; stop other programs"),
                ]),
            ceilings: PlantedAnalysis.full.analysis.ceilings,
            build: .init(
                commit: "0123abc", dirty: false, compiler: "Swift 6.3.1", flags: "-O", simd: "16 lanes (AVX-512)",
                blasCore: "SkylakeX"),
            sweep: Sweep(name: "scaling", groups: []), seed: 7, startedAt: "2026-01-02T03:04:05Z",
            command: "attnbench run scaling --seed 7")
    }

    static let results = Results(header: header, measurements: [])
    static let onAnotherMachine = Results(header: header(cpuModel: "Another CPU"), measurements: [])

    /// Two results of one machine; the second takes 0.8 of the time.
    static let oldAndNew = [
        ReportSource(label: "old", results: results, findings: PlantedAnalysis.short),
        ReportSource(label: "new", results: results, findings: PlantedAnalysis.shortAndFaster),
    ]
}
