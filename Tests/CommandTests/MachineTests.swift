import Foundation
import Hardware
import Records
import TestSupport
import Testing

@testable import attnbench

@Suite struct MachineTests {
    /// A machine that nobody has.
    private func description(bfloat16: Double?, pinned: [Int]) -> MachineDescription {
        let machine = Machine(
            cpuModel: "Imaginary 9000", cpuRevision: "family 26, model 2", architecture: "x86_64", physicalCores: 4,
            logicalCPUs: 8,
            caches: [
                Machine.Cache(level: 1, bytes: 48 << 10, sharedBy: 1),
                Machine.Cache(level: 2, bytes: 1 << 20, sharedBy: 2),
                Machine.Cache(level: 3, bytes: 36 << 20, sharedBy: 8),
            ],
            memoryBytes: 33_500_000_000, hypervisor: nil, vectorLanes: 8, instructionSet: "x86-64-v3",
            availableVectorLanes: 16, kernelRelease: "6.1.0", pinnedCPUs: pinned, clockResolutionNanoseconds: 10,
            clockOverheadNanoseconds: 19.6,
            checks: [
                EnvironmentCheck(name: "optimised build", state: .ok, detail: "built with -O."),
                EnvironmentCheck(name: "load", state: .bad, detail: "load 3.1 on 4 cores; end what else is running."),
                EnvironmentCheck(name: "governor", state: .unknown, detail: "the system does not tell."),
            ])
        return MachineDescription(
            machine: machine,
            ceilings: Ceilings(
                flopsPerSecond: Ceilings.FLOPsPerSecond(float32: 270.44e9, bfloat16: bfloat16),
                readBytesPerSecond: 40.26e9, tileFLOPsPerSecond: 266.2e9),
            threads: max(1, pinned.count), coresOfTwoCPUs: pinned.isEmpty ? nil : 1.23, blasCore: "SkylakeX",
            tuning: .standard,
            variant: VariantInUse(name: "x86-64-v3", reason: "the best for this CPU"),
            ranksLibrary: pinned.isEmpty ? nil : "Open MPI v4.1.4")
    }

    @Test func printsATable() {
        let text = description(bfloat16: 541e9, pinned: [1]).text(paint: Paint(isOn: false)).text
        #expect(text == Golden.text("machine", updatingTo: text))
    }

    @Test func saysWhatThereIsNot() {
        let text = description(bfloat16: nil, pinned: []).text(paint: Paint(isOn: false)).text
        #expect(text.contains("bfloat16       no such instruction in this build\n"))
        #expect(text.contains("ranks          none: the program was built without Open MPI (libopenmpi-dev, "))
        #expect(text.contains("pinned to      nothing\n") && text.contains("8 logical CPUs\n"))
        #expect(description(bfloat16: nil, pinned: [0, 2]).text(paint: Paint(isOn: false)).text.contains("2 threads"))
    }

    @Test func coloursDoNotShiftColumns() {
        let plain = description(bfloat16: 541e9, pinned: [1]).text(paint: Paint(isOn: false)).text
        let coloured = description(bfloat16: 541e9, pinned: [1]).text(paint: Paint(isOn: true)).text
        #expect(coloured != plain)
        #expect(coloured.replacing(#/\u{1B}\[\d+m/#, with: "") == plain)
    }

    @Test func jsonReadsBack() throws {
        let description = description(bfloat16: nil, pinned: [1])
        let back = try JSONDecoder().decode(MachineDescription.self, from: JSONEncoder().encode(description))
        #expect(back == description)
    }

    @Test func describesThisMachine() throws {
        let session = Session("machine --json --no-pin")
        #expect(session.status == .done)
        let description = try JSONDecoder().decode(MachineDescription.self, from: Data(session.output.utf8))
        #expect(description.machine.logicalCPUs >= 1)
        #expect(description.machine.pinnedCPUs.isEmpty)
        #expect(description.ceilings.readBytesPerSecond > 0)
    }

    @Test func cpusThatAreNotThereAreRefused() {
        let session = Session("machine --cpu 60000")
        #expect(session.status == .usage)
        #expect(session.messages.hasPrefix("Error: CPU 60000 is not allowed to this process; allowed CPUs are "))
    }
}
