import Attention
import Records
import Testing

@testable import Benchmarking

@Suite struct CellDealTests {
    private func workload(_ kernel: String, _ length: Int, _ mask: Mask = .causal) throws -> Workload {
        Workload(
            kernel: kernel, phase: .prefill,
            problem: try AttentionProblem(shape: AttentionShape(queryLength: length, headDimension: 64), mask: mask))
    }

    private func sweep() throws -> [Workload] {
        try [1024, 2048, 4096, 8192, 16_384].flatMap { length in
            [try workload("full", length), try workload("sliding-window", length, .slidingWindow(256))]
        }
    }

    @Test(arguments: 1...7) func everyCellIsDealtOnce(places: Int) throws {
        let cells = try sweep()
        let shares = CellDeal.shares(of: cells, places: places)
        #expect(shares.count == places)
        #expect(shares.flatMap { $0 }.count == cells.count)
        #expect(Set(shares.flatMap { $0 }) == Set(cells))
        // In the order of the sweep.
        for share in shares { #expect(share == cells.filter(share.contains)) }
    }

    @Test func kernelsOfOneProblemStayTogether() throws {
        for share in CellDeal.shares(of: try sweep(), places: 3) {
            let lengths = share.map(\.problem.shape.keyLength)
            #expect(Set(lengths).count * 2 == lengths.count)
        }
    }

    @Test func theDearestProblemsGoToDifferentPlaces() throws {
        let shares = CellDeal.shares(of: try sweep(), places: 2)
        #expect(Set(shares[0].map(\.problem.shape.keyLength)) == [16_384])
        #expect(Set(shares[1].map(\.problem.shape.keyLength)) == [8192, 4096, 2048, 1024])
    }

    @Test func threadsAndElementTypesAreOtherProblems() throws {
        let shape = try AttentionShape(queryLength: 4096, headDimension: 64)
        let cells = [
            Workload(kernel: "full", phase: .prefill, problem: try AttentionProblem(shape: shape, mask: .causal)),
            Workload(
                kernel: "full", phase: .prefill, problem: try AttentionProblem(shape: shape, mask: .causal), threads: 2),
            Workload(
                kernel: "full", phase: .prefill,
                problem: try AttentionProblem(shape: shape, mask: .causal, elementType: .bfloat16)),
        ]
        #expect(CellDeal.shares(of: cells, places: 3).map(\.count) == [1, 1, 1])
    }

    /// A backward pass has five products where a forward pass has two. Counted like a forward pass, it would be the cheapest of the
    /// three cells, and share a place with one of the others.
    @Test func aPhaseHasItsOwnCost() throws {
        func problem(_ length: Int) throws -> AttentionProblem {
            try AttentionProblem(shape: AttentionShape(queryLength: length, headDimension: 64), mask: .causal)
        }
        let cells = [
            Workload(kernel: "full", phase: .prefill, problem: try problem(5000)),
            Workload(kernel: "full", phase: .prefill, problem: try problem(4500)),
            Workload(kernel: "backward-full", phase: .backward, problem: try problem(4000)),
        ]
        let shares = CellDeal.shares(of: cells, places: 2)
        #expect(shares.map { $0.map(\.kernel) } == [["backward-full"], ["full", "full"]])
    }
}
