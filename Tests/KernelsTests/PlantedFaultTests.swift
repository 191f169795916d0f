import TestSupport
import Testing

@testable import Kernels

/// What `check` is worth: it finds every fault that is planted, and none where there is none.
@Suite(.tags(.slow)) struct PlantedFaultTests {
    @Test(arguments: PlantedFault.allCases)
    func isCaught(fault: PlantedFault) {
        let conformance = Conformance(of: fault.kernel)
        #expect(!conformance.isConforming, "\(fault) goes unseen in \(conformance.cases) cases")
        #expect(conformance.failures.count <= Conformance.mostFailures)
    }

    @Test func theSameKernelWithoutAFaultConforms() {
        #expect(Conformance(of: FaultyAttention.kernel(nil)).failures == [])
    }

    /// What a first call does not show.
    @Test(arguments: [
        (PlantedFault.idlesFromTheSecondCall, "call 2, 1 threads"), (.idlesFromTheThirdCall, "call 3, 1 threads"),
        (.remembersItsFirstAnswer, "on other inputs, 1 threads"), (.losesARowBetweenThreads, "call 1, 2 threads"),
        (.countsInTheFirstCallOnly, "call 2, 1 threads"),
    ])
    func theFailureSaysWhen(fault: PlantedFault, place: String) throws {
        let failure = try #require(Conformance(of: fault.kernel).failures.first)
        #expect(failure.contains(place), "\(failure)")
    }
}
