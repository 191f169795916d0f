import Attention
import Records
import Statistics
import TestSupport
import Testing

@testable import Analysis

/// Losses as series over the words of the vocabulary, and in a gate.
struct LossSeriesTests {
    private func analysis(_ measurements: [Measurement] = PlantedLoss.measurements) -> ScalingAnalysis {
        ScalingAnalysis(measurements, ceilings: Planted.ceilings, caches: [])
    }

    @Test func timeGoesWithPairsOfATokenAndAWord() throws {
        let series = analysis().series
        #expect(
            series.map(\.label) == ["cross-entropy-cut", "cross-entropy-cut-filtered", "cross-entropy-logits"])
        for one in series {
            #expect(one.points.map(\.keyLength) == PlantedLoss.vocabularies)
            #expect(one.points.map(\.work.usefulPairs) == PlantedLoss.vocabularies.map { 512 * $0 })
            #expect(one.verdict == .matches, "\(one.label)")
            #expect(try #require(one.exponent).contains(1))
        }
    }

    /// As many tokens as words are no square text.
    @Test func tokensTellSeriesApart() {
        let more = PlantedLoss.vocabularies.map { words in
            PlantedLoss.measurement(
                PlantedLoss.workload("cross-entropy-cut", words: words, tokens: 8 << 10), ownBytes: 1 << 20,
                nanoseconds: Double(words << 13))
        }
        let series = analysis(PlantedLoss.measurements + more).series.filter { $0.kernel == "cross-entropy-cut" }
        #expect(series.map(\.label) == ["cross-entropy-cut, 512 tokens", "cross-entropy-cut, 8192 tokens"])
        #expect(series.map(\.points.count) == [5, 5])
        #expect(series[1].parameters.queryLength == 8 << 10)
    }

    @Test func bytesOfASeriesAreThoseOfItsCells() throws {
        let series = try #require(analysis().series.first)
        for point in series.points {
            let workload = PlantedLoss.workload(series.kernel, words: point.keyLength)
            #expect(series.parameters.bytes(length: point.keyLength) == workload.tensorBytes)
            #expect(point.work.bytes == workload.tensorBytes)
        }
    }

    /// A million words are no forecast that anybody asks for.
    @Test func noForecastIsMade() {
        let analysis = analysis()
        #expect(Forecast.all(among: analysis.measured).isEmpty)
        #expect(!analysis.cautions.contains { $0.description.contains("forecast") })
    }

    @Test func memoryIsFlatOrThatOfTheLogits() throws {
        let memories = VocabularyMemory.all(in: analysis())
        #expect(memories.map(\.growth) == [.flat, .flat, .proportional])
        for memory in memories {
            let (power, predicted) = (try #require(memory.power), try #require(memory.predictedPower))
            #expect(abs(power - predicted) < 0.01)
            #expect(memory.rows.map(\.words) == PlantedLoss.vocabularies)
        }
        #expect(memories[0].rows.allSatisfy { $0.ownBytes == PlantedLoss.panelBytes + 300_000 })
    }

    @Test func memoryOfOneVocabularyHasNoPower() {
        let one = PlantedLoss.measurements.filter { $0.workload.problem.shape.keyLength == 8 << 10 }
        for memory in VocabularyMemory.all(in: analysis(one)) {
            #expect(memory.growth == .unknown && memory.power == nil)
        }
    }

    @Test func memoryThatGrowsHalfWayIsNeither() throws {
        let odd = PlantedLoss.vocabularies.map { words in
            PlantedLoss.measurement(
                PlantedLoss.workload("cross-entropy-cut", words: words),
                ownBytes: Int(saturating: Double(words).squareRoot()) << 18, nanoseconds: Double(words << 9))
        }
        let memory = try #require(VocabularyMemory.all(in: analysis(odd)).first)
        let power = try #require(memory.power)
        #expect(memory.growth == .other && abs(power - 0.5) < 0.02)
    }

    private static let cells = ["cross-entropy-cut", "cross-entropy-logits"].flatMap { kernel in
        ([4 << 10] + PlantedLoss.vocabularies).map { PlantedLoss.workload(kernel, words: $0) }
    }

    @Test func aGateOverTheSameBuildPasses() throws {
        let decision = try PlantedBlocks().decision(workloads: Self.cells)
        #expect(decision.verdict == .pass)
        #expect(decision.cells.map(\.workload) == Self.cells)
    }

    @Test func aGateFindsWhatGotSlower() throws {
        let slow = Self.cells[3]
        let decision = try PlantedBlocks(candidate: [slow: 0.15]).decision(workloads: Self.cells)
        #expect(decision.verdict == .regressed)
        #expect(decision[slow] == .regressed)
    }

    /// Pairs that are left out, and memory of all logits where the baseline had a panel of them.
    @Test func aGateFindsLostPairsAndGrownMemory() throws {
        var planted = PlantedBlocks()
        planted.facts = { workload, side, facts in
            guard side == .candidate, workload == Self.cells[5] else { return facts }
            return PairedBlock.Facts(
                countedPairs: workload.problem.pairs.allowed - 512, statedPairs: workload.problem.pairs.allowed - 512,
                peakResidentBytes: 1 << 30, statedBytes: facts.statedBytes)
        }
        let decision = try planted.decision(workloads: Self.cells)
        #expect(Set(decision.failedShape.map(\.kind)) == [.computedPairs, .peakMemory])
        #expect(decision.failedShape.allSatisfy { $0.subject == "cross-entropy-cut 128K words, 512 tokens d=1024" })
    }
}
