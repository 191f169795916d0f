import Testing

@testable import Hardware

@Suite struct PinningTests {
    @Test func bindsTheThreadWhereItWasAsked() throws {
        let topology = try Topology()
        for cpu in topology.allowedCPUs {
            let (pinning, seen) = onOwnThread {
                (Pinning.bindCurrentThread(to: cpu, on: topology), ThreadEvidenceReader().read().cpu)
            }
            #expect(pinning.cpu == cpu)
            #expect(seen == cpu)
        }
    }

    @Test func saysWhyItCannot() throws {
        let topology = try Topology()
        let absent = topology.logicalCPUs.max()! + 1
        let pinning = onOwnThread { Pinning.bindCurrentThread(to: absent, on: topology) }
        #expect(pinning.cpu == nil)
        #expect(pinning.refusal?.hasPrefix("no thread is bound to CPU \(absent): the system refuses: ") == true)
    }

    @Test func keepsTheThreadWhereOnlyMemoryIsRefused() {
        let pinning = Pinning.boundWithoutMemory(cpu: 3, reason: "Operation not permitted")
        #expect(pinning.cpu == 3)
        #expect(
            pinning.refusal
                == "memory of the thread on CPU 3 is not bound to the local NUMA node: Operation not permitted")
    }
}
