/// The binary and what was loaded or set around it.
enum BuildChecks {
    static func optimisation(_ surroundings: Surroundings) -> Finding {
        surroundings.isOptimised
            ? .ok("built with optimisation")
            : .bad("built without optimisation, so times mean nothing; build with swift build -c release")
    }

    /// Results name the commit that made them.
    static func sources(_ surroundings: Surroundings) -> Finding {
        guard surroundings.commit != "unknown" else {
            return .unknown("the build does not know its commit; build with scripts/run in a git checkout")
        }
        return surroundings.hasUncommittedChanges
            ? .bad("built from \(surroundings.commit.prefix(7)) with uncommitted changes; commit them and build again")
            : .ok("built from \(surroundings.commit.prefix(7))")
    }

    static func vectorWidth(_ surroundings: Surroundings) -> Finding {
        let (built, available) = (surroundings.vectorLanes, surroundings.availableVectorLanes)
        if built >= available { return .ok("built for vectors of \(built) float32 lanes, all that the CPU has") }
        let remedy =
            surroundings.variant.map { "the variant in use is \($0)" }
            ?? "build on this machine with ATTNBENCH_MARCH=native"
        return .bad("built for vectors of \(built) float32 lanes on a CPU with \(available); \(remedy)")
    }

    /// The rate is Intel's figure for its matrix unit: 1,024 bfloat16 operations a cycle, 64 of float32 for its vectors.
    static func matrixUnit(_ surroundings: Surroundings) -> Finding {
        guard let flags = ProcessorInfo(cpuinfo: surroundings.files.text("proc/cpuinfo") ?? "").flags else {
            return .unknown("the system does not tell whether the CPU has a matrix unit")
        }
        return flags.contains("amx_bf16")
            ? .bad(
                "the CPU has a matrix unit (AMX) that no kernel of this build uses, so the bfloat16 peak is understated: Intel "
                    + "gives it 16 times the rate of float32 vectors; hold kernels of other engines against that")
            : .ok("the CPU has none that this build does not use")
    }

    /// Other allocators return memory at other times, which changes page faults and peak memory.
    static func allocator(_ surroundings: Surroundings) -> Finding {
        guard let maps = surroundings.files.text("proc/self/maps") else {
            return .unknown("the loaded libraries cannot be seen (/proc/self/maps)")
        }
        for name in ["jemalloc", "tcmalloc", "mimalloc", "snmalloc", "hoard"] where maps.contains("lib\(name)") {
            return .bad("\(name) replaces the system's allocator and changes page faults; unset LD_PRELOAD")
        }
        return .ok("the system's allocator")
    }

    /// OPENBLAS_CORETYPE is no override where attnbench set it for itself, which the second variable says.
    static func overrides(_ surroundings: Surroundings) -> Finding {
        let prefixes = ["OPENBLAS_", "GOTO_", "OMP_", "BLIS_", "MKL_", "MALLOC_", "GLIBC_TUNABLES", "LD_PRELOAD"]
        let own: Set = surroundings.variables["ATTNBENCH_BLAS_CORE_SET"] == nil ? [] : ["OPENBLAS_CORETYPE"]
        let found = surroundings.variables
            .filter { key, _ in !own.contains(key) && prefixes.contains { key.hasPrefix($0) } }
            .map { "\($0)=\($1)" }.sorted()
        return found.isEmpty
            ? .ok("no variable changes the libraries")
            : .bad("the libraries are changed by \(found.joined(separator: " ")); unset those that you do not need")
    }
}
