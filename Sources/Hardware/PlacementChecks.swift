/// Where threads and memory lie.
enum PlacementChecks {
    static func pinning(_ surroundings: Surroundings) -> Finding {
        if let refusal = surroundings.pinningRefusals.first { return .bad(refusal) }
        return surroundings.pinnedCPUs.isEmpty
            ? .bad("threads may move between CPUs; leave out --no-pin")
            : .ok("pinned on CPU \(CPUList.text(of: surroundings.pinnedCPUs))")
    }

    static func cpuSet(_ surroundings: Surroundings) -> Finding {
        let (allowed, all) = (surroundings.topology.allowedCPUs, surroundings.topology.logicalCPUs)
        return allowed == all
            ? .ok("all \(all.count) CPUs are allowed")
            : .unknown(
                "CPUs \(CPUList.text(of: allowed)) of \(CPUList.text(of: all)) are allowed; "
                    + "whether others use them too cannot be seen")
    }

    static func memoryNodes(_ surroundings: Surroundings) -> Finding {
        let nodes = surroundings.topology.numaNodes
        guard nodes.count > 1 else {
            return nodes.isEmpty ? .unknown("the system does not report its memory nodes") : .ok("one node")
        }
        let used = nodes.indices.filter { !Set(nodes[$0]).isDisjoint(with: surroundings.cpus) }
        return used.count == 1
            ? .ok("all threads are on node \(used[0]) of \(nodes.count)")
            : .bad(
                "threads are on nodes \(CPUList.text(of: used)), and a tensor lies on one of them; "
                    + "name CPUs of one node with --cpus")
    }

    /// Large tensors ask for huge pages, so "madvise" serves as well as "always".
    static func hugePages(_ surroundings: Surroundings) -> Finding {
        guard let text = surroundings.files.text("sys/kernel/mm/transparent_hugepage/enabled"),
            let mode = text.split(separator: " ").first(where: { $0.hasPrefix("[") })
        else { return .unknown("the system does not report whether it gives huge pages") }
        if mode == "[never]" {
            return .bad("no huge pages for large tensors; write madvise to /sys/kernel/mm/transparent_hugepage/enabled")
        }
        let how = "given on \(mode == "[always]" ? "all memory" : "request")"
        guard let share = surroundings.hugePageShare else {
            return .unknown("\(how), but the system does not report how many were given (/proc/self/smaps_rollup)")
        }
        let percent = String(format: "%.0f", share * 100)
        return share < 0.9
            ? .bad(
                "\(how), but only \(percent) % of a large buffer got them: memory is fragmented; "
                    + "write 1 to /proc/sys/vm/compact_memory")
            : .ok("\(how); \(percent) % of a large buffer got them")
    }

    /// A layout of memory can be lucky or unlucky for a kernel. Random layouts average over launches; a fixed one
    /// repeats its luck in each (Mytkowicz et al., ASPLOS 2009).
    static func addressRandomisation(_ surroundings: Surroundings) -> Finding {
        // setarch -R turns it off for one process and its children: ADDR_NO_RANDOMIZE.
        if let text = surroundings.files.text("proc/self/personality"), let bits = Int(text, radix: 16),
            bits & 0x0040000 != 0
        {
            return .bad(
                "all launches have equal addresses, so their effect on times cannot be seen; start without setarch -R")
        }
        return switch surroundings.files.integer("proc/sys/kernel/randomize_va_space") {
        case nil: .unknown("the system does not report whether addresses differ between launches")
        case 0:
            .bad(
                "all launches have equal addresses, so their effect on times cannot be seen; write 2 to kernel.randomize_va_space"
            )
        default: .ok("addresses differ between launches")
        }
    }
}
