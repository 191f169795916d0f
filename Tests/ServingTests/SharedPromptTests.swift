import Analysis
import Attention
import Records
import TestSupport
import Testing

@testable import Serving

/// A prompt on several hosts, by hand.
@Suite struct SharedPromptTests {
    private static func plan(_ link: RankLink, overlap: Double? = 1, context: Int = 65_536) throws -> MeasuredPlan {
        let kernel = MeasuredMachine.Kernel(
            label: "full", mask: .causal, headDimension: 64, heads: 2, nanosecondsPerPair: 0.5,
            nanosecondsPerPairRange: 0.4...0.6,
            law: GrowthLaw(overheadNanoseconds: 0, coefficient: 0.5, exponent: 1), medians: [:])
        return MeasuredPlan(
            KVCache(try model("llama-3.1-8b")), context: context,
            on: MeasuredMachine(
                full: kernel, windowed: [], threads: 1, flopsPerSecond: 1.024e12, readBytesPerSecond: 1e11,
                bestFractionOfPeak: 0.5, ranks: MeasuredRanks(count: 2, link: link, overlap: overlap)))
    }

    @Test func withoutMessagesAllIsDivided() throws {
        let plan = try Self.plan(RankLink(latencySeconds: 0, secondsPerByte: 1e-30))
        #expect(plan.shared.map(\.hosts) == [1, 2, 4, 8, 16, 32, 64])
        for shared in plan.shared {
            #expect(abs(shared.seconds * Double(shared.hosts) / plan.forecastSeconds - 1) < 1e-9)
            #expect(shared.exposedSeconds < 1e-9)
        }
    }

    /// 32 layers of 8 key/value heads of 128 in 16 bits: 4 KiB a token and layer. On 8 hosts a slice has 8,192 tokens.
    @Test func whatComputingCannotHideIsAdded() throws {
        let link = RankLink(latencySeconds: 1e-3, secondsPerByte: 1e-8)
        let plan = try Self.plan(link, context: 65_536)
        let eight = try #require(plan.shared.first { $0.hosts == 8 })
        let step = plan.rows[1].forecastSeconds / 32 / 64
        let transfer = 1e-3 + 8192 * 4096 * 1e-8
        let expected = 32 * (7 * max(step, transfer) + step)
        #expect(abs(eight.attentionSeconds / expected - 1) < 1e-9)
        #expect(abs(eight.exposedSeconds - max(0, expected - plan.rows[1].forecastSeconds / 8)) < 1e-6)
        #expect(abs(eight.matrixSeconds / (plan.rows[0].forecastSeconds / 8) - 1) < 1e-9)
    }

    /// A run that hid half of what it could hide adds the other half to each step but the last.
    @Test func overlapIsThatOfTheRun() throws {
        let link = RankLink(latencySeconds: 0, secondsPerByte: 1e-10)
        let (all, half) = (try Self.plan(link).shared[1], try Self.plan(link, overlap: 0.5).shared[1])
        let transfer = 32_768 * 4096 * 1e-10
        #expect(abs((half.attentionSeconds - all.attentionSeconds) / (32 * transfer / 2) - 1) < 1e-6)
    }

    @Test func resultsOfRanksSayWhatTheirLinksDo() throws {
        var planted = PlantedRanks()
        planted.overlap = 0.5
        planted.link = RankLink(latencySeconds: 2e-6, secondsPerByte: 1e-9, copySecondsPerByte: 2e-10)
        let measurements = planted.sweep([2048, 4096, 8192, 16_384])
        let results = Results(header: try Self.header(), measurements: measurements)
        let machine = try MeasuredMachine(ScalingAnalysis(results: results))
        #expect(machine.full.label == "full", "ranks are no kernel of one host")
        let ranks = try #require(machine.ranks)
        #expect(ranks.count == 2 && abs(ranks.link.latencySeconds / 2e-6 - 1) < 1e-9)
        #expect(abs(ranks.link.copySecondsPerByte / 2e-10 - 1) < 1e-9)
        #expect(abs(try #require(ranks.overlap) - 0.5) < 0.1)
    }

    private static func header() throws -> ResultsHeader {
        ResultsHeader(
            machine: Machine(
                cpuModel: "Planted", cpuRevision: nil, architecture: "x86-64", physicalCores: 2, logicalCPUs: 2,
                caches: [], memoryBytes: 1 << 30, hypervisor: nil, vectorLanes: 16, instructionSet: "native",
                availableVectorLanes: 16, kernelRelease: "6", pinnedCPUs: [0], clockResolutionNanoseconds: 1,
                clockOverheadNanoseconds: 20, checks: []),
            ceilings: Ceilings(flopsPerSecond: .init(float32: 200e9, bfloat16: nil), readBytesPerSecond: 40e9),
            build: .init(
                commit: "0", dirty: false, compiler: "Swift", flags: "-O", simd: "16 lanes", blasCore: "none"),
            sweep: Sweep(name: "ranks", groups: []), seed: 1, startedAt: "2026-01-01T00:00:00Z", command: "")
    }
}
