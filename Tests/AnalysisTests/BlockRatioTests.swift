import Benchmarking
import Foundation
import Records
import Testing

@testable import Analysis

@Suite struct BlockRatioTests {
    private func visit(_ times: (Int, Int, Int), disturbed: PairedSide? = nil) -> PairedBlock.Visit {
        let values = PairedValues(baseline: times.0, candidate: times.1, control: times.2)
        return PairedBlock.Visit { side in
            Sample(
                nanoseconds: values[side], contamination: side == disturbed ? Planted.migrated : Planted.quiet)
        }
    }

    @Test func isTheMedianOfRatiosAndNotTheRatioOfMedians() {
        // The machine changes its speed between visits; within each the candidate takes twice as long.
        let ratio = BlockRatio([visit((100, 200, 100)), visit((300, 600, 300)), visit((1000, 2000, 1000))])
        #expect(abs(ratio.logCandidate - log(2)) < 1e-12)
        #expect(ratio.logControl == 0)
        #expect(ratio.baselineNanoseconds == 300)
        #expect(ratio.candidateNanoseconds == 600)
        #expect(BlockRatio([visit((100, 200, 100))], iterationsPerSample: 4).baselineNanoseconds == 25)
    }

    /// Whichever side was disturbed, the whole visit goes.
    @Test(arguments: PairedSide.allCases) func disturbedVisitsGoAsAWhole(side: PairedSide) {
        let ratio = BlockRatio([
            visit((100, 110, 100)), visit((100, 110, 100)), visit((100, 900, 50), disturbed: side),
            visit((100, 900, 50), disturbed: side), visit((100, 110, 100)),
        ])
        #expect(abs(ratio.logCandidate - log(1.1)) < 1e-12)
        #expect(ratio.logControl == 0)
        #expect(ratio.disturbedVisits == 2)
        #expect(!ratio.isNoisy)
    }

    @Test func whereMostAreDisturbedAllAreKept() {
        let ratio = BlockRatio([
            visit((100, 110, 100)), visit((100, 120, 100), disturbed: .candidate),
            visit((100, 120, 100), disturbed: .baseline),
        ])
        #expect(ratio.isNoisy)
        #expect(abs(ratio.logCandidate - log(1.2)) < 1e-12)
    }
}
