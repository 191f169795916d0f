import Attention
import Foundation
import Statistics
import Testing

@testable import Analysis
@testable import Records

@Suite struct CyclesPerCallTests {
    /// A call takes as many cycles at any rate of the clock: the share of the peak a cycle does not move where that of the
    /// peak a second does.
    private func point(hertz: Double, counts: Bool = true, threads: Int = 1) throws -> Point {
        let planted = Planted(threads: threads)
        let work = planted.work(4096)
        let cycles = Double(work.flops) / 16
        let samples = (0..<12).map { Int(saturating: cycles / hertz * 1e9 * (1 + 0.001 * Double($0))) }
        let record = Measurement.Record(
            samplesNanoseconds: samples.map { 3 * $0 }, rounds: Array(samples.indices), iterationsPerSample: 3,
            contamination: samples.map { _ in Planted.quiet }, peakResidentBytes: 0, maximumError: 0,
            counts: counts
                ? samples.map { _ in
                    ProcessorCounts(cycles: Int(saturating: 3 * cycles), instructions: Int(saturating: 6 * cycles))
                } : nil)
        let measurement = Measurement(
            workload: planted.workload(4096), origin: .planted("full"), launch: 1, work: work, scratchBytes: 0,
            outcome: .measured(record))
        let ceilings = Ceilings(
            flopsPerSecond: .init(float32: 32 * 4e9, bfloat16: nil), readBytesPerSecond: 1e10, peakFLOPsPerCycle: 32)
        return try #require(ScalingAnalysis([measurement], ceilings: ceilings, caches: []).series.first?.points.first)
    }

    @Test(arguments: [4e9, 3.6e9]) func aCycleIsOneWhateverTheClock(hertz: Double) throws {
        let point = try point(hertz: hertz)
        let cycles = try #require(point.cyclesPerCall)
        #expect(abs(cycles.cycles / (Double(point.work.flops) / 16) - 1) < 1e-6)
        #expect(abs(cycles.instructionsPerCycle - 2) < 1e-6)
        #expect(abs(try #require(cycles.fractionOfPeak) - 0.5) < 1e-6)
        #expect(abs(point.utilisation.fractionOfPeak / (0.5 * hertz / 4e9) - 1) < 0.01)
    }

    @Test func severalThreadsHaveThePeakOfSeveral() throws {
        #expect(abs(try #require(try point(hertz: 4e9, threads: 2).cyclesPerCall?.fractionOfPeak) - 0.25) < 1e-6)
    }

    @Test func withoutCountersNothingIsSaid() throws {
        #expect(try point(hertz: 4e9, counts: false).cyclesPerCall == nil)
    }
}
