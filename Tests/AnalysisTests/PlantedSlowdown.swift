import Attention
import Foundation
import Statistics

@testable import Records

/// A machine whose speed changes over time as a test plants it, and a run on it: rounds over cells of known time, with a
/// sentinel before and after each sample.
struct PlantedSlowdown {
    enum Disturbance: String, CaseIterable {
        case none
        /// 40 % of the time, by 1.3 to 1.7, for 0.5 to 5 s.
        case episodes
        /// 10 % of the time, by 1.5, for 0.2 to 1 ms: shorter than a sample.
        case bursts
        case both
        /// The clock's rate falls evenly by 6 % over the run.
        case drift
        /// 70 % of the time.
        case mostly
        /// One sentinel is said to have taken half its time.
        case misreading
    }

    /// Of each cell, in round order: time of a sample, and its sentinels.
    struct Cell {
        let length: Int
        /// Of a sample on the quiet machine.
        let trueNanoseconds: Double
        var samples: [Int] = []
        var neighbours: [SentinelNeighbours] = []
    }

    private static let stepNanoseconds = 100_000.0
    private static let seconds = 60.0
    private static let tileNanoseconds = 31_000.0
    /// Of a call, over its pairs.
    static let nanosecondsPerPair = 1.0

    /// By how much the machine is slower than quiet, in steps of time.
    private var slowdown: [Double]
    private let disturbance: Disturbance
    private let rounds: Int
    private var generator: SplitMix64
    private var now = 0.0

    init(_ disturbance: Disturbance, seed: UInt64, rounds: Int = 24) {
        self.disturbance = disturbance
        self.rounds = rounds
        generator = SplitMix64(seed: seed)
        slowdown = [Double](repeating: 1, count: Int(saturating: Self.seconds * 1e9 / Self.stepNanoseconds))
        if disturbance == .episodes || disturbance == .both { disturb(share: 0.4, by: 1.3...1.7, lasting: 0.5...5) }
        if disturbance == .mostly { disturb(share: 0.7, by: 1.3...1.7, lasting: 0.5...5) }
        if disturbance == .bursts || disturbance == .both {
            disturb(share: 0.1, by: 1.5...1.5, lasting: 0.0002...0.001)
        }
        if disturbance == .drift {
            for index in slowdown.indices { slowdown[index] *= 1 + 0.06 * Double(index) / Double(slowdown.count) }
        }
    }

    /// Quiet and slowed stretches in turn.
    private mutating func disturb(
        share: Double, by factors: ClosedRange<Double>, lasting seconds: ClosedRange<Double>
    ) {
        var start = 0.0
        while start < Self.seconds {
            let quiet = Double.random(in: seconds, using: &generator) * (1 - share) / share
            let slowed = Double.random(in: seconds, using: &generator)
            let factor = Double.random(in: factors, using: &generator)
            let from = min(slowdown.count, Int(saturating: (start + quiet) * 1e9 / Self.stepNanoseconds))
            let to = min(slowdown.count, Int(saturating: (start + quiet + slowed) * 1e9 / Self.stepNanoseconds))
            for index in from..<to { slowdown[index] *= factor }
            start += quiet + slowed
        }
    }

    /// Lets time pass until so much work is done that a quiet machine would take so long for.
    private mutating func work(_ nanoseconds: Double) -> Int {
        let start = now
        var left = nanoseconds * exp(0.002 * NormalDistribution.draw(using: &generator))
        while left > 0 {
            let index = Int(saturating: now / Self.stepNanoseconds) % slowdown.count
            let stepEnd = (now / Self.stepNanoseconds).rounded(.down) * Self.stepNanoseconds + Self.stepNanoseconds
            let done = min(left, max(1, stepEnd - now) / slowdown[index])
            left -= done
            now += done * slowdown[index]
        }
        return max(1, Int(saturating: (now - start).rounded()))
    }

    private mutating func reading() -> SentinelReading {
        SentinelReading(tileNanoseconds: [work(Self.tileNanoseconds)])
    }

    /// A run of full attention from 512 to 16K tokens.
    mutating func run() -> [Cell] {
        var cells = Planted.halfOctaves(from: 512, count: 11).map { length -> Cell in
            let pairs = Double(length) * Double(length + 1) / 2
            return Cell(length: length, trueNanoseconds: pairs * Self.nanosecondsPerPair)
        }
        for _ in 0..<rounds {
            for index in cells.indices.shuffled(using: &generator) {
                let call = cells[index].trueNanoseconds
                let elapsedSeconds = now / 1e9
                let before = reading()
                _ = work(call * min(4, max(1, (5e7 / call).rounded(.down))))
                cells[index].samples.append(work(call))
                cells[index].neighbours.append(
                    SentinelNeighbours(before: before, after: reading(), elapsedSeconds: elapsedSeconds))
            }
        }
        if disturbance == .misreading {
            let half = SentinelReading(tileNanoseconds: [Int(saturating: Self.tileNanoseconds / 2)])
            cells[0].neighbours[0] = SentinelNeighbours(before: half, after: cells[0].neighbours[0].after)
        }
        return cells
    }
}

extension PlantedSlowdown.Cell {
    /// As a results file has it.
    func measurement(sentinels: Bool = true, launch: Int = 1) -> Measurement {
        let planted = Planted()
        return Measurement(
            workload: planted.workload(length), origin: .planted("full"), launch: launch, work: planted.work(length),
            scratchBytes: 0,
            outcome: .measured(
                Measurement.Record(
                    samplesNanoseconds: samples, rounds: Array(samples.indices), iterationsPerSample: 1,
                    contamination: samples.map { _ in Planted.quiet }, peakResidentBytes: 1 << 20, maximumError: 1e-6,
                    sentinels: sentinels ? neighbours : nil)))
    }
}
