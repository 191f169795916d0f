import CProcessor
import Foundation

/// Which hypervisor this system runs under.
enum Hypervisor {
    /// "none" on bare metal, nil where nothing tells.
    ///
    /// The CPU itself is asked first. The tables of the firmware (DMI) come after: small virtual machines have none,
    /// and on bare metal they name the maker of the board, so only names that are surely virtual count.
    static func name(_ files: SystemFiles, processor: ProcessorInfo, cpuidName: String) -> String? {
        if !cpuidName.isEmpty { return knownNames[cpuidName] ?? cpuidName }
        if let type = files.text("sys/hypervisor/type") { return type == "xen" ? "Xen" : type }
        if let compatible = files.text("proc/device-tree/hypervisor/compatible") {
            return compatible.contains("kvm") ? "KVM" : compatible.contains("xen") ? "Xen" : compatible
        }
        let firmware = ["sys_vendor", "product_name"].compactMap { files.text("sys/class/dmi/id/\($0)") }
        for (mark, name) in firmwareMarks where firmware.contains(where: { $0.contains(mark) }) { return name }
        // x86 has a CPU flag for it; where the flags are listed and it is not among them, there is none. Arm has not.
        guard let flags = processor.flags, flags.contains("fpu") else { return nil }
        return flags.contains("hypervisor") ? nil : "none"
    }

    /// The name that the hypervisor writes into cpuid; empty where there is none or where the CPU has no cpuid.
    static func cpuidName() -> String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 13) { buffer in
            processor_hypervisor_name(buffer.baseAddress!)
            return String(cString: buffer.baseAddress!).trimmingCharacters(in: .whitespaces)
        }
    }

    private static let knownNames = [
        "KVMKVMKVM": "KVM", "Microsoft Hv": "Hyper-V", "VMwareVMware": "VMware", "XenVMMXenVMM": "Xen",
        "TCGTCGTCGTCG": "QEMU", "VBoxVBoxVBox": "VirtualBox", "bhyve bhyve": "bhyve", "lrpepyh  vr": "Parallels",
        "ACRNACRNACRN": "ACRN",
    ]

    private static let firmwareMarks = [
        ("KVM", "KVM"), ("QEMU", "QEMU"), ("VMware", "VMware"), ("VirtualBox", "VirtualBox"), ("Xen", "Xen"),
        ("Google Compute Engine", "KVM"), ("Virtual Machine", "Hyper-V"), ("Parallels", "Parallels"),
    ]
}
