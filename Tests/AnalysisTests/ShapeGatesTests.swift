import Attention
import Foundation
import Records
import Statistics
import Testing

@testable import Analysis

/// The slips that a gate must catch at any noise, planted.
@Suite struct ShapeGatesTests {
    private static let cells = PlantedBlocks.workloads
    private static let windows = cells.filter { $0.kernel == "sliding-window" }

    private static func allPairs(_ workload: Workload) -> Int {
        workload.problem.shape.queryLength * (workload.problem.shape.queryLength + 1) / 2
    }

    private static func changed(
        _ facts: PairedBlock.Facts, counted: Int? = nil, stated: Int? = nil, peak: Int? = nil, bytes: Int? = nil
    ) -> PairedBlock.Facts {
        PairedBlock.Facts(
            countedPairs: counted ?? facts.countedPairs, statedPairs: stated ?? facts.statedPairs,
            peakResidentBytes: peak ?? facts.peakResidentBytes, statedBytes: bytes ?? facts.statedBytes)
    }

    /// The window's kernel goes through all pairs, its closed form says so too, and by some wonder it takes no longer. The
    /// machine is so noisy that every guard fails.
    @Test func aWindowThatComputesEverythingFailsByItsCountAlone() throws {
        var planted = PlantedBlocks(frozenLoop: 0.5, processNoise: 0.2, visitNoise: 0.2)
        planted.facts = { workload, side, facts in
            guard side == .candidate, workload.kernel == "sliding-window" else { return facts }
            return Self.changed(facts, counted: Self.allPairs(workload), stated: Self.allPairs(workload))
        }
        let decision = try planted.decision()
        #expect(decision.guards.contains { !$0.passed })
        #expect(decision.verdict == .regressed)
        // At 512 tokens a window of 512 is the whole text.
        let longer = Self.windows.filter { $0.problem.shape.queryLength > 512 }
        #expect(decision.failedShape.filter { $0.kind == .computedPairs }.map(\.subject) == longer.map { "\($0)" })
    }

    @Test func aCountThatIsNotTheClosedFormFails() throws {
        var planted = PlantedBlocks()
        planted.facts = { workload, side, facts in
            side == .candidate && workload == Self.cells[0]
                ? Self.changed(facts, counted: facts.countedPairs! + 1) : facts
        }
        #expect(try planted.decision().failedShape.map(\.kind) == [.computedPairs])
    }

    /// Pairs that nobody counts are not invented: what is left is checked, and one sentence a kernel says what is not.
    @Test func whatAnEngineDoesNotCountIsSaidAndSkipped() throws {
        var planted = PlantedBlocks()
        planted.facts = { _, _, facts in
            PairedBlock.Facts(
                countedPairs: nil, statedPairs: nil, peakResidentBytes: facts.peakResidentBytes, statedBytes: nil)
        }
        let decision = try planted.decision()
        #expect(decision.verdict == .pass)
        #expect(!decision.shape.contains { $0.kind.isCounted })
        let gaps = decision.cautions.map(\.description).filter {
            $0.contains("does not state its pairs and its memory")
        }
        #expect(gaps.count == 2)
    }

    /// An engine that counts as it goes may well have no closed form.
    @Test func aCountWithoutAClosedFormIsHeldAgainstTheBaseline() throws {
        var planted = PlantedBlocks()
        planted.facts = { workload, side, facts in
            let counted = side == .candidate && workload == Self.cells[4] ? 2 * facts.countedPairs! : facts.countedPairs
            return PairedBlock.Facts(
                countedPairs: counted, statedPairs: nil, peakResidentBytes: 1 << 20, statedBytes: 1 << 20)
        }
        #expect(try planted.decision().failedShape.map(\.subject) == ["\(Self.cells[4])"])
    }

    /// A kernel that leaves out what its mask allows is wrong, however fast.
    @Test func fewerPairsThanTheMaskAllowsFail() throws {
        var planted = PlantedBlocks()
        planted.facts = { workload, side, facts in
            side == .candidate && workload == Self.cells[0]
                ? Self.changed(facts, counted: facts.countedPairs! - 1, stated: facts.statedPairs! - 1) : facts
        }
        #expect(try planted.decision().failedShape.map(\.subject) == ["\(Self.cells[0])"])
    }

    /// Fewer wasted pairs than the baseline are an improvement.
    @Test func lessWastePasses() throws {
        var planted = PlantedBlocks()
        planted.facts = { _, side, facts in
            side == .candidate
                ? facts : Self.changed(facts, counted: 2 * facts.countedPairs!, stated: 2 * facts.statedPairs!)
        }
        #expect(try planted.decision().failedShape.isEmpty)
    }

    /// The count lies, but the time does not: it grows as n² where the window's pairs grow as n.
    @Test func aWindowThatTakesQuadraticTimeFailsByItsExponent() throws {
        var planted = PlantedBlocks()
        planted.candidateNanoseconds = { workload in
            workload.kernel == "sliding-window"
                ? 20_000 + Double(Self.allPairs(workload)) : 20_000 + Double(workload.problem.pairs.allowed)
        }
        let decision = try planted.decision()
        let failed = decision.failedShape.filter { $0.kind == .exponent }
        #expect(failed.map(\.subject) == ["sliding-window(512)"])
        #expect(failed[0].candidate > 1.5)
        #expect(abs(failed[0].baseline - 1) < 0.03)
        #expect(decision.shape.contains { $0.kind == .exponent && $0.subject == "full" && $0.passed })
    }

    /// What the baseline does too is not the candidate's fault.
    @Test func anExponentThatTheBaselineHasTooPasses() throws {
        var planted = PlantedBlocks()
        planted.facts = { _, _, facts in facts }
        let cells = Self.windows.map { workload in
            Workload(
                kernel: "sliding-window-dense", phase: .prefill, problem: workload.problem)
        }
        // Time follows the pairs that both sides count as useful, with an exponent that both have.
        planted.nanosecondsPerPair = 1
        planted.candidateNanoseconds = { 20_000 + Double($0.problem.pairs.allowed) }
        #expect(try planted.decision(workloads: cells).failedShape.isEmpty)
    }

    @Test(arguments: [(16, true), (64, false)]) func memoryBeyondItsSizesFails(mebibytes: Int, passes: Bool) throws {
        var planted = PlantedBlocks()
        planted.facts = { workload, side, facts in
            side == .candidate && workload == Self.cells[4] ? Self.changed(facts, peak: mebibytes << 20) : facts
        }
        let decision = try planted.decision()
        #expect(decision.failedShape.map(\.kind) == (passes ? [] : [.peakMemory]))
        #expect(decision.verdict == (passes ? .pass : .regressed))
    }

    /// Its own closed form may not excuse what the candidate takes.
    @Test func theCandidateDoesNotSetItsOwnLimit() throws {
        var planted = PlantedBlocks()
        planted.facts = { _, side, facts in
            side == .candidate ? Self.changed(facts, peak: 64 << 20, bytes: 64 << 20) : facts
        }
        #expect(try planted.decision().failedShape.count == Self.cells.count)
    }

    @Test func aCrossoverThatMovedBecauseTheWindowIsSlowerFails() throws {
        #expect(try crossover(full: 1, window: 2).passed == false)
    }

    @Test func aCrossoverThatMovedBecauseFullIsFasterPasses() throws {
        let finding = try crossover(full: 0.5, window: 1)
        #expect(finding.passed)
        #expect(finding.candidate > 1.25 * finding.baseline)
        #expect(finding.message.contains("the other is faster"))
    }

    @Test func aCrossoverThatStaysPasses() throws {
        let finding = try crossover(full: 1, window: 1.02)
        #expect(finding.passed)
        #expect(finding.candidate < 1.25 * finding.baseline)
    }

    /// The candidate's time of both kernels, against a baseline of which the window costs half as much again a pair.
    private func crossover(full: Double, window: Double) throws -> ShapeFinding {
        func analysis(full: Double, window: Double) -> ScalingAnalysis {
            var generator = SplitMix64(seed: 9)
            let lengths = Planted.halfOctaves(from: 256, count: 13)
            let series = [
                Planted(kernel: "full", mask: .causal, law: { full * $0 }, launches: 3),
                Planted(
                    kernel: "sliding-window", mask: .slidingWindow(256), law: { 1.5 * window * $0 }, launches: 3),
            ]
            return Planted.analysis(series.flatMap { $0.measurements(lengths, using: &generator) })
        }
        let findings = ShapeGates.findings(
            [], baseline: analysis(full: 1, window: 1), candidate: analysis(full: full, window: window))
        return try #require(findings.first { $0.kind == .crossover })
    }
}
