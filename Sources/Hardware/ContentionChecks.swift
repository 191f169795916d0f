import Foundation

/// Who else wants the CPUs: the container's quota, the hypervisor, and other processes.
enum ContentionChecks {
    static func quota(_ surroundings: Surroundings) -> Finding {
        let groups = ControlGroups(surroundings.files)
        if let quota = groups.cpuQuota, quota < Double(surroundings.threadCount) {
            return .bad(
                "the container may use \(decimal(quota)) CPUs for \(surroundings.threadCount) threads, and is stopped when "
                    + "it uses more; raise its CPU limit")
        }
        if let throttled = groups.throttledPeriods, throttled > 0 {
            return .bad("the container was stopped \(throttled) times for using its CPU quota; raise its CPU limit")
        }
        if let quota = groups.cpuQuota { return .ok("\(decimal(quota)) CPUs, never exhausted") }
        return groups.throttledPeriods == nil ? .unknown("no control group reports a CPU quota") : .ok("no quota")
    }

    /// Since the system started: shorter spans hold too few 10 ms ticks. Each sample has its own count.
    static func steal(_ surroundings: Surroundings) -> Finding {
        let counted = Contention(surroundings.files, cpus: surroundings.cpus)
        guard let stolen = counted.stolenTicks else {
            return .unknown("/proc/stat cannot be read, or does not list the CPUs in use")
        }
        let percent = 100 * Double(stolen) / Double(counted.totalTicks)
        if percent > 0.5 {
            return .bad(
                "the hypervisor gave \(twoDigits(percent)) % of the CPU's time to other guests; use a dedicated machine"
            )
        }
        if stolen == 0, surroundings.hypervisor != "none" {
            return .unknown("none since the start, or the hypervisor does not report it")
        }
        return .ok("\(twoDigits(percent)) % of the CPU's time since the start")
    }

    static func runDelay(_ surroundings: Surroundings) -> Finding {
        guard let text = surroundings.files.text("proc/self/schedstat") else {
            return .unknown("waiting for a CPU cannot be seen (no /proc/self/schedstat)")
        }
        let numbers = text.split(separator: " ").compactMap { Double($0) }
        guard numbers.count >= 2, numbers[0] > 0 else {
            return .unknown("the kernel does not count the wait for a CPU (no scheduler statistics)")
        }
        let percent = 100 * numbers[1] / (numbers[0] + numbers[1])
        return percent > 5
            ? .bad("this process waited for a CPU in \(twoDigits(percent)) % of its time; stop other work")
            : .ok("waited for a CPU in \(twoDigits(percent)) % of its time")
    }

    /// The share of the last 10 s in which some process waited for a CPU.
    static func pressure(_ surroundings: Surroundings) -> Finding { pressure(surroundings.files) }

    static func pressure(_ files: SystemFiles) -> Finding {
        guard let percent = PressureStall.percentOfTenSeconds(files) else {
            return .unknown("the kernel does not report its pressure (/proc/pressure/cpu)")
        }
        return percent > 5
            ? .bad("processes waited for a CPU in \(twoDigits(percent)) % of the last 10 s; stop other work")
            : .ok("processes waited for a CPU in \(twoDigits(percent)) % of the last 10 s")
    }

    /// More than an eighth of the CPUs busy, over the last minute, is a neighbour to be feared. A run shortly before
    /// counts too.
    static func load(_ surroundings: Surroundings) -> Finding {
        load(surroundings.files, cpuCount: surroundings.topology.logicalCPUs.count)
    }

    static func load(_ files: SystemFiles, cpuCount: Int) -> Finding {
        guard let word = files.text("proc/loadavg")?.split(separator: " ").first, let load = Double(word)
        else { return .unknown("the system does not report its load") }
        return load > Double(cpuCount) / 8
            ? .bad("a load of \(decimal(load)) on \(cpuCount) CPUs in the last minute; stop other work or wait")
            : .ok("\(decimal(load)) on \(cpuCount) CPUs in the last minute")
    }

    static func decimal(_ number: Double) -> String { String(format: "%.2f", number) }

    /// Of a percentage; below one it keeps two decimals.
    static func twoDigits(_ percent: Double) -> String {
        String(format: percent < 1 ? "%.2f" : percent < 10 ? "%.1f" : "%.0f", percent)
    }
}
