import Attention
import Foundation
import Records
import Statistics
import TestSupport
import Testing

@testable import Analysis

@Suite struct ResultsComparisonTests {
    private static let lengths = [512, 1024, 2048, 4096, 8192]

    private func results(
        _ planted: Planted, machine: Machine = PlantedComparison.machine, seed: UInt64 = 1
    ) -> Results {
        var generator = SplitMix64(seed: seed)
        let header = ResultsHeader(
            machine: machine, ceilings: Planted.ceilings, build: PlantedComparison.side("a").build,
            sweep: Sweep(name: "planted", groups: [.init(kernels: ["full"], lengths: Self.lengths)]), seed: 1,
            startedAt: "2026-01-01T00:00:00Z", command: "")
        return Results(header: header, measurements: planted.measurements(Self.lengths, using: &generator))
    }

    private func compare(_ before: Planted, _ after: Planted) throws -> ResultsComparison {
        try ResultsComparison(
            baseline: results(before), candidate: results(after, seed: 2), policy: GatePolicy(delta: 0.05))
    }

    private let launches = Planted(launchNoise: 0.005, launches: 10)

    @Test func theSameBuildPasses() throws {
        let comparison = try compare(launches, launches)
        #expect(comparison.cells.map(\.verdict) == Self.lengths.map { _ in .pass })
        #expect(comparison.uncompared.isEmpty)
        #expect(comparison.shape.allSatisfy { $0.passed })
        #expect(comparison.cautions.contains { $0.description.contains("cannot resolve slowdowns under") })
    }

    @Test(arguments: [(1.2, ComparisonVerdict.regressed), (0.8, .improved)])
    func aChangeIsFound(factor: Double, verdict: ComparisonVerdict) throws {
        var after = launches
        after.law = { factor * (20_000 + 0.5 * $0) }
        let comparison = try compare(launches, after)
        for cell in comparison.cells {
            #expect(cell.verdict == verdict)
            #expect(cell.ratio.contains(factor))
            #expect(cell.launches == 10)
        }
    }

    /// However narrow the interval within a launch, one launch says nothing of launches.
    @Test func oneLaunchIsNoEvidence() throws {
        var after = Planted(roundNoise: 0.0001)
        after.law = { 1.5 * (20_000 + 0.5 * $0) }
        let comparison = try compare(Planted(roundNoise: 0.0001), after)
        for cell in comparison.cells {
            #expect(cell.verdict == .inconclusive)
            #expect(cell.ratio.contains(1.5))
            #expect(cell.smallestVisibleSlowdown == nil)
            #expect(cell.findings.contains { $0.description.contains("one launch") })
        }
        #expect(comparison.cautions.contains { $0.description.contains("one launch each") })
    }

    /// A count needs no launches.
    @Test func aSlipIsFoundInOneLaunch() throws {
        let after = Planted(waste: { _ in 2 })
        let failed = try compare(Planted(), after).shape.filter { !$0.passed }
        #expect(failed.map(\.kind) == Self.lengths.map { _ in .computedPairs })
    }

    @Test func anotherMachineIsRefusedByName() throws {
        let own = PlantedComparison.machine
        let other = Machine(
            cpuModel: "Other CPU", architecture: own.architecture, physicalCores: 4, logicalCPUs: own.logicalCPUs,
            caches: own.caches, memoryBytes: own.memoryBytes, hypervisor: own.hypervisor, vectorLanes: own.vectorLanes,
            instructionSet: own.instructionSet, availableVectorLanes: own.availableVectorLanes, kernelRelease: "9",
            pinnedCPUs: [0], clockResolutionNanoseconds: 5, clockOverheadNanoseconds: 5, checks: [])
        #expect(
            throws: IncomparableResults(
                differences: ["CPU (Test CPU against Other CPU)", "physical cores (2 against 4)"])
        ) {
            try ResultsComparison(
                baseline: results(launches), candidate: results(launches, machine: other),
                policy: GatePolicy(delta: 0.05))
        }
    }

    @Test func otherElementTypesAreRefused() {
        #expect(throws: IncomparableResults(differences: ["element types (float32 against bfloat16)"])) {
            try compare(launches, Planted(launches: 10, elementType: .bfloat16))
        }
    }

    @Test func cellsOfOneSideAreListed() throws {
        let both = results(launches)
        let some = Results(
            header: both.header,
            measurements: both.measurements.filter { $0.workload.problem.shape.queryLength > 512 })
        let comparison = try ResultsComparison(baseline: both, candidate: some, policy: GatePolicy(delta: 0.05))
        #expect(comparison.cells.count == 4)
        #expect(comparison.uncompared.map(\.reason) == ["not in the candidate"])
        #expect(comparison.wrong.isEmpty)
    }

    /// A wrong result of the baseline is why a cell is not compared; one of the candidate is an error as well.
    @Test func wrongResultsOfTheCandidateAreKnown() throws {
        let right = results(launches)
        let wrong = Results(
            header: right.header,
            measurements: right.measurements.map {
                guard $0.workload.problem.shape.queryLength == 512 else { return $0 }
                return Measurement(
                    workload: $0.workload, origin: $0.origin, launch: $0.launch, work: $0.work,
                    scratchBytes: $0.scratchBytes,
                    outcome: .failed(reason: "is off by 1", maximumError: 1))
            })
        let policy = GatePolicy(delta: 0.05)
        let ofCandidate = try ResultsComparison(baseline: right, candidate: wrong, policy: policy)
        #expect(ofCandidate.wrong.map(\.reason) == ["its result in the candidate is wrong: is off by 1"])
        let ofBaseline = try ResultsComparison(baseline: wrong, candidate: right, policy: policy)
        #expect(ofBaseline.wrong.isEmpty && ofBaseline.uncompared.count == 1)
    }

    @Test func cellsStandInTheOrderOfTheSweep() throws {
        let done = results(launches)
        let shuffled = Results(header: done.header, measurements: done.measurements.reversed())
        let comparison = try ResultsComparison(baseline: shuffled, candidate: done, policy: GatePolicy(delta: 0.05))
        #expect(comparison.cells.map(\.workload.problem.shape.queryLength) == Self.lengths)
    }
}
