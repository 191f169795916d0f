import Attention
import Benchmarking
import Testing

@testable import Analysis

/// The course of a gate: what it asks for, and when it stops.
@Suite struct GateTests {
    private let cells = PlantedBlocks.workloads

    private func requests(
        _ planted: PlantedBlocks, hasTime: (Double) -> Bool = { _ in true }
    ) throws -> (requests: [PairedRequest], evidence: Gate.Evidence) {
        var requests: [PairedRequest] = []
        let evidence = try Gate(cells, policy: GatePolicy(delta: 0.05), seed: 4).run(hasTime: hasTime) { request in
            requests.append(request)
            return (planted.block(request), 1.0)
        }
        return (requests, evidence)
    }

    @Test func withoutDoubtThereAreThreeBlocks() throws {
        let (requests, evidence) = try requests(PlantedBlocks())
        #expect(requests.count == 3)
        #expect(requests.allSatisfy { $0.workloads == cells })
        #expect(requests.map(\.isChecked) == [true, false, false])
        #expect(evidence.confirmation.isEmpty)
    }

    @Test func doubtsAreMeasuredAgainInReverse() throws {
        let (requests, _) = try requests(PlantedBlocks(candidate: [cells[2]: 0.1, cells[7]: -0.2]))
        #expect(requests.count == 13)
        #expect(requests.dropFirst(3).allSatisfy { $0.workloads == [cells[7], cells[2]] })
        #expect(Set(requests.map(\.seed)).count == 13, "every block has an order of its own")
    }

    @Test func whatTimeDoesNotAllowIsOpen() throws {
        let planted = PlantedBlocks(candidate: [cells[2]: 0.1])
        // The screen's other blocks, two seconds, fit; another one does not.
        var asked = 0
        let (requests, evidence) = try requests(planted) { _ in
            asked += 1
            return asked == 1
        }
        #expect(requests.count == 3)
        #expect(evidence.isCutShort)
        let decision = GateDecision(evidence, policy: GatePolicy(delta: 0.05))
        #expect(decision[cells[2]] == .inconclusive)
        #expect(decision.cells[2].findings.contains { $0.description.contains("time budget") })
        #expect(decision.cautions.contains { $0.description.contains("time budget") })
    }

    @Test func aScreenThatDoesNotFitIsRefused() throws {
        #expect(throws: TooLittleTime(blockSeconds: 1, blocks: 3)) {
            try requests(PlantedBlocks(), hasTime: { $0 < 2 })
        }
    }

    private func wrong(_ side: PairedSide) -> PlantedBlocks {
        var planted = PlantedBlocks()
        planted.facts = { workload, here, facts in
            guard workload == PlantedBlocks.workloads[5], here == side else { return facts }
            return PreparedFacts(
                countedPairs: facts.countedPairs, statedPairs: facts.statedPairs,
                peakResidentBytes: facts.peakResidentBytes, statedBytes: facts.statedBytes, iterationsPerSample: 1,
                callNanoseconds: 1, wrongness: "off by 0.5")
        }
        return planted
    }

    @Test func aWrongCandidateEndsIt() throws {
        let (requests, evidence) = try requests(wrong(.candidate))
        #expect(
            evidence.wrong == [
                UncomparedCell(
                    workload: cells[5], cause: .wrong, reason: "its result in the candidate is wrong: off by 0.5")
            ])
        #expect(requests.count == 1, "nothing more is measured")
        let decision = GateDecision(evidence, policy: GatePolicy(delta: 0.05))
        #expect(decision.cells.isEmpty && decision.shape.isEmpty && decision.guards.isEmpty)
    }

    /// What only the baseline computes is missing; what only the candidate computes is new.
    @Test func refusalsCountForTheSideThatRefuses() throws {
        let gate = Gate(cells, policy: GatePolicy(delta: 0.05), seed: 4)
        let evidence = try gate.run { request in
            let block = PlantedBlocks().block(request)
            let refusals = [(PairedBuild.candidate, 0), (.baseline, 1)].map { build, index in
                PairedBlock.Refusal(workload: cells[index], build: build, reason: "takes no such length")
            }
            return (
                PairedBlock(
                    cells: block.cells.filter { !cells.prefix(2).contains($0.workload) }, refusals: refusals,
                    frozenLoop: block.frozenLoop), 1
            )
        }
        #expect(evidence.uncompared.map(\.cause) == [.missing, .noBaseline])
        #expect(evidence.uncompared[0].reason == "candidate: takes no such length")
    }

    /// Whoever repairs a kernel must get through the gate.
    @Test func aWrongBaselineIsNotComparedWith() throws {
        let (requests, evidence) = try requests(wrong(.baseline))
        #expect(evidence.uncompared.map(\.workload) == [cells[5]])
        #expect(requests[1].workloads == cells.filter { $0 != cells[5] })
        let decision = GateDecision(evidence, policy: GatePolicy(delta: 0.05))
        #expect(decision.verdict == .pass)
        #expect(decision.cells.count == 11)
    }
}
