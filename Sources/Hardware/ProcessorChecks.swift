import Records

/// What the CPU does with its clock and its cores, and what it lets one see.
enum ProcessorChecks {
    static func hypervisor(_ surroundings: Surroundings) -> Finding {
        switch surroundings.hypervisor {
        case nil: .unknown("the system does not report whether it is virtual; compare only results of this machine")
        case "none": .ok("bare metal")
        case .some(let name):
            .bad(
                "a virtual machine under \(name), which may move or stop its CPUs; "
                    + "publish absolute figures from bare metal")
        }
    }

    static func governor(_ surroundings: Surroundings) -> Finding {
        let governors = surroundings.cpus.compactMap {
            surroundings.files.text("sys/devices/system/cpu/cpu\($0)/cpufreq/scaling_governor")
        }
        guard governors.count == surroundings.cpus.count, !governors.isEmpty else {
            return .unknown("the system does not report how it sets the CPU's frequency (no cpufreq)")
        }
        let others = Set(governors).subtracting(["performance"]).sorted()
        return others.isEmpty
            ? .ok("performance")
            : .bad(
                "the frequency follows the load (\(others.joined(separator: ", "))); "
                    + "run cpupower frequency-set -g performance")
    }

    static func turbo(_ surroundings: Surroundings) -> Finding {
        let files = surroundings.files
        let isOn: Bool
        if let off = files.integer("sys/devices/system/cpu/intel_pstate/no_turbo") {
            isOn = off == 0
        } else if let on = files.integer("sys/devices/system/cpu/cpufreq/boost") {
            isOn = on != 0
        } else {
            return .unknown("the system does not report whether the CPU raises its frequency by itself")
        }
        return isOn
            ? .bad(
                "turbo is on, so the frequency depends on heat and neighbours; write 1 to intel_pstate/no_turbo "
                    + "or 0 to cpufreq/boost")
            : .ok("turbo is off")
    }

    /// Measured, because most virtual machines do not tell it.
    static func clockRate(_ surroundings: Surroundings) -> Finding {
        guard let rate = surroundings.clockRate else { return .unknown("it was not measured") }
        let gigahertz = String(format: "%.2f GHz", rate.hertz / 1e9)
        let percent = String(format: "%.1f", abs(rate.change) * 100)
        return abs(rate.change) > LaunchConditions.tolerableClockChange
            ? .bad(
                "\(gigahertz), but it changed by \(percent) % within milliseconds; stop other work, or fix the frequency"
            )
            : .ok("\(gigahertz) by a chain of additions, steady within \(percent) %")
    }

    /// An update of the microcode can change times by tens of per cent, so the revision is part of what makes two
    /// machines the same. A hypervisor may report another number instead.
    static func microcode(_ surroundings: Surroundings) -> Finding {
        guard let text = surroundings.files.text("proc/cpuinfo").flatMap({ KeyedLines($0)["microcode"] }) else {
            return .unknown("the system does not report its revision")
        }
        return ["0x1", "0xffffffff", "0x0"].contains(text)
            ? .unknown("\(text) is what a hypervisor reports instead of the revision") : .ok(text)
    }

    /// Under a hypervisor "one thread a core" is what it says, not what the silicon has.
    static func hardwareThreads(_ surroundings: Surroundings) -> Finding {
        guard surroundings.hypervisor == "none" else {
            return .unknown("whether another thread shares the core is hidden by the hypervisor")
        }
        let shared = surroundings.topology.cores.filter {
            $0.cpus.count > 1 && !Set($0.cpus).isDisjoint(with: surroundings.cpus)
        }
        guard !shared.isEmpty else { return .ok("one hardware thread per core") }
        let siblings = Set(shared.flatMap(\.cpus)).subtracting(surroundings.pinnedCPUs)
        return .bad(
            "CPUs \(CPUList.text(of: Array(siblings))) share the measuring cores; keep them idle or write off to "
                + "/sys/devices/system/cpu/smt/control")
    }

    static func coreKinds(_ surroundings: Surroundings) -> Finding {
        let topology = surroundings.topology
        guard topology.coreKindCount > 0 else { return .unknown("the system does not report the kinds of its cores") }
        guard topology.coreKindCount > 1 else { return .ok("all cores are of one kind") }
        let used = topology.cores.filter { !Set($0.cpus).isDisjoint(with: surroundings.cpus) }
        let kinds = used.map(\.kind)
        guard !kinds.contains(nil) else { return .unknown("the kinds of the cores used have no order") }
        return Set(kinds).count == 1
            ? .ok("the cores used are of one kind, of \(topology.coreKindCount) in the machine")
            : .bad("the cores used are of \(Set(kinds).count) kinds; name cores of one kind with --cpus")
    }

    static func clockSource(_ surroundings: Surroundings) -> Finding {
        let path = "sys/devices/system/clocksource/clocksource0/current_clocksource"
        guard let source = surroundings.files.text(path) else {
            return .unknown("the system does not report the clock's source")
        }
        // These are read without entering the kernel; others cost up to microseconds a reading.
        let direct = ["tsc", "arch_sys_counter", "kvm-clock", "hyperv_clocksource_tsc_page"]
        return direct.contains(source)
            ? .ok(source) : .bad("\(source) is slow to read; start the kernel with clocksource=tsc if the CPU has one")
    }

    static func performanceCounters(_ surroundings: Surroundings) -> Finding {
        let files = surroundings.files
        guard let paranoid = files.integer("proc/sys/kernel/perf_event_paranoid") else {
            return .unknown("the system does not report whether perf may be used")
        }
        if paranoid > 2 {
            return .bad("users may not use perf (perf_event_paranoid is \(paranoid)); set it to 2 with sysctl")
        }
        let hasCounters = files.names(in: "sys/bus/event_source/devices").contains {
            $0.hasPrefix("cpu") || $0.hasPrefix("armv8")
        }
        return hasCounters
            ? .ok("perf can count for this process")
            : .bad("the CPU's counters are not visible, as in most virtual machines; use perf on bare metal")
    }
}
