import Testing

/// Imports point one way. SwiftPM does not police a module that imports another without declaring it, as long as
/// something else has built it; this does.
@Suite struct LayeringTests {
    /// The modules, lowest first, and what each may import.
    private static let layers: [(module: String, imports: Set<String>)] = [
        ("CVector", []),
        ("CProcessor", ["CVector"]),
        ("CSpawn", []),
        ("CFiles", []),
        ("CEngine", []),
        ("CBuildInfo", []),
        ("CVariants", []),
        ("CActivations", []),
        ("CHwloc", []),
        ("COpenBLAS", []),
        ("COpenMPI", []),
        ("CRanks", ["COpenMPI"]),
        ("Escaping", []),
        ("Faults", []),
        ("Statistics", ["Faults"]),
        ("Quantities", ["Statistics"]),
        ("Files", ["Faults", "CFiles"]),
        ("Attention", ["Faults", "Files"]),
        ("Records", ["Faults", "Quantities", "Files", "Attention", "Statistics"]),
        ("Processes", ["Faults", "CSpawn"]),
        ("Hardware", ["Faults", "Files", "Records", "CHwloc", "CVector", "CProcessor", "CBuildInfo", "CVariants"]),
        ("Kernels", ["Faults", "Attention", "Records", "Hardware", "CActivations", "COpenBLAS", "CVector"]),
        ("Engines", ["Faults", "Statistics", "Attention", "Records", "Processes", "Hardware", "Kernels", "CEngine"]),
        ("Ranks", ["Faults", "Attention", "Records", "Hardware", "Kernels", "Engines", "CRanks"]),
        (
            "Benchmarking",
            [
                "Escaping", "Faults", "Quantities", "Files", "Attention", "Records", "Processes", "Hardware", "Kernels",
                "Engines", "Statistics", "Yams",
            ]
        ),
        ("Analysis", ["Faults", "Quantities", "Attention", "Records", "Statistics"]),
        ("Serving", ["Faults", "Statistics", "Files", "Attention", "Records", "Analysis", "Yams"]),
        ("Drawing", ["Escaping", "Faults", "Statistics", "Quantities", "Processes"]),
        (
            "Reporting",
            [
                "Escaping", "Faults", "Quantities", "Files", "Attention", "Records", "Processes", "Analysis", "Serving",
                "Statistics", "Drawing",
            ]
        ),
        ("Claims", ["Statistics", "Quantities", "Attention", "Serving", "Reporting"]),
        (
            "attnbench",
            [
                "Escaping", "Faults", "Files", "Statistics", "Quantities", "Attention", "Records", "Processes",
                "Hardware",
                "Kernels", "Ranks", "Engines", "Benchmarking", "Analysis", "Serving", "Drawing", "Reporting",
                "ArgumentParser",
            ]
        ),
    ]

    private static let system: Set<String> = ["Foundation", "Synchronization"]
    private static let packages: Set<String> = ["ArgumentParser", "Yams"]

    @Test func everyImportIsInTheTable() throws {
        let files = Repository.swiftSources
        #expect(files.count > 30)
        for file in files {
            let module = String(file.path.split(separator: "/")[1])
            let layer = try #require(
                Self.layers.first { $0.module == module }, "\(module) is not in the table of layers")
            for name in imports(of: file) where !Self.system.contains(name) {
                #expect(layer.imports.contains(name), "\(file.path): \(module) may not import \(name)")
            }
        }
    }

    @Test func theTablePointsDownOnly() {
        for (index, layer) in Self.layers.enumerated() {
            let below = Set(Self.layers[..<index].map(\.module)).union(Self.packages)
            #expect(layer.imports.isSubset(of: below), "\(layer.module)")
        }
    }

    /// What Package.swift lets a module import is what the table says, for the modules that there are.
    @Test func thePackageDeclaresNoMore() throws {
        let package = Repository.contents("Package.swift")
        for layer in Self.layers where !layer.imports.isEmpty && Repository.exists("Sources/\(layer.module)") {
            let pattern = try Regex("arget\\(\\s*name: \"\(layer.module)\",\\s*dependencies: \\[([^\\]]*)\\]")
            let match = try #require(package.firstMatch(of: pattern), "\(layer.module) has no dependencies")
            let declared = Set((match.output[1].substring ?? "").matches(of: #/"([\w-]+)"/#).map { String($0.1) })
                .subtracting(["swift-argument-parser"])
            #expect(declared.isSubset(of: layer.imports), "\(layer.module) declares \(declared)")
        }
    }

    /// A test target that imports a module without declaring it is not built again when that module changes: its tests
    /// then run old code, or crash on an old layout.
    @Test func testsDeclareWhatTheyImport() throws {
        let package = Repository.contents("Package.swift")
        let modules = Set(Self.layers.map(\.module)).union(["TestSupport"])
        for file in Repository.files(in: ["Tests"], extensions: ["swift"]) {
            let target = String(file.path.split(separator: "/")[1])
            let pattern = try Regex("arget\\(\\s*name: \"\(target)\",\\s*dependencies: \\[([^\\]]*)\\]")
            let match = try #require(package.firstMatch(of: pattern), "\(target) has no dependencies")
            let declared = Set((match.output[1].substring ?? "").matches(of: #/"([\w-]+)"/#).map { String($0.1) })
            for name in imports(of: file) where modules.contains(name) {
                #expect(declared.contains(name), "\(file.path): \(target) imports \(name) and does not declare it")
            }
        }
    }

    @Test(arguments: [
        ("import Foundation", ["Foundation"]), ("@testable import Kernels", ["Kernels"]),
        ("public import struct Attention.Mask", ["Attention"]), ("@_exported import Yams // why", ["Yams"]),
        ("// import Reporting", []), ("let important = 1", []),
    ]) func findsImports(line: String, names: [String]) {
        #expect(imports(of: Repository.File(path: "x.swift", lines: [line])) == names)
    }

    private func imports(of file: Repository.File) -> [String] {
        file.lines.filter { $0.contains("import ") }.compactMap { line in
            line.firstMatch(
                of:
                    #/^\s*(?:@\w+\s+)*(?:\w+\s+)?import\s+(?:(?:struct|class|enum|func|protocol|typealias|var|let)\s+)?(\w+)/#
            )
            .map { String($0.1) }
        }
    }
}
