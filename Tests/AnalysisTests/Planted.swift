import Attention
import Foundation
import Records
import Statistics
import TestSupport

@testable import Analysis
@testable import Reporting

/// Foundation has a Measurement too.
typealias Measurement = Records.Measurement

/// Measurements whose law is known because it was put there: no kernel runs.
struct Planted {
    var kernel = "full"
    var variantOf: String?
    var mask = Mask.causal
    /// Nanoseconds from pairs.
    var law: (Double) -> Double = { 20_000 + 0.5 * $0 }
    /// The time follows the computed pairs instead of the useful ones.
    var followsComputed = false
    /// Computed over useful pairs.
    var waste: (Int) -> Double = { _ in 1 }
    /// Standard deviations of ln(time): from launch to launch, and from round to round.
    var launchNoise = 0.0
    var roundNoise = 0.002
    var launches = 1
    var rounds = 12
    var headDimension = 64
    var elementType = ElementType.float32
    var heads = (query: 1, keyValue: 1)
    var threads = 1
    /// Nil for as many queries as keys.
    var queryLength: Int?
    /// Nil for the one that stores the element type as it is.
    var cacheFormat: CacheFormats?
    var weighting = Weighting.softmax
    var selection: BlockSelection?
    var latent: LatentValues?
    var scratchBytes = 0
    /// The time follows the bytes instead of the pairs.
    var followsBytes = false

    static let ceilings = Ceilings(
        flopsPerSecond: .init(float32: 200e9, bfloat16: 400e9), readBytesPerSecond: 40e9)
    static let caches = [
        Machine.Cache(level: 1, bytes: 48 << 10, sharedBy: 1), Machine.Cache(level: 2, bytes: 1 << 20, sharedBy: 1),
        Machine.Cache(level: 3, bytes: 32 << 20, sharedBy: 8),
    ]
    static let quiet = Contamination(
        migrated: false, runDelayNanoseconds: 0, offCPUNanoseconds: 0, stealNanoseconds: 0, involuntarySwitches: 0)
    static let migrated = Contamination(
        migrated: true, runDelayNanoseconds: 0, offCPUNanoseconds: 0, stealNanoseconds: 0, involuntarySwitches: 0)

    /// Two to the octave.
    static func halfOctaves(from first: Int, count: Int) -> [Int] {
        (0..<count).map { Int(saturating: Double(first) * pow(2, Double($0) / 2)) }
    }

    func workload(_ length: Int) -> Workload {
        let shape = try! AttentionShape(
            queryHeads: heads.query, keyValueHeads: heads.keyValue, queryLength: queryLength ?? length,
            keyLength: length, headDimension: headDimension)
        let problem = try! AttentionProblem(
            shape: shape, mask: mask, elementType: elementType, cacheFormat: cacheFormat,
            weighting: weighting, selection: selection, latent: latent)
        return Workload(
            kernel: kernel, phase: queryLength == 1 ? .decode : .prefill, problem: problem, threads: threads)
    }

    func work(_ length: Int) -> Work {
        let workload = workload(length)
        let useful = Double(Work(workload.phase, problem: workload.problem, computedPairs: nil).usefulPairs)
        return Work(
            workload.phase, problem: workload.problem,
            computedPairs: Int(saturating: (useful * waste(length)).rounded()))
    }

    func measurements(_ lengths: [Int], using generator: inout SplitMix64) -> [Measurement] {
        (0..<launches).flatMap { launch in
            lengths.map { length in
                let work = work(length)
                let planted = followsBytes ? work.bytes : followsComputed ? work.computedPairs! : work.usefulPairs
                let time = law(Double(planted)) * exp(launchNoise * NormalDistribution.draw(using: &generator))
                let samples = (0..<rounds).map { _ in
                    Int(
                        saturating: min(
                            max(time * exp(roundNoise * NormalDistribution.draw(using: &generator)), 1), 1e17))
                }
                return Measurement(
                    workload: workload(length), origin: .planted(kernel, variantOf: variantOf), launch: launch,
                    work: work,
                    scratchBytes: scratchBytes,
                    outcome: .measured(Self.record(samples)))
            }
        }
    }

    func absent(_ length: Int, _ outcome: Measurement.Outcome, launch: Int = 0) -> Measurement {
        Measurement(
            workload: workload(length), origin: .planted(kernel, variantOf: variantOf), launch: launch,
            work: work(length),
            scratchBytes: scratchBytes,
            outcome: outcome)
    }

    static func record(
        _ samples: [Int], contamination: [Contamination]? = nil, iterations: Int = 1
    ) -> Measurement.Record {
        Measurement.Record(
            samplesNanoseconds: samples, rounds: Array(samples.indices), iterationsPerSample: iterations,
            contamination: contamination ?? samples.map { _ in quiet }, peakResidentBytes: 1 << 20, maximumError: 1e-6)
    }

    static func analysis(_ measurements: [Measurement]) -> ScalingAnalysis {
        ScalingAnalysis(measurements, ceilings: ceilings, caches: caches)
    }
}

extension ScalingAnalysis {
    /// What one kind of finding computes.
    func found<Kind: Finding>(_ kind: Kind.Type) -> [Kind.Row] { Findings(self)[kind] }
}
