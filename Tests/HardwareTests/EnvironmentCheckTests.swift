import Records
import Testing

@testable import Hardware

/// One case: the files of the machine, and what the check must find in them.
struct CheckCase: Sendable, CustomTestStringConvertible {
    let files: [String: String]
    let state: EnvironmentCheck.State
    let detail: String
    var testDescription: String { "\(state): \(detail)" }

    init(_ files: [String: String], _ state: EnvironmentCheck.State, _ detail: String) {
        self.files = files
        self.state = state
        self.detail = detail
    }

    func expect(
        _ check: (Surroundings) -> Finding, hypervisor: String? = "none", pinned: [Int] = [1],
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let system = try FakeSystem(files)
        let finding = check(try .fake(system, pinned: pinned, hypervisor: hypervisor))
        #expect(finding.state == state, sourceLocation: sourceLocation)
        #expect(finding.detail.contains(detail), "\(finding.detail)", sourceLocation: sourceLocation)
    }
}

@Suite struct EnvironmentCheckTests {
    /// A machine that tells nothing must not look good.
    @Test func knowsNothingOfAnEmptySystem() throws {
        var surroundings = try Surroundings.fake(FakeSystem(), hypervisor: nil)
        surroundings.topology = try Topology(synthetic: "pu:1", allowed: [])
        surroundings.pinnedCPUs = []
        surroundings.commit = "unknown"
        let checks = EnvironmentCheck.all(in: surroundings)
        // The width of vectors is a fact of this build and of this CPU, and no file of the system tells it.
        let ok = checks.filter { $0.state == .ok && $0.name != "vector width" }.map(\.name)
        #expect(ok == ["optimised build", "environment overrides", "memory nodes"])
    }

    @Test func leavesNoNameTwice() throws {
        let names = EnvironmentCheck.all(in: try .fake(FakeSystem())).map(\.name)
        #expect(Set(names).count == names.count)
    }
}

@Suite struct BuildCheckTests {
    @Test func wantsAnOptimisedBuild() throws {
        var surroundings = try Surroundings.fake(FakeSystem())
        surroundings.isOptimised = false
        #expect(BuildChecks.optimisation(surroundings).state == .bad)
        surroundings.isOptimised = true
        #expect(BuildChecks.optimisation(surroundings).state == .ok)
    }

    @Test func wantsCommittedSources() throws {
        var surroundings = try Surroundings.fake(FakeSystem())
        (surroundings.commit, surroundings.hasUncommittedChanges) = ("0123456789", false)
        #expect(BuildChecks.sources(surroundings) == .ok("built from 0123456"))
        surroundings.hasUncommittedChanges = true
        #expect(BuildChecks.sources(surroundings).state == .bad)
        surroundings.commit = "unknown"
        #expect(BuildChecks.sources(surroundings).state == .unknown)
    }

    @Test(arguments: [(4, 16, EnvironmentCheck.State.bad), (8, 16, .bad), (16, 16, .ok), (8, 8, .ok)])
    func wantsTheWidestVectors(built: Int, available: Int, state: EnvironmentCheck.State) throws {
        var surroundings = try Surroundings.fake(FakeSystem())
        surroundings.vectorLanes = built
        surroundings.availableVectorLanes = available
        #expect(BuildChecks.vectorWidth(surroundings).state == state)
    }

    /// Who installed the program cannot build it on this machine, and may have chosen the variant.
    @Test(arguments: [
        (nil, "ATTNBENCH_MARCH=native"),
        (
            VariantInUse(name: "x86-64-v3", reason: "chosen by ATTNBENCH_VARIANT"),
            "x86-64-v3, chosen by ATTNBENCH_VARIANT"
        ),
    ])
    func adviceOnVectorsKnowsVariants(variant: VariantInUse?, remedy: String) throws {
        var surroundings = try Surroundings.fake(FakeSystem())
        (surroundings.vectorLanes, surroundings.availableVectorLanes) = (8, 16)
        surroundings.variant = variant
        #expect(BuildChecks.vectorWidth(surroundings).detail.hasSuffix(remedy))
    }

    @Test(arguments: [
        CheckCase(["proc/cpuinfo": "flags : fpu avx512f amx_bf16 amx_tile"], .bad, "peak is understated"),
        CheckCase(["proc/cpuinfo": "flags : fpu avx512f avx512_bf16"], .ok, "none"),
        CheckCase([:], .unknown, "does not tell"),
    ])
    func saysWhenAMatrixUnitIsIdle(of test: CheckCase) throws { try test.expect(BuildChecks.matrixUnit) }

    @Test(arguments: [
        CheckCase(["proc/self/maps": "7f00-7f01 r-xp 0 00:00 1 /usr/lib/libc.so.6"], .ok, "the system's allocator"),
        CheckCase(["proc/self/maps": "7f00-7f01 r-xp 0 00:00 1 /usr/lib/libjemalloc.so.2"], .bad, "jemalloc"),
        CheckCase([:], .unknown, "/proc/self/maps"),
    ])
    func namesAForeignAllocator(of test: CheckCase) throws { try test.expect(BuildChecks.allocator) }

    @Test(arguments: [
        ([:], EnvironmentCheck.State.ok), (["PATH": "/bin", "HOME": "/"], .ok),
        (["OPENBLAS_CORETYPE": "Haswell"], .bad),
        (["OPENBLAS_NUM_THREADS": "4"], .bad), (["OMP_PROC_BIND": "true"], .bad), (["LD_PRELOAD": "libx.so"], .bad),
    ])
    func namesVariablesThatChangeLibraries(variables: [String: String], state: EnvironmentCheck.State) throws {
        var surroundings = try Surroundings.fake(FakeSystem())
        surroundings.variables = variables
        let finding = BuildChecks.overrides(surroundings)
        #expect(finding.state == state)
        if state == .bad { #expect(variables.allSatisfy { finding.detail.contains("\($0)=\($1)") }) }
    }

    @Test func takesTheCoreTypeThatTheProgramSetForNoOverride() throws {
        var surroundings = try Surroundings.fake(FakeSystem())
        surroundings.variables = ["OPENBLAS_CORETYPE": "SkylakeX", "ATTNBENCH_BLAS_CORE_SET": "1"]
        #expect(BuildChecks.overrides(surroundings).state == .ok)
    }
}

@Suite struct ProcessorCheckTests {
    @Test(arguments: [("none", .ok), ("KVM", .bad), (nil, .unknown)] as [(String?, EnvironmentCheck.State)])
    func tellsAHypervisor(name: String?, state: EnvironmentCheck.State) throws {
        #expect(ProcessorChecks.hypervisor(try .fake(FakeSystem(), hypervisor: name)).state == state)
    }

    private static let cpufreq = "sys/devices/system/cpu/cpu1/cpufreq/scaling_governor"
    @Test(arguments: [
        CheckCase([cpufreq: "performance\n"], .ok, "performance"),
        CheckCase([cpufreq: "powersave\n"], .bad, "(powersave); run cpupower"),
        CheckCase(["sys/devices/system/cpu/cpu0/cpufreq/scaling_governor": "performance"], .unknown, "no cpufreq"),
    ])
    func wantsAFixedFrequency(of test: CheckCase) throws { try test.expect(ProcessorChecks.governor) }

    @Test(arguments: [
        CheckCase(["sys/devices/system/cpu/intel_pstate/no_turbo": "1"], .ok, "off"),
        CheckCase(["sys/devices/system/cpu/intel_pstate/no_turbo": "0"], .bad, "turbo is on"),
        CheckCase(["sys/devices/system/cpu/cpufreq/boost": "0"], .ok, "off"),
        CheckCase(["sys/devices/system/cpu/cpufreq/boost": "1"], .bad, "turbo is on"),
        CheckCase([:], .unknown, "does not report"),
    ])
    func wantsTurboOff(of test: CheckCase) throws { try test.expect(ProcessorChecks.turbo) }

    @Test(
        arguments: [
            ("core:2 pu:1", [1], "none", .ok, "one hardware thread"),
            ("core:2 pu:2", [2], "none", .bad, "CPUs 3 share"),
            ("core:2 pu:1", [1], "KVM", .unknown, "hidden"),
            ("core:2 pu:1", [1], nil, .unknown, "hidden"),
        ] as [(String, [Int], String?, EnvironmentCheck.State, String)])
    func distrustsHardwareThreads(
        topology: String, pinned: [Int], hypervisor: String?, state: EnvironmentCheck.State, detail: String
    ) throws {
        let finding = ProcessorChecks.hardwareThreads(
            try .fake(FakeSystem(), topology: topology, pinned: pinned, hypervisor: hypervisor))
        #expect(finding.state == state)
        #expect(finding.detail.contains(detail))
    }

    @Test(arguments: [
        ([], [1], EnvironmentCheck.State.unknown), ([[0, 1, 2, 3]], [1], .ok), ([[0, 1], [2, 3]], [2, 3], .ok),
        ([[0, 1], [2, 3]], [1, 2], .bad),
    ])
    func wantsOneKindOfCore(kinds: [[Int]], pinned: [Int], state: EnvironmentCheck.State) throws {
        let surroundings = try Surroundings.fake(
            FakeSystem(), topology: "core:4 pu:1", coreKinds: kinds, pinned: pinned)
        #expect(ProcessorChecks.coreKinds(surroundings).state == state)
    }

    private static let clock = "sys/devices/system/clocksource/clocksource0/current_clocksource"
    @Test(arguments: [
        CheckCase([clock: "tsc\n"], .ok, "tsc"), CheckCase([clock: "hpet\n"], .bad, "hpet is slow"),
        CheckCase([:], .unknown, "does not report"),
    ])
    func wantsAClockThatIsReadDirectly(of test: CheckCase) throws { try test.expect(ProcessorChecks.clockSource) }

    private static let paranoid = "proc/sys/kernel/perf_event_paranoid"
    @Test(arguments: [
        CheckCase([paranoid: "2", "sys/bus/event_source/devices/cpu/type": "4"], .ok, "perf can count"),
        CheckCase([paranoid: "-1", "sys/bus/event_source/devices/armv8_pmuv3_0/type": "8"], .ok, "perf can count"),
        CheckCase([paranoid: "2", "sys/bus/event_source/devices/software/type": "1"], .bad, "not visible"),
        CheckCase([paranoid: "4", "sys/bus/event_source/devices/cpu/type": "4"], .bad, "is 4); set it to 2"),
        CheckCase([:], .unknown, "does not report"),
    ])
    func saysWhyPerfIsNotThere(of test: CheckCase) throws { try test.expect(ProcessorChecks.performanceCounters) }

    @Test(
        arguments: [
            (nil, EnvironmentCheck.State.unknown, "not measured"),
            (ClockRate(hertz: 4.5e9, change: 0.01), .ok, "4.50 GHz"),
            (ClockRate(hertz: 3e9, change: -0.08), .bad, "changed by 8.0 %"),
        ] as [(ClockRate?, EnvironmentCheck.State, String)])
    func wantsASteadyClock(rate: ClockRate?, state: EnvironmentCheck.State, detail: String) throws {
        var surroundings = try Surroundings.fake(FakeSystem())
        surroundings.clockRate = rate
        let finding = ProcessorChecks.clockRate(surroundings)
        #expect(finding.state == state && finding.detail.contains(detail))
    }

    private static let cpuinfo = "proc/cpuinfo"
    @Test(arguments: [
        CheckCase([cpuinfo: "microcode\t: 0xb002162\n"], .ok, "0xb002162"),
        CheckCase([cpuinfo: "microcode\t: 0xffffffff\n"], .unknown, "hypervisor"),
        CheckCase([:], .unknown, "not report"),
    ])
    func tellsTheMicrocode(of test: CheckCase) throws { try test.expect(ProcessorChecks.microcode) }
}
