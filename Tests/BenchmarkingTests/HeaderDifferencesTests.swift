import Testing

@testable import Benchmarking
@testable import Records

@Suite struct HeaderDifferencesTests {
    private func header(
        memoryBytes: Int = 1 << 34, sharedBy: Int = 1, hypervisor: String? = nil, pinnedCPUs: [Int] = [1]
    ) -> ResultsHeader {
        let header = fakeHeader()
        let own = header.machine
        let machine = Machine(
            cpuModel: own.cpuModel, architecture: own.architecture, physicalCores: own.physicalCores,
            logicalCPUs: own.logicalCPUs, caches: [.init(level: 1, bytes: 32768, sharedBy: sharedBy)],
            memoryBytes: memoryBytes, hypervisor: hypervisor, vectorLanes: own.vectorLanes,
            instructionSet: own.instructionSet, availableVectorLanes: own.availableVectorLanes, kernelRelease: "7.0",
            pinnedCPUs: pinnedCPUs, clockResolutionNanoseconds: 5, clockOverheadNanoseconds: 5, checks: [])
        return ResultsHeader(
            machine: machine, ceilings: header.ceilings, build: header.build, sweep: header.sweep, seed: header.seed,
            startedAt: "2027-01-01T00:00:00Z", command: "attnbench run --rounds 7")
    }

    @Test func whatChangesNoTimeIsNoDifference() {
        #expect(header().differences(from: fakeHeader()).isEmpty)
        #expect(header(memoryBytes: (1 << 34) - (1 << 27)).machineDifferences(from: fakeHeader()).isEmpty)
    }

    /// One header for the times of two cores would be wrong about one of them.
    @Test func aRunStaysOnItsCPUs() {
        #expect(header(pinnedCPUs: [0]).differences(from: fakeHeader()) == ["machine.pinnedCPUs"])
        #expect(header(pinnedCPUs: [0]).machineDifferences(from: fakeHeader()).isEmpty, "runs may be compared")
    }

    @Test func fieldsAreNamedWithBothValues() {
        #expect(
            header(memoryBytes: 3 << 33, sharedBy: 2, hypervisor: "KVM").machineDifferences(from: fakeHeader()) == [
                "caches (L1 32 KiB of 2 against L1 32 KiB of 1)", "memory (24.0 GiB against 16.0 GiB)",
                "hypervisor (KVM against unknown)",
            ])
    }
}
