import Attention
import Records
import Statistics
import TestSupport
import Testing

@testable import Analysis
@testable import Reporting

/// Ranks whose times follow the model, or miss it by as much as a test says.
@Suite struct SharedCellTests {
    private static func analysis(_ measurements: [Measurement]) -> ScalingAnalysis {
        Planted.analysis(measurements)
    }

    private static func cell(_ planted: PlantedRanks, _ way: ContextParallelism, _ length: Int = 8192) throws
        -> SharedCell
    {
        let measurements = [planted.alone("full", .causal, length), planted.shared(way, .causal, length)]
        return try #require(analysis(measurements).sharedCells.first)
    }

    /// 2 ns a pair and 4·64 FLOPs a pair: 128 GFLOP/s on a core of 200.
    @Test func sharesOfAPeakAreThoseOfAllCores() throws {
        var planted = PlantedRanks()
        planted.link = RankLink(latencySeconds: 0, secondsPerByte: 1e-15)
        for (ranks, places, cores) in [
            (2, ["CPU 0", "CPU 1"], 2), (4, ["a CPU 0", "a CPU 1", "b CPU 0", "b CPU 1"], 4),
            (2, ["CPU 0", "CPU 0"], 1), (2, ["not bound", "not bound"], 2),
        ] {
            (planted.ranks, planted.places) = (ranks, places)
            let series = try #require(
                Self.analysis([planted.shared(.heads, .causal, 8192)]).series.first { $0.ranks != nil })
            let point = series.points[0]
            let share = 0.64 * Double(ranks) / Double(cores)
            #expect(abs(point.utilisation.fractionOfPeak / share - 1) < 0.01, "\(places)")
            #expect(series.cores == cores)
            let roof = try #require(Self.analysis([planted.shared(.heads, .causal, 8192)]).roofline(of: series))
            #expect(roof.peakFLOPsPerSecond == Double(cores) * 200e9)
            #expect(roof.readBytesPerSecond == Double(cores) * 40e9)
            #expect(abs(roof.fractionOfAttainable(point) / share - 1) < 0.01)
        }
    }

    @Test(arguments: [ContextParallelism.ring, .ringZigzag, .allGather, .heads])
    func timesOfTheModelMatchIt(way: ContextParallelism) throws {
        let fast = RankLink(latencySeconds: 10e-6, secondsPerByte: 1e-9, copySecondsPerByte: 0.3e-9)
        for link in [fast, RankLink(latencySeconds: 1e-3, secondsPerByte: 1e-7)] {
            var planted = PlantedRanks()
            planted.link = link
            let cell = try Self.cell(planted, way)
            let ratio = try #require(cell.timeRatio)
            #expect(ratio.contains(1) && abs(ratio.value - 1) < 0.003, "\(way) \(ratio)")
            #expect(cell.timeVerdict == .matches)
            #expect(cell.bytesAgree && cell.receivedBytes == cell.predictedBytes)
            planted.slowness = 1.3
            #expect(try Self.cell(planted, way).timeVerdict == .deviates)
        }
    }

    @Test func speedUpsAreOverOneRank() throws {
        var planted = PlantedRanks()
        planted.link = RankLink(latencySeconds: 0, secondsPerByte: 1e-15)
        let heads = try #require(try Self.cell(planted, .heads).speedUp)
        #expect(heads.contains(2) && heads.high - heads.low < 0.02)
        // Contiguous slices: the last rank has 2 − 1/P times the mean.
        let ring = try Self.cell(planted, .ring)
        #expect(abs(ring.speedUp!.value / (2 / 1.5) - 1) < 0.005)
        #expect(abs(ring.predictedSpeedUp! / (2 / 1.5) - 1) < 0.005)
        #expect(abs(ring.predictedBalance * 1.5 - 1) < 1e-3)
        #expect(ring.balance.contains(ring.predictedBalance) && ring.balanceVerdict == .matches)
        #expect(try Self.cell(planted, .ringZigzag).predictedBalance == 1)
    }

    @Test(arguments: [0.0, 0.25, 1]) func overlapIsWhatWasPlanted(overlap: Double) throws {
        var planted = PlantedRanks()
        planted.overlap = overlap
        let found = try #require(try Self.cell(planted, .ringZigzag).overlap)
        #expect(abs(found.value - overlap) < 0.05)
        #expect(try Self.cell(planted, .heads).overlap == nil, "nothing is sent while anything is computed")
    }

    /// Copying takes the core's time as computing does. The overlap of a call that follows the model is 1, also where the copies take
    /// longer than the products.
    @Test func copyingIsAPartOfComputing() throws {
        let link = RankLink(latencySeconds: 0, secondsPerByte: 2e-9, copySecondsPerByte: 1e-9)
        let model = RankModel(secondsPerPair: 1e-9, link: link)
        let work = RankWork([.init(pairs: 100, receivedBytes: 1000), .init(pairs: 0, receivedBytes: 500)])
        #expect(abs(model.hideableSeconds(work) / 1.1e-6 - 1) < 1e-12)
        #expect(abs(model.seconds(work) / 3e-6 - 1) < 1e-12)
        // What a call of this model waits for, of what could be hidden: all of it.
        let waited = model.seconds(work) - 1.1e-6
        #expect(abs((model.transferSeconds(work) - waited) / model.hideableSeconds(work) - 1) < 1e-12)
    }

    /// A run that ends early leaves one sample of some cells, whose interval is that one number.
    @Test func oneSampleStandsForItself() throws {
        for nanoseconds in [0.1, 0.7, 1.1, 2.3, 3.7, 9.9] {
            var planted = PlantedRanks()
            (planted.nanosecondsPerPair, planted.samples) = (nanoseconds, 1)
            for way in [ContextParallelism.ring, .ringZigzag, .allGather, .heads] {
                let cell = try Self.cell(planted, way)
                let ratio = try #require(cell.timeRatio)
                #expect(ratio.level == 0 && abs(ratio.value - 1) < 0.003)
                #expect(cell.timeVerdict == .undecided && cell.speedUp?.level == 0)
            }
        }
    }

    @Test func aByteMoreIsFound() throws {
        var planted = PlantedRanks()
        planted.excessBytes = 1
        let cell = try Self.cell(planted, .allGather)
        #expect(!cell.bytesAgree && cell.receivedBytes == cell.predictedBytes + 1)
    }

    @Test func withoutOneRankThereIsNoPrediction() throws {
        let cell = try #require(Self.analysis([PlantedRanks().shared(.heads, .causal, 1024)]).sharedCells.first)
        #expect(cell.oneRank == nil && cell.timeVerdict == nil && cell.speedUp == nil && cell.bytesAgree)
    }

    /// Ranks are this program in several processes.
    @Test func ranksAreNoEngineToAReader() throws {
        let findings = Findings(Self.analysis(PlantedRanks().sweep([2048, 4096, 8192])))
        let sentence = try #require(EngineStandings.sentences(findings).first)
        #expect(sentence.hasPrefix("ranks/") && sentence.contains(" kernels at 8K tokens"), "\(sentence)")
        #expect(!sentence.contains("engines"))
    }

    @Test func oneRankSharesNothing() {
        var planted = PlantedRanks()
        planted.ranks = 1
        #expect(Self.analysis([planted.shared(.ring, .causal, 1024)]).sharedCells.isEmpty)
    }

    @Test func ranksThatShareACPUAreTold() throws {
        var planted = PlantedRanks()
        planted.places = ["CPU 3", "CPU 3"]
        let header = ResultsHeader(
            machine: PlantedComparison.machine, ceilings: Planted.ceilings, build: PlantedComparison.build("a"),
            sweep: Sweep(name: "planted", groups: []), seed: 1, startedAt: "2026-01-01T00:00:00Z", command: "")
        let results = Results(header: header, measurements: [planted.shared(.ring, .causal, 1024)])
        #expect(ScalingAnalysis(results: results).cautions.contains { $0.description.hasPrefix("ranks share a CPU") })
    }

    /// n/P ≥ F·b/(2·g·β) for full attention, without the 2 for a causal zigzag: F = 128 GFLOP/s, b = 4, g = 2, β = 1 GB/s.
    @Test(arguments: [2, 4]) func aRingHidesItsTransfersFromTheKnownLength(ranks: Int) throws {
        var planted = PlantedRanks()
        planted.link = RankLink(latencySeconds: 0, secondsPerByte: 1e-9)
        let model = RankModel(secondsPerPair: 2e-9, link: planted.link)
        let bound = 128e9 * 4 / (2 * 2 * 1e9)
        for (way, mask, perRank) in [(ContextParallelism.ring, Mask.full, bound), (.ringZigzag, .causal, 2 * bound)] {
            let tokens = try #require(
                model.tokensToHide(way, ranks: ranks) { planted.problem(mask, $0) })
            #expect(abs(Double(tokens) / (Double(ranks) * perRank) - 1) < 0.03, "\(way) \(tokens)")
        }
        let slow = RankModel(secondsPerPair: 1e-18, link: planted.link)
        #expect(slow.tokensToHide(.ring, ranks: ranks) { planted.problem(.full, $0) } == nil)
    }

    @Test func theMeasuredLengthIsBracketed() throws {
        var planted = PlantedRanks()
        planted.link = RankLink(latencySeconds: 0, secondsPerByte: 4e-9)
        // By the formula, from 2 · 2 · 512 tokens on.
        let lengths = [512, 1024, 2048, 4096, 8192]
        func found(_ lengths: [Int]) throws -> HiddenFrom {
            let measurements = lengths.flatMap {
                [planted.alone("full", .causal, $0), planted.shared(.ringZigzag, .causal, $0)]
            }
            return try #require(Self.analysis(measurements).found(RingHiding.self).first)
        }
        let all = try found(lengths)
        let predicted = try #require(all.predictedTokens)
        #expect(abs(Double(predicted) / 2048 - 1) < 0.03)
        #expect(all.lastExposed == 1024 && all.firstHidden == 2048)
        #expect(try found([4096, 8192]).lastExposed == nil)
        #expect(try found([512, 1024]).firstHidden == nil)
    }

    /// Twice the tokens on two ranks are twice the work of each.
    @Test func weakScalingIsHeldAgainstOneRank() throws {
        var planted = PlantedRanks()
        planted.link = RankLink(latencySeconds: 0, secondsPerByte: 1e-15)
        let cells = Self.analysis(planted.sweep([2048, 4096, 8192])).sharedCells
        let rows = RankWeakScaling.rows(cells).filter { $0.shared.way == .heads }
        #expect(rows.map(\.tokensPerRank) == [2048, 4096] && rows.map(\.shared.length) == [4096, 8192])
        #expect(rows.allSatisfy { $0.efficiency.contains(1) && abs($0.predicted! - 1) < 1e-3 })
        let ring = RankWeakScaling.rows(cells).filter { $0.shared.way == .ring }
        #expect(ring.allSatisfy { abs($0.efficiency.value * 1.5 - 1) < 0.01 })
    }
}
