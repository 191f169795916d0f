// swift-tools-version:6.2
import Foundation
import PackageDescription

// One instruction set for the whole package, C and Swift alike, so that vector code inlines across modules.
// ATTNBENCH_MARCH=x86-64-v3 (or any -march value) builds for another CPU than this one; on x86-64, where no -march value has
// a "+", x86-64-v4+avx512bf16 adds instructions to it.
let instructionSet = Context.environment["ATTNBENCH_MARCH"] ?? "native"
#if arch(x86_64)
    let instructionParts = instructionSet.split(separator: "+").map(String.init)
#else
    let instructionParts = [instructionSet]
#endif
// A level such as x86-64-v4 also brings the order of instructions for one old CPU, which costs 4 % on a Zen 5.
let tuningFlags = instructionSet.hasPrefix("x86-64") ? ["-mtune=generic"] : []
let instructionFlags =
    ["-march=\(instructionParts[0])"] + tuningFlags + instructionParts.dropFirst().map { "-m\($0)" }
// What is built, for the results. scripts/run tells it: SwiftPM asks git only when it reads this file anew, so that a
// plain `swift build` may name the commit of an earlier one.
let commit = Context.environment["ATTNBENCH_COMMIT"] ?? Context.gitInformation?.currentCommit ?? "unknown"
let hasUncommittedChanges =
    Context.environment["ATTNBENCH_DIRTY"].map { $0 == "1" } ?? Context.gitInformation?.hasUncommittedChanges ?? false

// Ranks exchange messages over Open MPI, where pkg-config finds it. ATTNBENCH_MPI=0 builds without it, and so does
// scripts/package: a packed program runs where no MPI is installed.
let hasOpenMPI = Context.environment["ATTNBENCH_MPI"] != "0" && pkgConfigFinds("ompi-c")

func pkgConfigFinds(_ library: String) -> Bool {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["pkg-config", "--exists", library]
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
}

let package = Package(
    name: "attnbench",
    products: [
        .executable(name: "attnbench", targets: ["attnbench"]),
        .library(
            name: "AttentionBenchmarking",
            targets: [
                "Escaping", "Faults", "Statistics", "Quantities", "Files", "Attention", "Records", "Hardware",
                "Kernels",
                "Ranks", "Engines", "Benchmarking", "Analysis", "Serving", "Drawing", "Reporting",
            ]),
    ],
    // Exact, since results are compared between builds and no lock file is committed.
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
    ],
    targets: [
        // C: system libraries, the few vector operations that Swift cannot say well, and the build's own facts.
        .systemLibrary(name: "CHwloc", pkgConfig: "hwloc", providers: [.apt(["libhwloc-dev"])]),
        .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
        .target(name: "CVector"),
        .target(name: "CProcessor", dependencies: ["CVector"]),
        .target(name: "CSpawn"),
        .target(name: "CFiles"),
        .target(name: "CEngine", linkerSettings: [.linkedLibrary("dl")]),
        // Sources/Launcher is built with it, for every x86-64 CPU, by scripts/package.
        .target(name: "CVariants"),
        .target(name: "CActivations", exclude: ["query.npy", "key.npy", "value.npy"]),
        .target(
            name: "CBuildInfo",
            cSettings: [
                .define("ATTNBENCH_COMMIT", to: "\"\(commit)\""),
                .define("ATTNBENCH_DIRTY", to: hasUncommittedChanges ? "1" : "0"),
                .define("ATTNBENCH_MARCH", to: "\"\(instructionSet)\""),
            ]),

        // The modules, lowest first; each imports only from above it. Tests/TidyTests holds this list.
        .target(name: "Escaping"),
        .target(name: "Faults"),
        .target(name: "Statistics", dependencies: ["Faults"]),
        .target(name: "Quantities", dependencies: ["Statistics"]),
        .target(name: "Files", dependencies: ["Faults", "CFiles"]),
        .target(name: "Attention", dependencies: ["Faults", "Files"]),
        .target(name: "Records", dependencies: ["Quantities", "Faults", "Files", "Attention", "Statistics"]),
        .target(name: "Processes", dependencies: ["Faults", "CSpawn"]),
        .target(
            name: "Hardware",
            dependencies: ["Faults", "Files", "Records", "CHwloc", "CVector", "CProcessor", "CBuildInfo", "CVariants"]),
        .target(
            name: "Kernels",
            dependencies: ["Faults", "Attention", "Records", "Hardware", "CActivations", "COpenBLAS", "CVector"]),
        .target(
            name: "Engines",
            dependencies: [
                "Faults", "Statistics", "Attention", "Records", "Processes", "Hardware", "Kernels", "CEngine",
            ]),
        .target(name: "Ranks", dependencies: ["Faults", "Attention", "Records", "Hardware", "Kernels", "Engines"]),
        .target(
            name: "Benchmarking",
            dependencies: [
                "Quantities", "Escaping", "Faults", "Files", "Attention", "Records", "Processes", "Hardware", "Kernels",
                "Engines",
                "Statistics", "Yams",
            ]),
        .target(
            name: "Analysis",
            dependencies: ["Quantities", "Faults", "Attention", "Records", "Statistics"]),
        .target(
            name: "Serving",
            dependencies: ["Faults", "Statistics", "Files", "Attention", "Records", "Analysis", "Yams"],
            resources: [
                .embedInCode("Catalogue/models.yaml"), .embedInCode("Catalogue/accelerators.yaml"),
                .embedInCode("Catalogue/prices.yaml"), .embedInCode("Catalogue/model-types.yaml"),
                .embedInCode("Catalogue/releases.yaml"),
            ]),
        .target(name: "Drawing", dependencies: ["Escaping", "Faults", "Statistics", "Quantities", "Processes"]),
        .target(
            name: "Reporting",
            dependencies: [
                "Escaping", "Faults", "Quantities", "Files", "Attention", "Records", "Processes", "Analysis", "Serving",
                "Drawing", "Statistics",
            ], resources: [.embedInCode("Bundle/works.bib")]),
        .executableTarget(
            name: "attnbench",
            dependencies: [
                "Quantities", "Drawing", "Escaping", "Faults", "Statistics", "Files", "Attention", "Records",
                "Processes", "Hardware", "Kernels", "Ranks",
                "Engines", "Benchmarking", "Analysis", "Serving", "Reporting",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            exclude: [
                "Skeletons/engine-c/README.md", "Skeletons/engine-python/README.md", "Skeletons/engine-rust/README.md",
            ],
            // The examples of engines, which `engine new` writes.
            resources: [
                .embedInCode("Skeletons/engine-c/engine.c"), .embedInCode("Skeletons/engine-c/attnbench_engine.h"),
                .embedInCode("Skeletons/engine-c/Makefile"), .embedInCode("Skeletons/engine-python/engine.py"),
                .embedInCode("Skeletons/engine-python/attnbench_engine.py"),
                .embedInCode("Skeletons/engine-rust/engine.rs"), .embedInCode("Skeletons/engine-rust/Cargo.toml"),
            ]),

        // Writes docs/claims.md (scripts/claims); no part of the program.
        .executableTarget(
            name: "Claims", dependencies: ["Statistics", "Serving", "Reporting", "Quantities", "Attention"]),

        // The package in Examples/own-kernel, built here too so that it cannot fall behind.
        .executableTarget(
            name: "OwnKernelExample",
            dependencies: [
                "Attention", "Records", "Hardware", "Kernels", "Engines", "Benchmarking", "Analysis", "Reporting",
            ],
            path: "Examples/own-kernel/Sources"),

        .target(
            name: "TestSupport", dependencies: ["Files", "Attention", "Records", "Hardware", "Benchmarking"],
            path: "Tests/TestSupport", exclude: ["hostile-strings.jsonl"]),
        .testTarget(name: "EscapingTests", dependencies: ["Escaping", "TestSupport"]),
        .testTarget(name: "QuantitiesTests", dependencies: ["Statistics", "Quantities"]),
        .testTarget(name: "DrawingTests", dependencies: ["Statistics", "Drawing"]),
        .testTarget(name: "ClaimsTests", dependencies: ["Serving", "Claims"]),
        .testTarget(name: "StatisticsTests", dependencies: ["Statistics", "Attention", "TestSupport"]),
        .testTarget(name: "FilesTests", dependencies: ["Files", "TestSupport"]),
        .testTarget(
            name: "AttentionTests", dependencies: ["Quantities", "Files", "Attention", "TestSupport"],
            resources: [.copy("NumPy")]),
        .testTarget(name: "ProcessesTests", dependencies: ["Processes", "TestSupport"]),
        .testTarget(
            name: "RecordsTests", dependencies: ["Attention", "Records", "TestSupport"],
            exclude: ["version1-scratch.jsonl", "version2-few-axes.jsonl"]),
        .testTarget(
            name: "HardwareTests",
            dependencies: ["Files", "Records", "Hardware", "CProcessor", "CVariants", "TestSupport"]),
        .testTarget(
            name: "KernelsTests",
            dependencies: ["Attention", "Records", "Hardware", "Kernels", "CVector", "TestSupport"]),
        .testTarget(
            name: "RanksTests",
            dependencies: ["Faults", "Attention", "Records", "Hardware", "Kernels", "Engines", "Ranks", "TestSupport"]),
        .testTarget(
            name: "EnginesTests",
            dependencies: [
                "Attention", "Records", "Processes", "Hardware", "Kernels", "Engines", "Benchmarking", "TestSupport",
            ],
            exclude: ["Engines"]),
        .testTarget(
            name: "BenchmarkingTests",
            dependencies: [
                "Quantities", "Statistics", "Faults", "Files", "Attention", "Records", "Hardware", "Kernels", "Engines",
                "Benchmarking", "TestSupport",
            ]),
        .testTarget(
            name: "AnalysisTests",
            dependencies: [
                "Statistics", "Attention", "Records", "Hardware", "Kernels", "Benchmarking", "Analysis", "Reporting",
                "TestSupport",
            ],
            exclude: ["neighbour-trace.csv"]),
        .testTarget(
            name: "ServingTests",
            dependencies: [
                "Statistics", "Attention", "Records", "Hardware", "Benchmarking", "Analysis", "Serving", "TestSupport",
            ],
            resources: [.copy("Configurations")]),
        .testTarget(
            name: "ReportingTests",
            dependencies: [
                "Quantities", "Drawing", "Escaping", "Statistics", "Files", "Attention", "Records", "Hardware",
                "Kernels", "Benchmarking",
                "Analysis",
                "Serving",
                "Reporting",
                "TestSupport",
            ], exclude: ["Golden", "Schemas", "readers.py"]),
        .testTarget(
            name: "CommandTests",
            dependencies: [
                "Escaping", "Faults", "Statistics", "Files", "Attention", "Records", "Hardware", "Kernels",
                "Ranks", "Benchmarking",
                "Analysis",
                "Serving",
                "attnbench",
                "TestSupport", "Yams",
            ], exclude: ["Golden"]),
        .testTarget(
            name: "ExampleTests", dependencies: ["Records", "Kernels", "Benchmarking", "Analysis", "OwnKernelExample"]),
        .testTarget(name: "TidyTests", dependencies: ["TestSupport"]),
    ],
    swiftLanguageModes: [.v6]
)

// C: the calls of MPI that ranks need. Only the module Ranks knows them, and it does without them where there are none.
if hasOpenMPI {
    package.targets += [
        .systemLibrary(name: "COpenMPI", pkgConfig: "ompi-c", providers: [.apt(["libopenmpi-dev"])]),
        .target(name: "CRanks", dependencies: ["COpenMPI"]),
    ]
    for target in package.targets where target.name == "Ranks" {
        target.dependencies.append("CRanks")
        target.swiftSettings = [.define("OPEN_MPI")]
    }
}

// scripts/test MODULE builds the tests of one module, and of the modules only those that these tests need.
if let module = Context.environment["ATTNBENCH_TESTED_MODULE"] {
    package.targets.removeAll { $0.type == .test && $0.name != "\(module)Tests" }
}

// scripts/fuzz gives the archive that holds libFuzzer; every branch of the Swift modules then counts who takes it.
if let fuzzer = Context.environment["ATTNBENCH_FUZZER"] {
    package.targets.append(
        .executableTarget(
            name: "FuzzReaders", dependencies: ["Attention", "Records", "Engines", "Benchmarking", "Serving"],
            path: "Tests/FuzzReaders", exclude: ["Corpus", "fuzz.py"],
            linkerSettings: [.unsafeFlags(["-Xlinker", fuzzer, "-lstdc++"])]))
    for target in package.targets where target.type == .regular || target.name == "FuzzReaders" {
        target.swiftSettings = (target.swiftSettings ?? []) + [.unsafeFlags(["-sanitize=fuzzer"])]
    }
}

// A conversion that could end the program is an error: see Sources/Statistics/SaturatingInteger.swift.
let withoutTraps: Set = [
    "Statistics", "Quantities", "Records", "Engines", "Benchmarking", "Analysis", "Serving", "Drawing", "Reporting",
    "attnbench",
]
for target in package.targets where withoutTraps.contains(target.name) {
    target.swiftSettings = (target.swiftSettings ?? []) + [.treatWarning("DeprecatedDeclaration", as: .error)]
}

for target in package.targets where target.type != .system {
    target.cSettings = (target.cSettings ?? []) + [.unsafeFlags(instructionFlags)]
    target.swiftSettings = (target.swiftSettings ?? []) + [.unsafeFlags(instructionFlags.flatMap { ["-Xcc", $0] })]
}
