import Foundation
import Records
import TestSupport
import Testing

/// The cells of an ordinary sweep, dealt to ranks. The ranks of these tests are on one host.
@Suite(
    .tags(.slow), .serialized,
    .enabled(
        if: MPIRun.isThere && ProcessInfo.processInfo.activeProcessorCount > 1,
        "there is one CPU, or Open MPI is not installed, or not built with: scripts/setup --ranks"))
struct SpreadTests {
    private let folder: TestFolder

    init() throws {
        folder = try TestFolder()
        try folder.write(
            """
            name: tiny
            description: Two kernels at four lengths.
            kernels: [full, sliding-window]
            lengths: [32, 48, 64, 96]
            window: 16
            timeBudget: 5m
            """, to: "tiny.yaml")
    }

    private static let run = "$attnbench run tiny.yaml --tuning off --output out --quiet --spread"
    private static let launcher = "mpirun --allow-run-as-root --bind-to core -n 2"

    private var measurements: [Records.Measurement] {
        get throws { try ResultsFile.load(folder.path("out/results.jsonl")).measurements }
    }

    @Test func eachRankMeasuresAPart() throws {
        let run = try Program("\(Self.launcher) \(Self.run) --rounds 3", in: folder)
        #expect(run.status == 0, "\(run.messages)")
        let results = try ResultsFile.load(folder.path("out/results.jsonl"))
        #expect(results.measurements.filter(\.isMeasured).count == 8)
        #expect(results.measurements.allSatisfy { $0.host?.isEmpty == false })
        // One process of each rank.
        #expect(results.launches.count == 2)
        #expect(run.output.components(separatedBy: "Report").count <= 2, "one rank prints")
    }

    @Test func theDeathOfARankLosesNoSample() throws {
        let killed = try Program(
            """
            \(Self.launcher) \(Self.run) --rounds 100000 & launcher=$!
            until [ $(grep -c sampled out/results.launch1.partial.jsonl 2>/dev/null) -gt 50 ] 2>/dev/null; do sleep 0.2; done
            kill -KILL $(pgrep -P $launcher | tail -1)
            wait $launcher
            """, in: folder)
        #expect(killed.status != 0)
        #expect(killed.messages.contains("continue with: mpirun -n 2 attnbench run tiny.yaml"), "\(killed.messages)")
        #expect(killed.messages.contains(" --spread "))
        let resumed = try Program("\(Self.launcher) \(Self.run) --rounds 5 --resume", in: folder)
        #expect(resumed.status == 0, "\(resumed.messages)")
        #expect(try measurements.filter(\.isMeasured).count == 8)
    }

    @Test func ranksOnOneCoreAreRefused() throws {
        let refused = try Program("\(Self.launcher) \(Self.run) --cpu 0", in: folder)
        #expect(refused.status == 2)
        #expect(refused.messages.contains("Error: "), "\(refused.messages)")
        let unbound = try Program("\(Self.launcher) \(Self.run) --no-pin", in: folder)
        #expect(unbound.status == 2)
        #expect(unbound.messages.contains("is not bound to a core of "), "\(unbound.messages)")
        #expect(!folder.names.contains("out"))
    }

    @Test func aSweepOfOneProcessIsNotSpread() throws {
        let refused = try Program(Self.run, in: folder)
        #expect(refused.status == 2)
        #expect(refused.messages.contains("start it with mpirun"))
    }

    @Test func kernelsOfRanksAreNotSpread() throws {
        let refused = try Program("\(Self.launcher) \(Self.run) --set kernels=full,ranks/ring", in: folder)
        #expect(refused.status == 2)
        #expect(refused.messages.contains("ranks/ring needs all ranks at once"), "\(refused.messages)")
    }
}
