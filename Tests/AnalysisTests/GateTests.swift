import Attention
import Records
import Statistics
import Testing

@testable import Analysis

/// The course of a gate: what it asks for, and when it stops.
@Suite struct GateTests {
    private let cells = PlantedBlocks.workloads

    private func requests(
        _ planted: PlantedBlocks, secondsLeft: @escaping () -> Double = { .infinity },
        announce: @escaping (Caution) -> Void = { _ in }
    ) throws -> (requests: [PairedRequest], evidence: Gate.Evidence) {
        var requests: [PairedRequest] = []
        let evidence = try Gate(cells, policy: GatePolicy(delta: 0.05), seed: 4).run(
            within: Gate.Budget(secondsLeft: secondsLeft, announce: announce)
        ) { request in
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
        let (requests, evidence) = try requests(planted) {
            asked += 1
            return asked == 1 ? 2 : -1
        }
        #expect(requests.count == 3)
        #expect(evidence.isCutShort)
        let decision = GateDecision(evidence, policy: GatePolicy(delta: 0.05))
        #expect(decision[cells[2]] == .inconclusive)
        #expect(decision.cells[2].findings.contains { $0.description.contains("time budget") })
        #expect(decision.cautions.contains { $0.description.contains("time budget") })
    }

    @Test func aScreenThatDoesNotFitIsRefused() throws {
        #expect(throws: TooLittleTime(block: BlockTime(seconds: 1), blocks: 3)) {
            try requests(PlantedBlocks(), secondsLeft: { 1.9 })
        }
    }

    /// Before the confirmation begins it is said what the blocks that fit can see, and what more of them would.
    @Test func aBudgetForFewerBlocksIsToldBeforehand() throws {
        let planted = PlantedBlocks(candidate: [cells[2]: 0.1])
        var said: [String] = []
        // A block of the confirmation is foretold to take half as long again as one of the screen.
        let (requests, evidence) = try requests(planted, secondsLeft: { 7.6 }) { said.append($0.description) }
        #expect(requests.count == 13, "this budget never shrinks")
        #expect(!evidence.isCutShort)
        try #require(said.count == 1)
        #expect(said[0].contains("room for 5 of the 10 that decide"))
        let visible = said[0].matches(of: #/(\d+\.\d) %/#).map { Double($0.1)! }
        try #require(visible.count == 2)
        #expect(visible[0] > visible[1] && visible[1] > 5)
        said = []
        _ = try self.requests(planted, secondsLeft: { 3.2 }) { said.append($0.description) }
        #expect(said.count == 1 && said[0].contains("INCONCLUSIVE"))
        said = []
        _ = try self.requests(planted, secondsLeft: { 15 }) { said.append($0.description) }
        #expect(said.isEmpty)
    }

    @Test func aLongStartIsNamed() {
        let slow = BlockTime(preparationSeconds: 9, seconds: 12)
        #expect("\(slow)" == "12 s, of which 9 s are needed to start the engines and to prepare the kernels")
        #expect("\(BlockTime(preparationSeconds: 1, seconds: 12))" == "12 s")
        #expect(slow.confirmation(GatePolicy(delta: 0.05)).seconds == 13.5)
    }

    private func wrong(_ side: PairedSide) -> PlantedBlocks {
        var planted = PlantedBlocks()
        planted.facts = { workload, here, facts in
            guard workload == PlantedBlocks.workloads[5], here == side else { return facts }
            var facts = facts
            facts.wrongness = "off by 0.5"
            return facts
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

    /// A candidate that refuses what the baseline computes never passes; what only the candidate computes is new.
    @Test func refusalsCountForTheSideThatRefuses() throws {
        let gate = Gate(cells, policy: GatePolicy(delta: 0.05), seed: 4)
        let evidence = try gate.run { request in
            let block = PlantedBlocks().block(request)
            let unmeasured = [(ComparedEngine.candidate, 0), (.baseline, 1)].map { engine, index in
                PairedBlock.UnmeasuredCell(workload: cells[index], engine: engine, reason: "takes no such length")
            }
            return (
                PairedBlock(
                    cells: block.cells.filter { !cells.prefix(2).contains($0.workload) }, unmeasured: unmeasured,
                    frozenLoop: block.frozenLoop), 1
            )
        }
        #expect(evidence.uncompared.map(\.cause) == [.engineFailed, .noBaseline])
        #expect(evidence.uncompared[0].reason == "candidate: takes no such length")
        let decision = GateDecision(evidence, policy: GatePolicy(delta: 0.05))
        let verdict = Comparison.verdict(
            cells: decision.cells.map(\.verdict), uncompared: evidence.uncompared.map(\.cause),
            guards: decision.guards, shape: decision.shape)
        #expect(verdict == .engineFailed)
    }

    /// A cell in which the candidate breaks down in a later block is left out from there on; the others are judged.
    @Test(arguments: [1, 3]) func aCellThatBreaksLaterIsLeftOut(block broken: Int) throws {
        let gate = Gate(cells, policy: GatePolicy(delta: 0.05), seed: 4)
        let planted = PlantedBlocks(candidate: [cells[2]: 0.1, cells[7]: 0.1])
        var requests: [PairedRequest] = []
        let evidence = try gate.run { request in
            requests.append(request)
            let block = planted.block(request)
            guard requests.count == broken + 1 else { return (block, 1) }
            return (
                PairedBlock(
                    cells: block.cells.filter { $0.workload != cells[2] },
                    unmeasured: [.init(workload: cells[2], engine: .candidate, reason: "died")],
                    frozenLoop: block.frozenLoop), 1
            )
        }
        #expect(evidence.uncompared.map(\.workload) == [cells[2]])
        #expect(requests.dropFirst(broken + 1).allSatisfy { !$0.workloads.contains(cells[2]) })
        let decision = GateDecision(evidence, policy: GatePolicy(delta: 0.05))
        #expect(decision.cells.count == 11)
        #expect(decision[cells[7]] == .regressed)
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
