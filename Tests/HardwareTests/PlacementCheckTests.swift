import Records
import Testing

@testable import Hardware

@Suite struct PlacementCheckTests {
    @Test func wantsPinnedThreads() throws {
        var surroundings = try Surroundings.fake(FakeSystem())
        #expect(PlacementChecks.pinning(surroundings) == .ok("pinned on CPU 1"))
        surroundings.pinnedCPUs = []
        #expect(PlacementChecks.pinning(surroundings).state == .bad)
        surroundings.pinningRefusals = ["no thread is bound to CPU 1: no"]
        #expect(PlacementChecks.pinning(surroundings) == .bad("no thread is bound to CPU 1: no"))
    }

    @Test(arguments: [(nil, EnvironmentCheck.State.ok, "all 2"), ([1], .unknown, "CPUs 1 of 0-1")])
    func tellsARestrictedCPUSet(allowed: [Int]?, state: EnvironmentCheck.State, detail: String) throws {
        let finding = PlacementChecks.cpuSet(try .fake(FakeSystem(), allowed: allowed))
        #expect(finding.state == state)
        #expect(finding.detail.contains(detail))
    }

    @Test(arguments: [
        ("core:2 pu:1", [0, 1], EnvironmentCheck.State.ok, "one node"),
        ("pack:2 [numa] core:2 pu:1", [2, 3], .ok, "on node 1 of 2"),
        ("pack:2 [numa] core:2 pu:1", [1, 2], .bad, "nodes 0-1"),
        ("pack:2 [numa] core:2 pu:1", [], .bad, "nodes 0-1"),
    ])
    func wantsOneMemoryNode(
        topology: String, pinned: [Int], state: EnvironmentCheck.State, detail: String
    ) throws {
        let finding = PlacementChecks.memoryNodes(try .fake(FakeSystem(), topology: topology, pinned: pinned))
        #expect(finding.state == state)
        #expect(finding.detail.contains(detail))
    }

    private static let huge = "sys/kernel/mm/transparent_hugepage/enabled"
    @Test(arguments: [
        CheckCase([huge: "always [madvise] never\n"], .ok, "on request"),
        CheckCase([huge: "[always] madvise never\n"], .ok, "on all memory"),
        CheckCase([huge: "always madvise [never]\n"], .bad, "write madvise"),
        CheckCase([:], .unknown, "does not report"),
    ])
    func wantsHugePages(of test: CheckCase) throws {
        try test.expect {
            var surroundings = $0
            surroundings.hugePageShare = 1
            return PlacementChecks.hugePages(surroundings)
        }
    }

    /// What the setting promises and what memory gave.
    @Test(
        arguments: [
            (nil, EnvironmentCheck.State.unknown, "does not report"), (0.25, .bad, "only 25 %"), (1, .ok, "100 %"),
        ] as [(Double?, EnvironmentCheck.State, String)])
    func looksAtHugePagesThatCame(share: Double?, state: EnvironmentCheck.State, detail: String) throws {
        let system = try FakeSystem([Self.huge: "always [madvise] never"])
        var surroundings = try Surroundings.fake(system)
        surroundings.hugePageShare = share
        let finding = withExtendedLifetime(system) { PlacementChecks.hugePages(surroundings) }
        #expect(finding.state == state && finding.detail.contains(detail))
    }

    private static let random = "proc/sys/kernel/randomize_va_space"
    @Test(arguments: [
        CheckCase([random: "2", "proc/self/personality": "00040000"], .bad, "setarch -R"),
        CheckCase([random: "2", "proc/self/personality": "00000000"], .ok, "differ"),
        CheckCase([random: "2"], .ok, "differ"), CheckCase([random: "0"], .bad, "equal addresses"),
        CheckCase([:], .unknown, "does not report"),
    ])
    func wantsRandomAddresses(of test: CheckCase) throws { try test.expect(PlacementChecks.addressRandomisation) }
}
