import Testing

/// Versions stand in one place each, and are exact.
@Suite struct VersionTests {
    /// No lock file is committed, so a range would let two builds of one commit differ.
    @Test func dependenciesAreExact() {
        let packages = Repository.contents("Package.swift").matches(of: #/\.package\(url: [^)]*\)/#)
        #expect(packages.count >= 2)
        for package in packages {
            #expect(package.0.contains(/exact: "\d+\.\d+\.\d+"/), "\(package.0): write `exact: \"…\"`")
        }
    }

    /// Containers, README and setup name the Swift that the package is built with.
    @Test func oneVersionOfSwift() throws {
        let readme = try #require(Repository.contents("README.md").firstMatch(of: #/Swift (\d+\.\d+) on/#)).1
        let places = [".github/workflows/ci.yml", "scripts/setup", "docs/regression-testing-in-ci.md", "Dockerfile"]
        var found = 0
        for place in places {
            for match in Repository.contents(place).matches(of: #/[Ss]wift[ :](\d+\.\d+)/#) {
                #expect(match.1 == readme, "\(place) says \(match.0), and README.md Swift \(readme)")
                found += 1
            }
        }
        #expect(found >= 3)
    }

    /// The program's version is written where the program says it, and is the newest of the changelog.
    @Test func oneVersionOfTheProgram() throws {
        let source = Repository.contents("Sources/attnbench/AttnBench.swift")
        let version = try #require(source.firstMatch(of: #/version: "(\d+\.\d+\.\d+)"/#)).1
        let changelog = Repository.contents("CHANGELOG.md")
        let newest = try #require(changelog.firstMatch(of: #/\n## (?:Unreleased: )?(\d+\.\d+\.\d+)\n/#)).1
        #expect(version == newest, "the program says \(version), CHANGELOG.md \(newest)")
        let cited = try #require(Repository.contents("CITATION.cff").firstMatch(of: #/\nversion: (\S+)\n/#)).1
        #expect(version == cited, "the program says \(version), CITATION.cff \(cited)")
        for file in Repository.swiftSources where !file.path.hasSuffix("/AttnBench.swift") {
            #expect(!file.mentions("\"\(version)\""), "\(file.path) repeats the program's version")
        }
    }
}
