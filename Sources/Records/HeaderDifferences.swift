import Quantities

/// What keeps two results files apart, in words, the machine's fields with both values.
extension ResultsHeader {
    /// Of runs that are to be one: fields in which they may not differ, where they do.
    func differences(from other: ResultsHeader) -> [String] {
        let pairs: [(String, Bool)] = [
            ("build.commit", build.commit == other.build.commit),
            ("build.dirty", build.dirty == other.build.dirty),
            ("build.compiler", build.compiler == other.build.compiler),
            ("build.flags", build.flags == other.build.flags),
            ("build.simd", build.simd == other.build.simd),
            ("build.blasCore", build.blasCore == other.build.blasCore),
            ("machine.pinnedCPUs", machine.pinnedCPUs == other.machine.pinnedCPUs),
            ("tuning", tuning == other.tuning),
            ("sweep", sweep == other.sweep),
            ("seed", seed == other.seed),
            ("ranks (\(ranks ?? 1) against \(other.ranks ?? 1))", ranks ?? 1 == other.ranks ?? 1),
        ]
        return machineDifferences(from: other) + pairs.filter { !$0.1 }.map(\.0)
    }

    /// Of machines whose times are to be compared.
    public func machineDifferences(from other: ResultsHeader) -> [String] { machine.differences(from: other.machine) }
}

extension Machine {
    /// Fields of the environment key in which the other one differs, with both values.
    public func differences(from other: Machine) -> [String] {
        let (a, b) = (self, other)
        // The system's own share changes by some pages with every update of its kernel.
        let isMemoryAlike = abs(a.memoryBytes - b.memoryBytes) <= a.memoryBytes / 100
        let fields: [(name: String, own: String, other: String)] = [
            ("CPU", a.cpuModel, b.cpuModel),
            ("CPU revision", a.cpuRevision ?? "unknown", b.cpuRevision ?? "unknown"),
            ("architecture", a.architecture, b.architecture),
            ("physical cores", "\(a.physicalCores)", "\(b.physicalCores)"),
            ("logical CPUs", "\(a.logicalCPUs)", "\(b.logicalCPUs)"),
            ("caches", Self.text(a.caches), Self.text(b.caches)),
            ("memory", Quantity.bytes(a.memoryBytes), Quantity.bytes((isMemoryAlike ? a : b).memoryBytes)),
            ("hypervisor", a.hypervisor ?? "unknown", b.hypervisor ?? "unknown"),
            ("vector lanes", "\(a.vectorLanes)", "\(b.vectorLanes)"),
            ("instruction set", a.instructionSet, b.instructionSet),
        ]
        return fields.filter { $0.own != $0.other }.map { "\($0.name) (\($0.own) against \($0.other))" }
    }

    private static func text(_ caches: [Machine.Cache]) -> String {
        caches.map { "L\($0.level) \($0.bytes >> 10) KiB of \($0.sharedBy)" }.joined(separator: " ")
    }
}
