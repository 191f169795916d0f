import Testing

@testable import Kernels

@Suite struct BLASCoreTests {
    private static let avx2: Set<String> = ["sse2", "avx", "avx2", "fma"]
    private static let avx512 = avx2.union(["avx512f", "avx512dq", "avx512bw", "avx512vl"])

    @Test(
        arguments: [
            ("Haswell", avx512, "SkylakeX"), ("Zen", avx512, "SkylakeX"), ("Prescott", avx512, "SkylakeX"),
            ("Prescott", avx2, "Haswell"), ("Sandybridge", avx2, "Haswell"),
            ("SkylakeX", avx512, nil), ("Cooperlake", avx512, nil), ("SapphireRapids", avx512, nil),
            ("Haswell", avx2, nil), ("Zen", avx2, nil), ("Prescott", ["sse2", "avx"], nil), ("neoversen1", [], nil),
            // Without the vector-length extension a SkylakeX kernel would be an illegal instruction.
            ("Haswell", avx2.union(["avx512f"]), nil),
        ] as [(String, Set<String>, String?)]) func choosesWhatTheCPUHas(
            chosen: String, flags: Set<String>, better: String?
        )
    {
        #expect(BLASCore.betterCore(than: chosen, isDynamic: true, cpuFlags: flags, environment: [:]) == better)
    }

    @Test(arguments: [
        ["OPENBLAS_CORETYPE": "Haswell"], ["OPENBLAS_CORETYPE": ""], ["ATTNBENCH_BLAS_CORE_SET": "1"],
    ]) func leavesTheUsersChoiceAndTriesOnce(environment: [String: String]) {
        #expect(
            BLASCore.betterCore(than: "Haswell", isDynamic: true, cpuFlags: Self.avx512, environment: environment)
                == nil)
    }

    @Test func aLibraryForOneCPUHasNoOther() {
        #expect(
            BLASCore.betterCore(than: "Haswell", isDynamic: false, cpuFlags: Self.avx512, environment: [:]) == nil)
    }

    @Test func readsTheFlagsOfTheFirstCPU() {
        let text = "processor\t: 0\nmodel name\t: A: B\nflags\t\t: fpu avx2 fma\n\nprocessor\t: 1\nflags\t\t: fpu\n"
        #expect(BLASCore.cpuFlags(cpuInfo: text) == ["fpu", "avx2", "fma"])
        #expect(BLASCore.cpuFlags(cpuInfo: "Features\t: asimd\n").isEmpty)
    }

    @Test func theLibraryNamesItsCore() { #expect(!BLASCore.current.isEmpty) }
}
