import Testing

@testable import Hardware

@Suite struct PlacementTests {
    @Test func takesOneThreadOfEachCoreAndTheCoreOfCPUZeroLast() throws {
        let topology = try Topology(synthetic: "pack:2 core:2 pu:2")
        #expect(try Placement.automatic.cpus(forThreads: 1, on: topology) == [2])
        #expect(try Placement.automatic.cpus(forThreads: 4, on: topology) == [2, 4, 6, 0])
    }

    @Test func takesCPUZeroWhereThereIsNoChoice() throws {
        #expect(try Placement.automatic.cpus(forThreads: 1, on: Topology(synthetic: "core:1 pu:1")) == [0])
    }

    @Test func staysInsideTheAllowedCPUs() throws {
        let topology = try Topology(synthetic: "pack:2 core:2 pu:2", allowed: [3, 5])
        #expect(try Placement.automatic.cpus(forThreads: 2, on: topology) == [3, 5])
    }

    @Test func takesTheFastestKindOfCoreFirst() throws {
        let topology = try Topology(synthetic: "core:4 pu:1", coreKinds: [[1, 2], [0, 3]])
        #expect(try Placement.automatic.cpus(forThreads: 4, on: topology) == [3, 0, 1, 2])
    }

    @Test func refusesMoreThreadsThanCores() throws {
        let topology = try Topology(synthetic: "core:2 pu:2")
        #expect(throws: PlacementError.tooFewCores(threads: 3, cores: 2)) {
            try Placement.automatic.cpus(forThreads: 3, on: topology)
        }
    }

    @Test func takesNamedCPUsInTheirOrder() throws {
        let topology = try Topology(synthetic: "core:2 pu:2")
        #expect(try Placement.cpus([3, 0, 1]).cpus(forThreads: 2, on: topology) == [3, 0])
    }

    @Test func namesTheCPUThatIsNotAllowed() throws {
        let topology = try Topology(synthetic: "core:4 pu:1", allowed: [0, 1, 3])
        let error = PlacementError.notAllowed(cpu: 2, allowed: [0, 1, 3])
        #expect(throws: error) { try Placement.cpus([1, 2]).cpus(forThreads: 1, on: topology) }
        #expect(error.description == "CPU 2 is not allowed to this process; allowed CPUs are 0-1,3")
    }

    @Test func refusesFewerCPUsThanThreads() throws {
        let topology = try Topology(synthetic: "core:4 pu:1")
        let error = PlacementError.tooFewCPUs(threads: 3, cpus: [0, 1])
        #expect(throws: error) { try Placement.cpus([0, 1]).cpus(forThreads: 3, on: topology) }
        #expect(
            error.description == "3 threads need 3 CPUs and 2 are named (0-1); name more CPUs or use fewer threads")
    }

    @Test func leavesUnpinnedThreadsAlone() throws {
        #expect(try Placement.unpinned.cpus(forThreads: 9, on: Topology(synthetic: "core:1 pu:1")) == [])
    }
}

@Suite struct CPUListTests {
    @Test(arguments: [
        ("1", [1]), ("0-3", [0, 1, 2, 3]), ("0-1,8", [0, 1, 8]), ("5,2-3", [5, 2, 3]), ("7-7", [7]),
    ])
    func readsListsAndRanges(text: String, cpus: [Int]) throws {
        #expect(try CPUList.parse(text) == cpus)
    }

    @Test(arguments: [
        ("", ""), ("1,", ""), ("3-1", "3-1"), ("a", "a"), ("0-1-2", "0-1-2"), ("-1", "-1"), ("+1", "+1"),
        ("1, 2", " 2"), ("0-99999999", "0-99999999"),
    ])
    func namesThePartThatIsWrong(text: String, part: String) {
        #expect(throws: CPUListError.malformed(part: part, list: text)) { try CPUList.parse(text) }
    }

    @Test func refusesACPUTwice() {
        #expect(throws: CPUListError.repeated(cpu: 1, list: "0-2,1")) { try CPUList.parse("0-2,1") }
    }

    @Test(arguments: [
        ([], ""), ([4], "4"), ([0, 1, 2, 3, 8], "0-3,8"), ([3, 1, 2], "1-3"), ([0, 2, 4], "0,2,4"),
    ])
    func writesTheShortestText(cpus: [Int], text: String) {
        #expect(CPUList.text(of: cpus) == text)
    }
}
