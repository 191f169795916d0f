import ArgumentParser
import Benchmarking
import Hardware
import Reporting

struct SearchCommand: Command {
    static let configuration = CommandConfiguration(
        commandName: "search",
        abstract: "How long does an exact search for passages take on this machine?",
        discussion: """
            An index of random vectors is searched for those whose product with a question is largest, by OpenBLAS, in float32, \
            from a 32nd of the index to all of it. The time goes with vectors × dimensions, since the index is read \
            once. The last line is the option for `attnbench plan --rag`, which compares retrieval with a long context.

            Exits with 7 if a search misses a vector that is nearer than one that it found.

            Examples:
              attnbench search
              attnbench search --vectors 1M --dimensions 768 --cpus 0-1
              attnbench search --json > search.json
            """)

    @Option(
        help: ArgumentHelp("Vectors of the index. (default: 64K)", valueName: "n"), transform: tokenCount)
    var vectors = 64 << 10

    @Option(help: ArgumentHelp("Elements of a vector.", valueName: "n"))
    var dimensions = 1024

    @Option(help: ArgumentHelp("Vectors that a search has to find.", valueName: "n"))
    var passages = 20

    @Option(help: ArgumentHelp("Timed searches of each size.", valueName: "n"))
    var rounds = 15

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var pinning: PinningOptions
    @OptionGroup var outputOptions: OutputOptions

    func validate() throws {
        guard (6...1000).contains(rounds) else {
            throw ValidationError("--rounds is \(rounds); it must be from 6, which an interval of 95 % needs, to 1000")
        }
        try OptionValues.requireCounts(["vectors": vectors], atMost: 1 << 30)
        try OptionValues.requireCounts(["dimensions": dimensions], atMost: 1 << 20)
        try OptionValues.requireCounts(["passages": passages], atMost: 1000)
    }

    func run(on console: Console) throws -> Verdict {
        let topology = try Topology()
        let team = try WorkerTeam(threads: pinning.threadCount, placement: pinning.placement, on: topology)
        let plan = SearchStudy.Plan(vectors: vectors, dimensions: dimensions, passages: passages, rounds: rounds)
        let study = try SearchStudy.measure(plan, on: team) { round in
            if !outputOptions.quiet { console.messages("searching, \(round)\n") }
        }
        console.output(try json ? JSONText.of(study) : SearchTable(study: study).text(width: console.width))
        return study.wrong.map { .wrongResult("the search is wrong: \($0)") } ?? .done
    }
}
