import Attention
import Records
import Testing
import TestSupport

@testable import Analysis
@testable import Serving

/// From measurements whose law was put there to the machine that they describe.
@Suite struct MeasuredMachineTests {
    private static let ceilings = Ceilings(
        flopsPerSecond: .init(float32: 1e12, bfloat16: 2e12), readBytesPerSecond: 1e11)

    private static func measurements(
        _ kernel: String, _ mask: Mask, nanosecondsPerPair: Double, elementType: ElementType = .float32,
        threads: Int = 1
    ) throws -> [Records.Measurement] {
        try [512, 1024, 2048, 4096, 8192, 16384].map { length in
            let problem = try AttentionProblem(
                shape: AttentionShape(queryHeads: 2, keyValueHeads: 1, queryLength: length, headDimension: 64),
                mask: mask, elementType: elementType)
            let work = Work(.prefill, problem: problem, computedPairs: 2 * problem.pairs.allowed)
            let middle = 10_000 + nanosecondsPerPair * Double(work.usefulPairs)
            let samples = (0..<12).map { Int(middle * (1 + 0.0005 * Double($0 % 5 - 2))) }
            let quiet = Contamination(
                migrated: false, runDelayNanoseconds: 0, offCPUNanoseconds: 0, stealNanoseconds: 0,
                involuntarySwitches: 0)
            return Measurement(
                workload: Workload(kernel: kernel, phase: .prefill, problem: problem, threads: threads),
                origin: .planted(kernel),
                launch: 0,
                work: work, scratchBytes: 0,
                outcome: .measured(
                    Measurement.Record(
                        samplesNanoseconds: samples, rounds: Array(samples.indices), iterationsPerSample: 1,
                        contamination: samples.map { _ in quiet }, peakResidentBytes: 0, maximumError: 0)))
        }
    }

    private static func analysis(_ measurements: [[Records.Measurement]]) -> ScalingAnalysis {
        ScalingAnalysis(measurements.flatMap { $0 }, ceilings: ceilings, caches: [])
    }

    @Test func takesTheCheapestFullKernelAndItsPeers() throws {
        let machine = try MeasuredMachine(
            Self.analysis([
                Self.measurements("full", .causal, nanosecondsPerPair: 0.5),
                Self.measurements("full-naive", .causal, nanosecondsPerPair: 2),
                Self.measurements("sliding-window", .slidingWindow(256), nanosecondsPerPair: 0.6),
                Self.measurements("attention-sink", .attentionSink(sinks: 4, window: 256), nanosecondsPerPair: 0.55),
                Self.measurements("full-bidirectional", .full, nanosecondsPerPair: 0.1),
                Self.measurements("symmetric-window", .symmetricWindow(radius: 64), nanosecondsPerPair: 0.1),
            ]))
        #expect(machine.full.label == "full")
        #expect(abs(machine.full.nanosecondsPerPair - 0.5) < 0.01)
        #expect(machine.full.nanosecondsPerPairRange.contains(machine.full.nanosecondsPerPair))
        #expect(machine.full.heads == 2)
        #expect(machine.full.medians[4096] != nil)
        #expect(machine.windowed.map(\.mask) == [.attentionSink(sinks: 4, window: 256), .slidingWindow(256)])
        #expect(machine.flopsPerSecond == 1e12)
        #expect(machine.readBytesPerSecond == 1e11)
        // 256 FLOPs in 0.5 ns are about half of 10¹² a second.
        #expect(abs(machine.bestFractionOfPeak - 0.5) < 0.1 || machine.bestFractionOfPeak == 1)
    }

    @Test func peersShareThreadsAndElementType() throws {
        let machine = try MeasuredMachine(
            Self.analysis([
                Self.measurements("full", .causal, nanosecondsPerPair: 0.2, elementType: .bfloat16, threads: 2),
                Self.measurements("full", .causal, nanosecondsPerPair: 0.5),
                Self.measurements("sliding-window", .slidingWindow(256), nanosecondsPerPair: 0.1),
            ]))
        #expect(machine.threads == 2)
        #expect(machine.flopsPerSecond == 4e12)
        #expect(machine.windowed.isEmpty)
    }

    @Test func withoutFullAttentionThereIsNoMachine() throws {
        let analysis = Self.analysis([
            try Self.measurements("sliding-window", .slidingWindow(256), nanosecondsPerPair: 0.6)
        ])
        #expect {
            try MeasuredMachine(analysis)
        } throws: {
            "\($0)".hasPrefix(
                "the results have no full causal kernel with a growth law, which needs at least three lengths; the kernels with"
            )
        }
    }
}
