import Foundation
import Ranks
import Records
import TestSupport
import Testing

/// What launchers tell the processes that they start.
@Suite struct RankLaunchTests {
    @Test func launchersAreKnownByTheirVariables() {
        let open = ["OMPI_COMM_WORLD_SIZE": "4", "OMPI_COMM_WORLD_RANK": "2"]
        #expect(RankLaunch.isOneOfSeveral(in: open) && !RankLaunch.isFirst(in: open))
        #expect(RankLaunch.words(in: open) == ["mpirun", "-n", "4"])
        let slurm = ["PMIX_RANK": "0", "SLURM_NTASKS": "2"]
        #expect(RankLaunch.isOneOfSeveral(in: slurm) && RankLaunch.isFirst(in: slurm))
        #expect(RankLaunch.words(in: slurm) == ["srun"])
        for alone in [[:], ["OMPI_COMM_WORLD_SIZE": "1"], ["PMIX_RANK": "0", "SLURM_NTASKS": "1"]] {
            #expect(!RankLaunch.isOneOfSeveral(in: alone) && RankLaunch.isFirst(in: alone))
            #expect(RankLaunch.words(in: alone).isEmpty)
        }
    }
}

/// The program under `mpirun`.
enum MPIRun {
    /// Where ranks can be started.
    static let isThere: Bool = {
        guard RankLaunch.library != nil, let folder = try? TestFolder() else { return false }
        return (try? Program("command -v mpirun", in: folder).status) == 0
    }()

    /// Machines may have fewer cores than ranks, and tests may run as root.
    static let launcher = "mpirun --oversubscribe --allow-run-as-root"

    static func line(_ words: String, ranks: Int) -> String { "\(launcher) -n \(ranks) $attnbench \(words)" }

    static let sweep = """
        name: tiny
        description: Ranks beside a kernel of one rank.
        kernels: [full, ranks/ring, ranks/ring-zigzag, ranks/heads]
        lengths: [40, 64]
        heads: {query: 2, keyValue: 2}
        timeBudget: 5m
        """

    static let run = "run tiny.yaml --no-pin --tuning off --output out --quiet"
}

/// What ranks compute and measure.
@Suite(
    .tags(.slow), .serialized,
    .enabled(if: MPIRun.isThere, "Open MPI is not installed, or not built with: scripts/setup --ranks"))
struct RankTests {
    private func program(_ words: String, ranks: Int) throws -> Program {
        try Program(MPIRun.line(words, ranks: ranks), in: TestFolder())
    }

    @Test func aRunMeasuresRanks() throws {
        let folder = try TestFolder()
        try folder.write(MPIRun.sweep, to: "tiny.yaml")
        let run = try Program(
            MPIRun.line("\(MPIRun.run) --rounds 2", ranks: 2), in: folder)
        #expect(run.status == 0, "\(run.messages)")
        #expect(run.output.components(separatedBy: "Report").count <= 2, "one rank prints")
        let results = try ResultsFile.load(folder.path("out/results.jsonl"))
        #expect(results.measurements.count == 8)
        for measurement in results.measurements {
            guard case .measured(let record) = measurement.outcome else {
                Issue.record("\(measurement.workload): \(measurement.outcome)")
                continue
            }
            if measurement.workload.kernel == "full" {
                #expect(record.ranks == nil)
                continue
            }
            let ranks = try #require(record.ranks)
            #expect(ranks.count == record.samplesNanoseconds.count)
            #expect(ranks.allSatisfy { $0.count == 2 })
            #expect(zip(ranks, record.samplesNanoseconds).allSatisfy { $0.map(\.nanoseconds).max() == $1 })
            #expect(measurement.origin.engineDetails["ranks"] == "2")
            let link = try #require(measurement.origin.ranks?.link)
            #expect(link.bytesPerSecond > 1e6 && link.latencySeconds < 1 && link.copySecondsPerByte < 1e-6)
            let timeline = try #require(record.timeline)
            #expect(timeline.count == 2 && timeline.allSatisfy { $0.contains { $0.kind == .transfer } })
        }
    }

    @Test func withoutMpirunThereIsOneRank() throws {
        let folder = try TestFolder()
        try folder.write(MPIRun.sweep, to: "tiny.yaml")
        let run = try Program("$attnbench \(MPIRun.run) --rounds 2", in: folder)
        #expect(run.status == 0, "\(run.messages)")
        let results = try ResultsFile.load(folder.path("out/results.jsonl"))
        let ofRanks = results.measurements.filter { $0.workload.kernel.hasPrefix("ranks/") }
        #expect(ofRanks.count == 6)
        #expect(ofRanks.allSatisfy { $0.isMeasured && $0.origin.engineDetails["ranks"] == "1" })
    }

    /// No rank needs the whole: the first one of two takes half of the memory that it takes alone, as admission counts it.
    @Test func eachRankHoldsItsOwnPart() throws {
        func peaks(ranks: Int) throws -> [String: Int] {
            let folder = try TestFolder()
            try folder.write(
                """
                name: tiny
                description: Long texts.
                kernels: [ranks/ring-window]
                lengths: [256K]
                window: 64
                headDimension: 64
                timeBudget: 5m
                also:
                  - {phase: decode, kernels: [ranks/decode-split-cache], lengths: [256K]}
                """, to: "tiny.yaml")
            let run = try Program(MPIRun.line("\(MPIRun.run) --rounds 2", ranks: ranks), in: folder)
            #expect(run.status == 0, "\(run.messages)")
            var peaks: [String: Int] = [:]
            for measurement in try ResultsFile.load(folder.path("out/results.jsonl")).measurements {
                guard case .measured(let record) = measurement.outcome else {
                    Issue.record("\(measurement.workload): \(measurement.outcome)")
                    continue
                }
                let kernel = try RankKernel.builtIn.named(String(measurement.workload.kernel.dropFirst("ranks/".count)))
                let counted = kernel.bytes(of: try kernel.problem(measurement.workload.problem, ranks: ranks), rank: 0)
                let share = Double(record.peakResidentBytes) / Double(counted)
                #expect((0.9...1.1).contains(share), "\(kernel.name): \(record.peakResidentBytes), not \(counted)")
                peaks[kernel.name] = record.peakResidentBytes
            }
            return peaks
        }
        let (alone, ofTwo) = (try peaks(ranks: 1), try peaks(ranks: 2))
        for kernel in [RankKernel.ringWindow, .splitCache] {
            let share = Double(try #require(ofTwo[kernel.name])) / Double(try #require(alone[kernel.name]))
            #expect((0.45...0.55).contains(share), "\(kernel.name): \(share)")
        }
    }

    /// Messages of Open MPI itself; all other cases run over ranks that are threads, in RanksTests.
    @Test(arguments: [2, 3, 5]) func checksEveryKernel(ranks: Int) throws {
        let checked = try program("check", ranks: ranks)
        #expect(checked.status == 0, "\(checked.messages)")
        let lines = checked.output.split(separator: "\n")
        // Only one rank prints.
        #expect(lines.count == 2 + RankKernel.builtIn.count, "\(checked.output)")
        #expect(lines.first?.hasPrefix("kernel on \(ranks) ranks") == true)
        for kernel in RankKernel.builtIn {
            #expect(lines.contains { $0.hasPrefix(kernel.name + " ") && $0.hasSuffix("ok") }, "\(kernel.name)")
        }
    }

    @Test func oneRankIsNoRanks() throws {
        let (alone, launched) = (
            try Program("$attnbench check full", in: TestFolder()), try program("check full", ranks: 1)
        )
        #expect(launched.status == 0 && launched.output == alone.output)
    }

    @Test func anUnknownKernelIsRefused() throws {
        let refused = try program("check rong", ranks: 2)
        #expect(refused.status == 2)
        #expect(refused.messages.contains("\"rong\" is not a kernel of ranks; did you mean \"ring\"?"))
    }
}
