import Attention
import Hardware
import Kernels
import TestSupport
import Testing

@testable import Ranks

/// Every way to share attention gives what one rank gives, however many ranks there are and whenever messages arrive.
@Suite struct RankKernelTests {
    @Test(arguments: RankKernel.builtIn.map(\.name), 1...5)
    func conforms(name: String, ranks: Int) throws {
        let kernel = try RankKernel.builtIn.named(name)
        let found = try ThreadRanks.run(ranks, delaysSeed: 1) { try RankConformance(of: kernel, on: $0) }
        for found in found {
            #expect(found.cases > 0, "no case was taken")
            #expect(found.failures == [])
        }
    }

    @Test(arguments: RankKernel.builtIn.map(\.name))
    func noticesAMessageThatChanged(name: String) throws {
        let kernel = try RankKernel.builtIn.named(name)
        let found = try ThreadRanks.run(2, fault: .changedByte) { communicator in
            // Reports of one rank go through the same messages: each rank's own finding is looked at.
            try Self.worstShare(of: kernel, on: communicator)
        }
        #expect(found.contains { !($0 <= 1) }, "\(found)")
    }

    private static func worstShare(of kernel: RankKernel, on communicator: Communicator) throws -> Double {
        let problem = try AttentionProblem(
            shape: AttentionShape(
                queryHeads: 2, keyValueHeads: 2, queryLength: kernel.phase == .decode ? 1 : 20, keyLength: 20,
                headDimension: 16),
            mask: kernel.masks[0] == .slidingWindow ? .slidingWindow(9) : .causal)
        let shared = try kernel.problem(problem, ranks: communicator.rankCount)
        let parts = RankPart.all(of: communicator.rank, in: shared, seed: 3)
        let instance = try kernel.prepare(shared, RankKernel.Ready(communicator, team: WorkerTeam()))
        instance.fillCache(parts)
        instance.run(parts)
        return (0..<2).map { head in
            let accuracy = parts[0].accuracy(of: shared, head: head, seed: 3)
            return accuracy.maximumError / accuracy.bound
        }.max()!
    }

    @Test(arguments: RankKernel.builtIn.map(\.name))
    func timingChangesNoBit(name: String) throws {
        let kernel = try RankKernel.builtIn.named(name)
        let runs = try [1, 2, 3].map { (seed: UInt64) -> [[UInt32]] in
            try ThreadRanks.run(3, delaysSeed: seed) { communicator -> [UInt32] in
                let problem = try AttentionProblem(
                    shape: AttentionShape(
                        queryHeads: 3, keyValueHeads: 3, queryLength: kernel.phase == .decode ? 1 : 50, keyLength: 50,
                        headDimension: 16),
                    mask: kernel.masks[0] == .slidingWindow ? .slidingWindow(20) : .causal)
                let shared = try kernel.problem(problem, ranks: 3)
                let parts = RankPart.all(of: communicator.rank, in: shared, seed: 5)
                let instance = try kernel.prepare(shared, RankKernel.Ready(communicator, team: WorkerTeam()))
                instance.fillCache(parts)
                instance.run(parts)
                return parts.flatMap { part in part.output.elements(0..<part.output.count).map(\.bitPattern) }
            }
        }
        #expect(runs[0] == runs[1] && runs[0] == runs[2])
        #expect(runs[0].allSatisfy { $0.contains { $0 != 0 } })
    }

    @Test func partsAreThoseOfOneRank() throws {
        let shape = try AttentionShape(batch: 2, queryHeads: 3, keyValueHeads: 1, queryLength: 11, headDimension: 4)
        let whole = AttentionInputs(shape: shape, elementType: .bfloat16, seed: 9)
        let problem = RankProblem(
            try AttentionProblem(shape: shape, mask: .causal, elementType: .bfloat16), rankCount: 3, split: .zigzag)
        var seen = 0
        for rank in 0..<3 {
            for part in RankPart.all(of: rank, in: problem, seed: 9) {
                for head in 0..<6 {
                    for (place, token) in part.tokens.enumerated() {
                        for x in 0..<4 {
                            let own = part.inputs.query[(head * part.tokens.count + place) * 4 + x]
                            #expect(own == whole.query[(head * 11 + token) * 4 + x])
                            seen += 1
                        }
                    }
                }
                #expect(part.inputs.value[0] == whole.value[part.tokens.lowerBound * 4])
            }
        }
        #expect(seen == whole.query.count)
    }

    @Test func refusesWhatItCannotShare() throws {
        let shape = try AttentionShape(queryHeads: 4, keyValueHeads: 2, queryLength: 8, headDimension: 8)
        let windowed = try AttentionProblem(shape: shape, mask: .slidingWindow(3))
        #expect(throws: UnsupportedProblem.self) { try RankKernel.ring.problem(windowed, ranks: 2) }
        #expect {
            try RankKernel.heads.problem(windowed, ranks: 3)
        } throws: {
            "\($0)" == "3 ranks cannot share 4 query heads evenly"
        }
        #expect(throws: UnsupportedProblem.self) { try RankKernel.splitCache.problem(windowed, ranks: 2) }
    }
}
