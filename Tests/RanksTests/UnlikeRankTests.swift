import Faults
import Hardware
import Testing

@testable import Ranks

/// Ranks that cannot work together say so on all of them, since only the first one prints.
@Suite struct UnlikeRankTests {
    private struct Refusal: Faults.Fault {
        let exitStatus = ExitStatus.unfit
        let description: String
    }

    @Test func anotherBuildIsNamedWithBothHosts() throws {
        let builds = ["commit 1", "commit 1", "commit 2", "commit 3"]
        let faults = try ThreadRanks.run(4, hosts: ["a", "b", "c", "d"]) { communicator -> String in
            do {
                try communicator.require(.build, own: builds[communicator.rank])
                return "none"
            } catch {
                return "\(error)"
            }
        }
        let sentence =
            "rank 2 on c is another build (commit 2) than rank 0 on a (commit 1); install the same program on all hosts"
        #expect(faults == Array(repeating: sentence, count: 4))
    }

    @Test func anotherCPUIsNamedWithBothHosts() throws {
        let faults = try ThreadRanks.run(2, hosts: ["a", "b"]) { communicator -> String in
            do {
                try communicator.require(.processor, own: "CPU \(communicator.rank)")
                return "none"
            } catch {
                return "\(error)"
            }
        }
        #expect(faults[0] == faults[1])
        #expect(faults[0].hasPrefix("rank 1 on b has another CPU (CPU 1) than rank 0 on a (CPU 0); "), "\(faults[0])")
    }

    @Test func oneBuildOnOneCPUIsAccepted() throws {
        let count = try ThreadRanks.run(3) { communicator -> Int in
            try communicator.requireOneBuild()
            try communicator.requireOneProcessor(Topology())
            return communicator.rankCount
        }
        #expect(count == [3, 3, 3])
    }

    @Test func whatOneRankRefusesAllRanksSay() throws {
        let found = try ThreadRanks.run(3, hosts: ["a", "b", "c"]) { communicator -> String in
            do throws(RankFailure) {
                return try communicator.agreed { () throws(Refusal) in
                    if communicator.rank == 1 { throw Refusal(description: "its CPU is not there") }
                    return "fine"
                }
            } catch {
                return "\(error.exitStatus): \(error)"
            }
        }
        #expect(found == Array(repeating: "unfit: rank 1 on b cannot go on: its CPU is not there", count: 3))
    }

    /// One rank of the two may not use the CPU that is named: both end.
    @Test func aCPUThatOneRankLacksEndsAll() throws {
        let found = try ThreadRanks.run(2) { communicator -> String in
            let topology = try Topology(
                synthetic: "pack:1 core:4 pu:1", allowed: communicator.rank == 0 ? [0, 1] : [1])
            do {
                _ = try Seats(communicator, .cpus([0, 1]), on: topology)
                return "seated"
            } catch {
                return "\(error)"
            }
        }
        #expect(found[0] == found[1])
        #expect(found[0].contains("rank 1 on test cannot go on: CPU 0 is not allowed to this process"), "\(found[0])")
        #expect(found[0].contains("mpirun --bind-to none"))
    }

    @Test func namesOfHostsAreWordsWhateverTheSystemSays() throws {
        let hostile = ["\u{1B}[31mred", "<script>\n", "", "node-1.site_2"]
        let names = try ThreadRanks.run(4, hosts: hostile) { $0.gatheredHosts() }
        #expect(Set(names) == [["??31mred", "?script??", "", "node-1.site_2"]])
    }

    @Test func aLongTextIsCutAndNotLost() throws {
        let texts = try ThreadRanks.run(2) { communicator in
            communicator.gathered(text: String(repeating: "\(communicator.rank)", count: 5000))
        }
        #expect(texts[0] == texts[1])
        #expect(texts[0].map { Set($0) } == [["0"], ["1"]] && texts[0].allSatisfy { $0.count == 512 })
    }
}
