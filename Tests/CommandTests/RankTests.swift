import Foundation
import Ranks
import TestSupport
import Testing

/// The program under `mpirun`.
@Suite(
    .tags(.slow), .serialized,
    .enabled(if: RankTests.canRun, "Open MPI is not installed, or not built with: scripts/setup --ranks"))
struct RankTests {
    static let canRun: Bool = {
        guard RankLaunch.library != nil, let folder = try? TestFolder() else { return false }
        return (try? Program("command -v mpirun", in: folder).status) == 0
    }()

    /// Machines may have fewer cores than ranks, and tests may run as root.
    private func program(_ words: String, ranks: Int) throws -> Program {
        try Program(
            "mpirun --oversubscribe --allow-run-as-root -n \(ranks) $attnbench \(words)", in: TestFolder())
    }

    /// Messages of Open MPI itself; all other cases run over ranks that are threads, in RanksTests.
    @Test(arguments: [2, 3, 5]) func checksEveryKernel(ranks: Int) throws {
        let checked = try program("check", ranks: ranks)
        #expect(checked.status == 0, "\(checked.messages)")
        let lines = checked.output.split(separator: "\n")
        // Only one rank prints.
        #expect(lines.count == 2 + RankKernel.builtIn.count, "\(checked.output)")
        #expect(lines.first?.hasPrefix("kernel on \(ranks) ranks") == true)
        for kernel in RankKernel.builtIn {
            #expect(lines.contains { $0.hasPrefix(kernel.name + " ") && $0.hasSuffix("ok") }, "\(kernel.name)")
        }
    }

    @Test func oneRankIsNoRanks() throws {
        let (alone, launched) = (try Program("$attnbench check full", in: TestFolder()), try program("check full", ranks: 1))
        #expect(launched.status == 0 && launched.output == alone.output)
    }

    @Test func anUnknownKernelIsRefused() throws {
        let refused = try program("check rong", ranks: 2)
        #expect(refused.status == 2)
        #expect(refused.messages.contains("rong is not a kernel of ranks"))
    }
}
