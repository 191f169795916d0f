import Records

extension EnvironmentCheck {
    /// Every check, from the binary outwards to the machine's other users.
    static func all(in surroundings: Surroundings) -> [EnvironmentCheck] {
        table.map { name, check in
            let finding = check(surroundings)
            return EnvironmentCheck(name: name, state: finding.state, detail: finding.detail)
        }
    }

    private static let table: [(name: String, check: @Sendable (Surroundings) -> Finding)] = [
        ("optimised build", BuildChecks.optimisation),
        ("committed sources", BuildChecks.sources),
        ("vector width", BuildChecks.vectorWidth),
        ("matrix unit", BuildChecks.matrixUnit),
        ("allocator", BuildChecks.allocator),
        ("environment overrides", BuildChecks.overrides),
        ("hypervisor", ProcessorChecks.hypervisor),
        ("governor", ProcessorChecks.governor),
        ("turbo", ProcessorChecks.turbo),
        ("clock rate", ProcessorChecks.clockRate),
        ("microcode", ProcessorChecks.microcode),
        ("hardware threads", ProcessorChecks.hardwareThreads),
        ("core kinds", ProcessorChecks.coreKinds),
        ("clock source", ProcessorChecks.clockSource),
        ("performance counters", ProcessorChecks.performanceCounters),
        ("pinning", PlacementChecks.pinning),
        ("CPU set", PlacementChecks.cpuSet),
        ("memory nodes", PlacementChecks.memoryNodes),
        ("huge pages", PlacementChecks.hugePages),
        ("address randomisation", PlacementChecks.addressRandomisation),
        ("CPU quota", ContentionChecks.quota),
        ("steal", ContentionChecks.steal),
        ("run delay", ContentionChecks.runDelay),
        ("pressure", ContentionChecks.pressure),
        ("load", ContentionChecks.load),
    ]
}

/// What a check found, in one sentence or two; the second is the remedy.
struct Finding: Hashable {
    let state: EnvironmentCheck.State
    let detail: String

    static func ok(_ detail: String) -> Finding { Finding(state: .ok, detail: detail) }
    static func bad(_ detail: String) -> Finding { Finding(state: .bad, detail: detail) }
    static func unknown(_ detail: String) -> Finding { Finding(state: .unknown, detail: detail) }
}
