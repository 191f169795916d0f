import CVariants
import Testing

@testable import Hardware

/// Which variant runs, on CPUs that nobody has to own.
@Suite struct VariantTests {
    private static let v3 = UInt32(CPU_X86_64_V3)
    private static let v4 = v3 | UInt32(CPU_X86_64_V4)
    private static let both = UInt32(CPU_AVX512_BF16 | CPU_AVX512_VNNI)
    private static let best = "x86-64-v4+avx512bf16+avx512vnni"
    private static let all: Set = [best, "x86-64-v4", "x86-64-v3"]

    struct Case: CustomTestStringConvertible, Sendable {
        let wanted: String?
        let features: UInt32
        let installed: Set<String>
        let outcome: VariantOutcome
        let name: String?

        init(
            _ outcome: VariantOutcome, _ name: String?, wanted: String? = nil, on features: UInt32,
            installed: Set<String> = all
        ) {
            self.wanted = wanted
            self.features = features
            self.installed = installed
            self.outcome = outcome
            self.name = name
        }

        var testDescription: String { "\(wanted ?? "any") on \(features), \(installed.count) installed" }
    }

    @Test(arguments: [
        Case(VARIANT_RUNS, best, on: v4 | both),
        Case(VARIANT_RUNS, "x86-64-v4", on: v4),
        Case(VARIANT_RUNS, "x86-64-v4", on: v4 | UInt32(CPU_AVX512_VNNI)),
        Case(VARIANT_RUNS, "x86-64-v3", on: v3),
        // The CPU has the instructions, and the operating system does not save the registers of v4.
        Case(VARIANT_RUNS, "x86-64-v3", on: v3 | both),
        Case(VARIANT_RUNS, "x86-64-v3", on: v4 | both, installed: ["x86-64-v3"]),
        Case(VARIANT_RUNS, "x86-64-v3", wanted: "x86-64-v3", on: v4 | both),
        Case(VARIANT_RUNS, "x86-64-v3", wanted: "", on: v3),
        Case(EVERY_VARIANT_NEEDS_ANOTHER_CPU, nil, on: 0),
        Case(EVERY_VARIANT_NEEDS_ANOTHER_CPU, nil, on: 0, installed: []),
        Case(NO_VARIANT_INSTALLED, nil, on: v3, installed: [best, "x86-64-v4"]),
        Case(WANTED_VARIANT_UNKNOWN, nil, wanted: "native", on: v4 | both),
        Case(WANTED_VARIANT_NEEDS_ANOTHER_CPU, "x86-64-v4", wanted: "x86-64-v4", on: v3),
        Case(WANTED_VARIANT_NOT_INSTALLED, "x86-64-v4", wanted: "x86-64-v4", on: v4, installed: ["x86-64-v3"]),
    ])
    func theBestThatRunsIsChosen(_ test: Case) {
        let choice = chooseVariant(test.wanted, test.features, VariantInUse.bits(of: test.installed))
        #expect(choice.outcome == test.outcome)
        #expect((choice.index < 0 ? nil : VariantInUse.table[Int(choice.index)]) == test.name)
    }

    /// A variant never asks for less than the one after it, so that the first that runs is the best.
    @Test func theTableIsSorted() {
        #expect(Set(VariantInUse.table) == Self.all)
        let needs = (0..<variantCount()).map { variantAt($0).needs.nonzeroBitCount }
        #expect(needs == needs.sorted(by: >))
    }

    @Test func saysWhichRunsAndWhy() throws {
        func text(_ name: String, _ features: UInt32, installed: Set<String> = Self.all, wanted: String? = nil)
            -> String?
        {
            VariantInUse(name: name, installed: installed, features: features, wanted: wanted)?.description
        }
        #expect(text("x86-64-v4", Self.v4) == "x86-64-v4, the best for this CPU")
        #expect(
            text("x86-64-v3", Self.v4, wanted: "x86-64-v3")
                == "x86-64-v3, chosen by ATTNBENCH_VARIANT; the best for this CPU is x86-64-v4")
        #expect(
            text("x86-64-v3", Self.v4) == "x86-64-v3, started by its own path; the best for this CPU is x86-64-v4")
        #expect(
            text("x86-64-v3", Self.v4, installed: ["x86-64-v3"])
                == "x86-64-v3, the best of those that are installed; this CPU can run x86-64-v4 too")
        #expect(text("native", Self.v4) == nil)
    }

    /// What the compiler's library says of this CPU is what this machine's system says.
    @Test(.enabled(if: !VariantInUse.table.isEmpty)) func thisCPUHasWhatItsFlagsSay() throws {
        let flags = try #require(ProcessorInfo(cpuinfo: SystemFiles(root: "/").text("proc/cpuinfo") ?? "").flags)
        func has(_ bit: UInt32) -> Bool { cpuFeatures() & bit != 0 }
        #expect(has(Self.v3) == flags.isSuperset(of: ["avx2", "fma", "bmi2"]))
        #expect(has(UInt32(CPU_X86_64_V4)) == flags.isSuperset(of: ["avx512f", "avx512dq", "avx512vl"]))
        #expect(has(UInt32(CPU_AVX512_BF16)) == flags.contains("avx512_bf16"))
        #expect(has(UInt32(CPU_AVX512_VNNI)) == flags.contains("avx512_vnni"))
    }
}
