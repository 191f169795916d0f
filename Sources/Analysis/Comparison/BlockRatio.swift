import Records
import Foundation
import Statistics

/// What one launch block says of one cell: the medians over its rounds of the logarithms of the ratios.
///
/// A ratio is taken within a visit, whose samples lie milliseconds apart; so what slows the machine for longer cancels.
/// A visit is left out as a whole where the system disturbed one of its samples: leaving out one side would pair what
/// was measured at different times. Where fewer than 60 % remain, all are kept and the block is called noisy.
struct BlockRatio: Hashable {
    static let leastCleanShare = 0.6

    /// ln(candidate/baseline) and ln(control/baseline).
    let logCandidate: Double
    let logControl: Double
    /// Median time of one call on either side.
    let baselineNanoseconds: Double
    let candidateNanoseconds: Double
    let visits: Int
    let disturbedVisits: Int

    var isNoisy: Bool { Double(visits - disturbedVisits) < Self.leastCleanShare * Double(visits) }

    /// - Parameters:
    ///   - visits: not empty.
    ///   - iterationsPerSample: calls in a sample.
    init(_ visits: [PairedBlock.Visit], iterationsPerSample: Int = 1) {
        let clean = visits.filter { visit in !PairedSide.allCases.contains { visit[$0].isContaminated } }
        self.visits = visits.count
        disturbedVisits = visits.count - clean.count
        let kept = Double(clean.count) < Self.leastCleanShare * Double(visits.count) ? visits : clean
        func nanoseconds(_ side: PairedSide) -> [Double] { kept.map { Double($0[side].nanoseconds) } }
        func logRatio(_ side: PairedSide) -> Double {
            zip(nanoseconds(side), nanoseconds(.baseline)).map { log($0 / $1) }.median
        }
        logCandidate = logRatio(.candidate)
        logControl = logRatio(.control)
        baselineNanoseconds = nanoseconds(.baseline).median / Double(iterationsPerSample)
        candidateNanoseconds = nanoseconds(.candidate).median / Double(iterationsPerSample)
    }
}
