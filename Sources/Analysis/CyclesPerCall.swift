import Attention
import Records
import Statistics

/// What one call of a cell takes in cycles of its core, whatever the clock's rate was: medians over the samples that are used.
public struct CyclesPerCall: Sendable, Codable, Hashable {
    /// Of the calling thread.
    public let cycles: Double
    public let instructionsPerCycle: Double
    /// Useful FLOPs a cycle over those of the measured peak, threads counted; nil where the peak was not counted in cycles.
    public let fractionOfPeak: Double?

    /// Nil where a launch was not counted.
    init?(of launches: [Records.Measurement.Record], flops: Int, peakFLOPsPerCycle: Double?) {
        var (cycles, rates): ([Double], [Double]) = ([], [])
        for record in launches {
            guard let counts = record.counts else { return nil }
            for sample in record.samplesToUse {
                cycles.append(Double(counts[sample].cycles) / Double(record.iterationsPerSample))
                rates.append(Double(counts[sample].instructions) / Double(counts[sample].cycles))
            }
        }
        if cycles.isEmpty { return nil }
        let median = Durations.quantile(0.5, ofSorted: cycles.sorted())
        self.cycles = median
        instructionsPerCycle = Durations.quantile(0.5, ofSorted: rates.sorted())
        fractionOfPeak = peakFLOPsPerCycle.map { Double(flops) / median / $0 }
    }
}
