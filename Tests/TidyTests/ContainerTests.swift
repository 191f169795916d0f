import Testing

/// The Dockerfile is not built here. So its steps are those of scripts that run: the first stage calls scripts/package, and
/// scripts/check-packages reads the last stage and runs its steps in a fresh root of Debian.
@Suite struct ContainerTests {
    /// Instructions with their arguments; a comment is none.
    private static let steps = Repository.contents("Dockerfile").split(separator: "\n")
        .filter { !$0.hasPrefix("#") }
        .map { $0.split(separator: " ", maxSplits: 1).map(String.init) }

    /// scripts/check-packages understands these, one line each.
    @Test func everyStepIsOneThatTheCheckUnderstands() {
        #expect(Self.steps.count > 6)
        for step in Self.steps {
            #expect(["FROM", "WORKDIR", "COPY", "RUN", "ENTRYPOINT"].contains(step[0]), "\(step)")
            #expect(step.count == 2 && !step[1].hasSuffix("\\"), "\(step) goes on in the next line")
        }
        let check = Repository.contents("scripts/check-packages")
        #expect(check.contains("/^FROM debian/,$p' Dockerfile"))
    }

    @Test func theFirstStageBuildsWhatTheLastOneInstalls() throws {
        let stages = Self.steps.split { $0[0] == "FROM" }
        #expect(stages.count == 2)
        let built = try #require(stages.first).filter { $0[0] == "RUN" }.map { $0[1] }
        #expect(built == ["scripts/package deb"])
        let copied = try #require(stages.last).first { $0[0] == "COPY" }
        #expect(copied?[1] == "--from=build /attnbench/.build/packages/attnbench_*_amd64.deb /packages/")
        let package = Repository.contents("scripts/package")
        #expect(
            package.contains("work=.build/packages\n") && package.contains("\"$work/attnbench_${version}_amd64.deb\""))
    }
}
