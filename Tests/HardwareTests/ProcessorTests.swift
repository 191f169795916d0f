import Testing

@testable import Hardware

private let zen = """
    processor\t: 0
    vendor_id\t: AuthenticAMD
    cpu family\t: 26
    model\t\t: 2
    model name\t: AMD EPYC
    stepping\t: 1
    microcode\t: 0x1000065
    flags\t\t: fpu avx avx2 fma hypervisor avx512f avx512_bf16

    processor\t: 1
    model name\t: another
    """

private let neoverse = """
    processor\t: 0
    Features\t: fp asimd bf16
    CPU implementer\t: 0x41
    CPU variant\t: 0x1
    CPU part\t: 0xd40
    CPU revision\t: 1
    """

@Suite struct ProcessorTests {
    @Test func readsAnX86CPU() {
        let processor = ProcessorInfo(cpuinfo: zen)
        #expect(processor.model == "AMD EPYC")
        #expect(processor.revision == "family 26, model 2, stepping 1, microcode 0x1000065")
        #expect(processor.vectorLanes == 16)
    }

    @Test func readsAnArmCPU() {
        let processor = ProcessorInfo(cpuinfo: neoverse)
        #expect(processor.model == nil)
        #expect(processor.revision == "implementer 0x41, part 0xd40, variant 0x1, revision 1")
        #expect(processor.vectorLanes == 4)
    }

    @Test(arguments: [("flags: fpu avx avx2", 8), ("flags: fpu sse2", 4), ("", 4), ("flags: avx512f", 16)])
    func countsTheLanesThatTheFlagsPromise(cpuinfo: String, lanes: Int) {
        #expect(ProcessorInfo(cpuinfo: cpuinfo).vectorLanes == lanes)
    }

    @Test(arguments: [
        ("KVMKVMKVM", "KVM"), ("Microsoft Hv", "Hyper-V"), ("XenVMMXenVMM", "Xen"), ("SomethingNew", "SomethingNew"),
    ])
    func believesTheCPUsNameOfTheHypervisor(cpuidName: String, name: String) throws {
        let processor = ProcessorInfo(cpuinfo: zen)
        #expect(Hypervisor.name(try FakeSystem().files, processor: processor, cpuidName: cpuidName) == name)
    }

    @Test(arguments: [
        ("sys/hypervisor/type", "xen", "Xen"),
        ("sys/class/dmi/id/sys_vendor", "QEMU", "QEMU"),
        ("sys/class/dmi/id/product_name", "KVM Virtual Machine", "KVM"),
        ("sys/class/dmi/id/product_name", "Virtual Machine", "Hyper-V"),
        ("proc/device-tree/hypervisor/compatible", "linux,kvm", "KVM"),
    ])
    func looksIntoTheFirmwareWhereTheCPUSaysNothing(path: String, text: String, name: String) throws {
        let system = try FakeSystem([path: text])
        #expect(Hypervisor.name(system.files, processor: ProcessorInfo(cpuinfo: neoverse), cpuidName: "") == name)
    }

    @Test(arguments: [("flags: fpu avx", "none"), ("flags: fpu hypervisor", nil), ("Features: fp", nil), ("", nil)])
    func saysNoneOnlyWhereTheFlagsSaySo(cpuinfo: String, name: String?) throws {
        let system = try FakeSystem(["sys/class/dmi/id/sys_vendor": "Dell Inc."])
        #expect(Hypervisor.name(system.files, processor: ProcessorInfo(cpuinfo: cpuinfo), cpuidName: "") == name)
    }
}
