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
            machine: machine, ceilings: Planted.ceilings, build: PlantedComparison.build("a"),
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
        #expect(comparison.cautions.contains { $0.description.contains("cannot show slowdowns under") })
    }

    @Test(arguments: [(1.2, CellVerdict.regressed), (0.8, .improved)])
    func aChangeIsFound(factor: Double, verdict: CellVerdict) throws {
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
        #expect(comparison.uncompared.map(\.cause) == [.missing])
        let grown = try ResultsComparison(baseline: some, candidate: both, policy: GatePolicy(delta: 0.05))
        #expect(grown.uncompared.map(\.reason) == ["not in the baseline"])
        #expect(grown.uncompared.map(\.cause) == [.noBaseline])
    }

    /// The results with other outcomes in the cells of some lengths, in each of their launches.
    private func results(
        _ lengths: [Int], are outcome: Measurement.Outcome
    ) -> Results {
        let results = results(launches)
        return Results(
            header: results.header,
            measurements: results.measurements.map {
                guard lengths.contains($0.workload.problem.shape.queryLength) else { return $0 }
                return Measurement(
                    workload: $0.workload, origin: $0.origin, launch: $0.launch, work: $0.work,
                    scratchBytes: $0.scratchBytes, outcome: outcome)
            })
    }

    private let wrong = Measurement.Outcome.wrong(reason: "is off by 1", maximumError: 1)
    private let policy = GatePolicy(delta: 0.05)

    /// A wrong result of the baseline is why a cell is not compared; one of the candidate is an error as well.
    @Test func wrongResultsOfTheCandidateAreKnown() throws {
        let right = results(launches)
        let wrong = results([512], are: self.wrong)
        let ofCandidate = try ResultsComparison(baseline: right, candidate: wrong, policy: policy)
        #expect(ofCandidate.uncompared.map(\.reason) == ["its result in the candidate is wrong: is off by 1"])
        #expect(ofCandidate.uncompared.map(\.cause) == [.wrong])
        let ofBaseline = try ResultsComparison(baseline: wrong, candidate: right, policy: policy)
        #expect(ofBaseline.uncompared.map(\.cause) == [.noBaseline])
        let ofBoth = try ResultsComparison(baseline: wrong, candidate: wrong, policy: policy)
        #expect(ofBoth.uncompared.map(\.cause) == [.wrong], "that the baseline is wrong too makes nothing right")
        let ofAll = try ResultsComparison(
            baseline: right, candidate: results(Self.lengths, are: self.wrong), policy: policy)
        #expect(ofAll.cells.isEmpty && ofAll.uncompared.map(\.cause) == Self.lengths.map { _ in .wrong })
    }

    /// Ten launches each, and none of them has the cell.
    @Test func cellsThatEveryLaunchSkippedAreListed() throws {
        let skipped = results([512, 8192], are: .skipped(reason: "needs 16 GiB of memory"))
        let inBoth = try ResultsComparison(baseline: skipped, candidate: skipped, policy: policy)
        #expect(inBoth.cells.count == 3)
        #expect(inBoth.uncompared.map(\.cause) == [.noBaseline, .noBaseline])
        let inCandidate = try ResultsComparison(baseline: results(launches), candidate: skipped, policy: policy)
        #expect(inCandidate.uncompared.map(\.cause) == [.missing, .missing])
        #expect(inCandidate.uncompared[0].reason == "skipped in the candidate: needs 16 GiB of memory")
    }

    @Test func cellsStandInTheOrderOfTheSweep() throws {
        let done = results(launches)
        let shuffled = Results(header: done.header, measurements: done.measurements.reversed())
        let comparison = try ResultsComparison(baseline: shuffled, candidate: done, policy: GatePolicy(delta: 0.05))
        #expect(comparison.cells.map(\.workload.problem.shape.queryLength) == Self.lengths)
    }
}
