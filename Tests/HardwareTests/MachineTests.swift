import Foundation
import Records
import Testing

@testable import Hardware

@Suite struct MachineTests {
    @Test func describesThisMachine() throws {
        let topology = try Topology()
        let machine = Machine.current(topology: topology, team: WorkerTeam())
        #expect(machine.logicalCPUs == topology.logicalCPUs.count)
        #expect(machine.physicalCores >= 1 && machine.physicalCores <= machine.logicalCPUs)
        #expect(machine.memoryBytes > 0)
        #expect(machine.pinnedCPUs == [])
        #expect([4, 8, 16].contains(machine.vectorLanes))
        #expect(machine.availableVectorLanes >= machine.vectorLanes)
        #expect(machine.instructionSet == BuildFacts.instructionSet)
        #expect(Set(machine.checks.map(\.name)).count == 25)
        #expect(machine.checks.allSatisfy { !$0.detail.isEmpty })
    }

    @Test func comesBackFromJSONAsItWas() throws {
        let machine = Machine.current(topology: try Topology(), team: WorkerTeam())
        let copy = try JSONDecoder().decode(Machine.self, from: JSONEncoder().encode(machine))
        #expect(copy == machine)
    }

    @Test func readsWhatItsFilesSay() throws {
        let system = try FakeSystem([
            "proc/cpuinfo": "model name: Some CPU\ncpu family: 6\nflags: fpu avx\n",
            "proc/meminfo": "MemTotal: 2048 kB\n", "proc/sys/kernel/osrelease": "6.1.0-test\n",
        ])
        let machine = Machine.current(
            topology: try Topology(synthetic: "pack:1 l3:1(size=1048576) core:2 pu:2"), team: WorkerTeam(),
            files: system.files)
        #expect(machine.cpuModel == "Some CPU")
        #expect(machine.cpuRevision == "family 6")
        #expect(machine.physicalCores == 2)
        #expect(machine.logicalCPUs == 4)
        #expect(machine.memoryBytes == 2_097_152)
        #expect(machine.kernelRelease == "6.1.0-test")
        #expect(machine.availableVectorLanes == 8)
        #expect(machine.caches == [Machine.Cache(level: 3, bytes: 1_048_576, sharedBy: 4)])
    }
}
