import Attention
import Foundation
import Hardware
import Kernels
import Records
import Testing

@testable import Benchmarking

@Suite struct ApproximationTests {
    private static let shape = try! AttentionShape(queryLength: 64, headDimension: 4)

    /// Queries of ones; keys and values as planted.
    private static func activations(
        _ shape: AttentionShape = shape, key: (Int) -> Float = { _ in 0 }, value: (Int) -> Float = { Float($0 % 7) + 1 }
    ) throws -> Activations {
        var inputs = AttentionInputs(shape: shape)
        for index in 0..<inputs.query.count { inputs.query[index] = 1 }
        let d = shape.headDimension
        for index in 0..<inputs.key.count {
            inputs.key[index] = key(index / d % shape.keyLength)
            inputs.value[index] = value(index / d % shape.keyLength)
        }
        return try Activations(inputs, shape: shape, name: "planted")
    }

    private static func quality(
        _ mask: Mask, selection: BlockSelection? = nil, of activations: Activations
    ) throws -> ApproximationQuality {
        let problem = try AttentionProblem(shape: activations.problem.shape, mask: mask, selection: selection)
        return try FullAttentionRows(of: activations).quality(of: problem, on: activations)
    }

    /// With equal keys the mass is the share of keys that is kept.
    @Test func massOfEqualKeysIsTheShareOfKeys() throws {
        let window = try Self.quality(.slidingWindow(16), of: Self.activations())
        let shares: [Double] = (1...64).map { min(1, 16 / Double($0)) }
        #expect(abs(window.leastMass - 0.25) < 1e-12)
        #expect(abs(window.meanMass - shares.reduce(0, +) / 64) < 1e-12)
        let chunks = try Self.quality(MaskFamily.chunkedLocal.mask([.chunk: 16]), of: Self.activations())
        #expect(abs(chunks.leastMass - 1.0 / 49) < 1e-12, "the first token of the last chunk sees itself alone")
    }

    /// Full attention over the values 1 and 3 gives 1 and 2; with a window of one key they are 1 and 3.
    @Test func errorIsARatioOfLengths() throws {
        let shape = try AttentionShape(queryLength: 2, headDimension: 1)
        let activations = try Self.activations(shape, value: { $0 == 0 ? 1 : 3 })
        let window = try Self.quality(.slidingWindow(1), of: activations)
        #expect(abs(window.error - 0.2.squareRoot()) < 1e-12)
        #expect(abs(window.worstRowError - 0.5) < 1e-12 && abs(window.medianRowError - 0.25) < 1e-12)
        #expect(abs(window.leastMass - 0.5) < 1e-12 && abs(window.meanMass - 0.75) < 1e-12)
    }

    /// Where all values are alike, nothing is lost with the mass.
    @Test func lostMassIsNoErrorByItself() throws {
        let window = try Self.quality(.slidingWindow(1), of: Self.activations(value: { _ in 2 }))
        #expect(window.error < 1e-12 && window.leastMass < 0.02)
    }

    /// One key with a huge score has all the mass of the rows that see it.
    @Test func aKeyThatCountsIsKeptOrLost() throws {
        let activations = try Self.activations(key: { $0 == 0 ? 100 : 0 }, value: { $0 == 0 ? 1 : -1 })
        let window = try Self.quality(.slidingWindow(16), of: activations)
        #expect(window.leastMass < 1e-12 && abs(window.meanMass - 0.25) < 1e-12, "16 of 64 rows see it")
        #expect(abs(window.worstRowError - 2) < 1e-12)
        for kept in [
            try Self.quality(.attentionSink(sinks: 1, window: 4), of: activations),
            try Self.quality(.causal, selection: BlockSelection(blocks: 2, blockLength: 8), of: activations),
        ] { #expect(abs(kept.leastMass - 1) < 1e-12 && kept.error < 1e-12) }
        let ownBlock = try Self.quality(
            .causal, selection: BlockSelection(blocks: 1, blockLength: 8), of: activations)
        #expect(abs(ownBlock.meanMass - 0.125) < 1e-12 && ownBlock.leastMass < 1e-12)
    }

    @Test func whatKeepsAllKeysLosesNothing() throws {
        let activations = try Activations.bundled()
        for quality in [
            try Self.quality(.slidingWindow(512), of: activations),
            try Self.quality(.attentionSink(sinks: 4, window: 508), of: activations),
            try Self.quality(.causal, selection: BlockSelection(blocks: 16, blockLength: 32), of: activations),
        ] { #expect(quality.error == 0 && quality.worstRowError == 0 && quality.leastMass == 1) }
    }

    /// The same computed apart from this code, in another language.
    @Test func realActivationsErrAsComputedElsewhere() throws {
        let activations = try Activations.bundled()
        let chunk = try MaskFamily.chunkedLocal.mask([.chunk: 64])
        let found: [(ApproximationQuality, error: Double, mass: Double)] = [
            (try Self.quality(.slidingWindow(64), of: activations), 0.5883, 0.6409),
            (try Self.quality(.attentionSink(sinks: 4, window: 64), of: activations), 0.3429, 0.7872),
            (try Self.quality(chunk, of: activations), 0.8298, 0.5464),
            (
                try Self.quality(.causal, selection: BlockSelection(blocks: 4, blockLength: 32), of: activations),
                0.2517,
                0.8460
            ),
        ]
        for (quality, error, mass) in found {
            #expect(abs(quality.error - error) < 1e-4 && abs(quality.meanMass - mass) < 1e-4)
        }
        let sinks = found[1].0
        #expect(abs(sinks.medianRowError - 0.1280) < 1e-4 && abs(sinks.percentile90RowError - 0.6827) < 1e-4)
        #expect(abs(sinks.worstRowError - 1.466) < 1e-3 && abs(sinks.percentile10Mass - 0.3984) < 1e-4)
        #expect(abs(sinks.leastMass - 0.0467) < 1e-4)
    }

    /// Rows of long texts are a part of all: at equal distances, the last one included.
    @Test func rowsOfLongTextsAreSampled() throws {
        let activations = try Self.activations(AttentionShape(queryHeads: 2, queryLength: 64, headDimension: 4))
        #expect(FullAttentionRows(of: activations).count == 128)
        let some = FullAttentionRows(of: activations, mostKeys: 8 * 2 * 64)
        #expect(some.count == 16)
        let problem = try AttentionProblem(shape: activations.problem.shape, mask: .slidingWindow(16))
        #expect(abs(try some.quality(of: problem, on: activations).leastMass - 0.25) < 1e-12)
        #expect(FullAttentionRows(of: activations, mostKeys: 1).count == 2)
    }

    @Test func sizesFollowTheLength() throws {
        let axes = Sweep.Axes.approximations(ofKeys: 512)
        #expect(axes.windows == [16, 32, 64, 128, 256] && axes.chunks == axes.windows)
        #expect(axes.blockLengths == [16, 32] && axes.blocks == [2, 4, 8])
        #expect(Sweep.Axes.approximations(ofKeys: 3).windows == [1])
        let workloads = try axes.workloads(of: Self.shape, threads: 1)
        #expect(workloads.count == 5 + 5 + 5 + 6 && workloads.allSatisfy { $0.problem.shape == Self.shape })
    }

    /// Grouped heads, and fewer queries than keys.
    @Test func aStudyHasErrorsAndTimes() throws {
        let shape = try AttentionShape(
            queryHeads: 4, keyValueHeads: 2, queryLength: 40, keyLength: 64, headDimension: 16)
        let activations = try Activations(
            AttentionInputs(shape: shape, elementType: .float32, seed: 1), shape: shape, name: "normals")
        var announced: [String] = []
        let plan = ApproximationStudy.Plan(axes: .approximations(ofKeys: 64), rounds: 6, processor: "a CPU")
        let study = try ApproximationStudy.measure(plan, on: activations, WorkerTeam()) { announced.append($0) }
        #expect(study.wrong.isEmpty && study.skipped.isEmpty && study.comparedRows == 160 && study.processor == "a CPU")
        #expect(announced.count == 1 + 6 + 1)
        #expect(
            study.approximations.map(\.label).prefix(6) == [
                "sliding-window(2)", "sliding-window(4)", "sliding-window(8)", "sliding-window(16)",
                "sliding-window(32)",
                "attention-sink(4+2)",
            ])
        for one in study.approximations {
            #expect(one.pairShare > 0 && one.pairShare < 1 && one.timeRatio.value > 0, "\(one.label)")
            #expect(one.quality.error > 0 && one.quality.error < 10 && one.quality.meanMass < 1, "\(one.label)")
            #expect(one.quality.leastMass <= one.quality.percentile10Mass, "\(one.label)")
        }
        let window = try #require(study.approximations.first { $0.label == "sliding-window(8)" })
        let visible = Double((25...64).reduce(0, +))
        #expect(abs(window.pairShare - 320 / visible) < 1e-12)
        #expect(try JSONDecoder().decode(ApproximationStudy.self, from: JSONEncoder().encode(study)) == study)
    }

    @Test func activationsAreNumbers() throws {
        #expect(throws: ActivationsError.self) { try Self.activations(value: { $0 == 3 ? .nan : 1 }) }
        #expect(throws: ActivationsError.self) { try Self.activations(key: { $0 == 3 ? -.infinity : 1 }) }
        let zeros = try Self.activations(value: { _ in 0 })
        #expect(try Self.quality(.slidingWindow(16), of: zeros).error == 0, "zeros are met")
    }
}
