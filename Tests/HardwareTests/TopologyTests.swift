import Records
import Testing

@testable import Hardware

@Suite struct TopologyTests {
    @Test func listsCoresWithTheirThreads() throws {
        let topology = try Topology(synthetic: "pack:2 core:2 pu:2")
        #expect(topology.packageCount == 2)
        #expect(topology.cores.map(\.cpus) == [[0, 1], [2, 3], [4, 5], [6, 7]])
        #expect(topology.logicalCPUs == Array(0..<8))
        #expect(topology.allowedCPUs == Array(0..<8))
    }

    @Test func listsTheLogicalCPUsAsTheSystemNumbersThem() throws {
        // Linux numbers the second threads after all first ones; the indexes say so.
        let topology = try Topology(synthetic: "pack:1 core:2 pu:2(indexes=0,2,1,3)")
        #expect(topology.cores.map(\.cpus) == [[0, 2], [1, 3]])
    }

    @Test func listsCachesOnceEachWithWhoSharesThem() throws {
        let topology = try Topology(
            synthetic: "pack:2 l3:1(size=33554432) l2:2(size=1048576) l1d:1(size=49152) core:1 pu:2")
        #expect(
            topology.caches == [
                Machine.Cache(level: 1, bytes: 49152, sharedBy: 2),
                Machine.Cache(level: 2, bytes: 1_048_576, sharedBy: 2),
                Machine.Cache(level: 3, bytes: 33_554_432, sharedBy: 4),
            ])
    }

    @Test func listsMemoryNodes() throws {
        let topology = try Topology(synthetic: "pack:2 [numa] core:2 pu:1")
        #expect(topology.numaNodes == [[0, 1], [2, 3]])
    }

    @Test func takesLogicalCPUsForCoresWhereNoneAreTold() throws {
        #expect(try Topology(synthetic: "pu:3").cores.map(\.cpus) == [[0], [1], [2]])
    }

    @Test func ranksTheKindsOfCores() throws {
        let topology = try Topology(synthetic: "core:4 pu:1", coreKinds: [[2, 3], [0, 1]])
        #expect(topology.coreKindCount == 2)
        #expect(topology.cores.map(\.kind) == [1, 1, 0, 0])
    }

    @Test func refusesADescriptionThatMeansNothing() {
        #expect(throws: TopologyError("\"core:two\" is not a topology that hwloc can make")) {
            try Topology(synthetic: "core:two")
        }
    }

    @Test func findsThisMachine() throws {
        let topology = try Topology()
        #expect(!topology.allowedCPUs.isEmpty)
        #expect(Set(topology.allowedCPUs).isSubset(of: topology.logicalCPUs))
        #expect(topology.packageCount >= 1)
    }
}
