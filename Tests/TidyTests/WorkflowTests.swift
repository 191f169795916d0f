import Testing

/// What jobs run that others wrote, in the workflows, in the action and in the examples of the documents.
@Suite struct WorkflowTests {
    private static let files =
        Repository.files(in: [".github", "action.yml"], extensions: ["yml", "yaml"]) + Repository.documents

    /// A line that uses an action, with those below it that are indented more: the rest of its step.
    private static let steps: [(place: String, line: Substring, rest: [String])] = files.flatMap { file in
        file.lines.enumerated().compactMap { index, line in
            guard let match = line.wholeMatch(of: #/(\s*)(?:- )?uses: (.+)/#) else { return nil }
            let rest = file.lines[(index + 1)...].prefix { $0.hasPrefix(match.1 + "  ") }
            return ("\(file.path):\(index + 1)", match.2, Array(rest))
        }
    }

    /// A tag can be moved to other code, a digest cannot.
    @Test func actionsAreNamedByDigest() {
        #expect(Self.steps.count >= 5)
        // Documents name this repository's own action so, and say what the word stands for.
        let own: Set<Substring> = ["./", "attnbench/attnbench@DIGEST"]
        for step in Self.steps where !own.contains(step.line) {
            #expect(
                step.line.wholeMatch(of: #/[\w-]+\/[\w\/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+/#) != nil,
                "\(step.place) uses \(step.line): write the digest of its commit, and its version as a comment")
        }
    }

    /// Otherwise the code of a pull request finds a token in .git/config.
    @Test func noCheckoutLeavesItsToken() {
        let checkouts = Self.steps.filter { $0.line.hasPrefix("actions/checkout") }
        #expect(checkouts.count >= 3)
        for step in checkouts {
            #expect(
                step.rest.contains { $0.hasSuffix("persist-credentials: false") },
                "\(step.place) leaves its token: add `persist-credentials: false`")
        }
    }

    /// A name from outside may begin with `-`; behind `--` git never takes it for an option.
    @Test func namesGivenToGitAreNoOptions() {
        let fetches = Self.files.flatMap(\.lines).filter { $0.contains("git fetch") && $0.contains("$") }
        #expect(!fetches.isEmpty)
        for line in fetches { #expect(line.contains(" -- "), "\(line)") }
    }
}
