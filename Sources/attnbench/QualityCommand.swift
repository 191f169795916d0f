import ArgumentParser
import Attention
import Benchmarking
import Drawing
import Foundation
import Hardware
import Records
import Reporting

struct QualityCommand: Command {
    static let configuration = CommandConfiguration(
        commandName: "quality",
        abstract: "What do windows, sinks and selected blocks give up against full attention, and what do they save?",
        discussion: """
            For each kernel and size: the error of its output against full causal attention and the softmax mass of the keys \
            that it keeps, both computed in Double, beside the time of a call over that of full attention. Errors need \
            queries, keys and values of a model, because random ones have no structure that could be kept. The program has \
            some: 512 tokens of 12 heads, from one layer of a small encoder. Give the tensors of your own model for a \
            longer text: .npy files as `attnbench attend` takes them.

            Without sizes, windows and chunks are a 32nd of the text up to a half of it. Sizes with commas between them are \
            measured in turn. With --output, a figure shows error against cost. Linear attention is left out: it \
            is another function, and no approximation.

            Exits with 7 if the output of a kernel is not that of its own formula.

            Examples:
              attnbench quality
              attnbench quality --output quality
              attnbench quality --window 32,64,128 --sinks 1,4 --blocks 4 --block-length 16
              attnbench quality --query q.npy --key k.npy --value v.npy --output quality
              attnbench quality --json > quality.json
            """)

    @Option(
        help: ArgumentHelp("The queries. (default: those of the program)", valueName: "npy"),
        completion: .file(extensions: ["npy"]))
    var query: String?

    @Option(help: ArgumentHelp("The keys.", valueName: "npy"), completion: .file(extensions: ["npy"]))
    var key: String?

    @Option(
        help: ArgumentHelp("The values, in the shape of the keys.", valueName: "npy"),
        completion: .file(extensions: ["npy"]))
    var value: String?

    @Option(
        help: ArgumentHelp("Keys of a window, the query's own included.", valueName: "list"),
        transform: OptionValues.counts)
    var window: [Int]?

    @Option(
        help: ArgumentHelp("Keys at the start of the text that every query sees. (default: 4)", valueName: "list"),
        transform: OptionValues.counts)
    var sinks: [Int]?

    @Option(help: ArgumentHelp("Tokens of a chunk.", valueName: "list"), transform: OptionValues.counts)
    var chunk: [Int]?

    @Option(
        help: ArgumentHelp(
            "Blocks of keys that a query attends to, its own included. (default: 2,4,8)", valueName: "list"),
        transform: OptionValues.counts)
    var blocks: [Int]?

    @Option(help: ArgumentHelp("Tokens of one of these blocks.", valueName: "list"), transform: OptionValues.counts)
    var blockLength: [Int]?

    @Option(help: ArgumentHelp("Timed rounds.", valueName: "n"))
    var rounds = 15

    @Flag(help: "Print JSON.")
    var json = false

    @Option(
        help: ArgumentHelp(
            "Also write index.html, README.md and the figure with its data into this directory.", valueName: "directory"
        ),
        completion: .directory)
    var output: String?

    @OptionGroup var pinning: PinningOptions
    @OptionGroup var outputOptions: OutputOptions

    func validate() throws {
        guard (6...1000).contains(rounds) else {
            throw ValidationError("--rounds is \(rounds); it must be from 6, which an interval of 95 % needs, to 1000")
        }
        guard [query, key, value].allSatisfy({ $0 == nil }) || [query, key, value].allSatisfy({ $0 != nil }) else {
            throw ValidationError("--query, --key and --value belong together; give all three or none")
        }
    }

    func run(on console: Console) throws -> Verdict {
        if let output { try ReportDirectory.requireNoResults(in: URL(fileURLWithPath: output)) }
        let activations = try activations()
        let topology = try Topology()
        let team = try WorkerTeam(threads: pinning.threadCount, placement: pinning.placement, on: topology)
        let plan = ApproximationStudy.Plan(
            axes: axes(ofKeys: activations.keyLength), rounds: rounds, processor: topology.cpuModel)
        let study = try ApproximationStudy.measure(plan, on: activations, team) { step in
            if !outputOptions.quiet { console.messages("\(step)\n") }
        }
        let document = ApproximationDocument.document(study)
        if let output { try write(document, Figure.all(for: study), to: output, on: console) }
        console.output(try json ? JSONText.of(study) : TerminalDocument.text(document, width: console.width))
        return study.wrong.first.map { .wrongResult($0) } ?? .done
    }

    private func activations() throws -> Activations {
        guard let query, let key, let value else { return try .bundled() }
        var queries = try NumPyFile.read(query)
        var keys = try NumPyFile.read(key)
        let shape = try AttendCommand.shape(query: queries.dimensions, key: keys.dimensions)
        let values = try AttendCommand.values(value, likeKeys: keys.dimensions, shape)
        queries.reshape(to: AttentionInputs.queryDimensions(shape))
        keys.reshape(to: AttentionInputs.keyDimensions(shape))
        return try Activations(
            AttentionInputs(query: queries, key: keys, value: values), shape: shape,
            name: "\(query), \(key) and \(value)")
    }

    private func axes(ofKeys keyLength: Int) -> Sweep.Axes {
        var axes = Sweep.Axes.approximations(ofKeys: keyLength)
        axes.windows = window ?? axes.windows
        axes.sinks = sinks ?? axes.sinks
        axes.chunks = chunk ?? axes.chunks
        axes.blocks = blocks ?? axes.blocks
        axes.blockLengths = blockLength ?? axes.blockLengths
        return axes
    }

    private func write(_ document: Document, _ figures: [Figure], to path: String, on console: Console) throws {
        let directory = URL(fileURLWithPath: path)
        let cautions = try DocumentDirectory(document, figures: figures).write(to: directory)
        if !outputOptions.quiet {
            console.caution(cautions)
            console.messages("Report: \(path)/index.html\n")
        }
    }
}
