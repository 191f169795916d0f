import ArgumentParser
import Attention
import Benchmarking
import Foundation
import Hardware
import Reporting

struct SpillCommand: Command {
    static let configuration = CommandConfiguration(
        commandName: "spill",
        abstract: "What does it cost to keep activations of training on a disk?",
        discussion: """
            Checkpointing keeps the input of each layer from the forward pass to the backward pass: tokens × hidden \
            elements. Here the layers are copied into a mapped file one after the other, and read in the opposite order, as \
            in a training step, with about two of them in memory at a time. The alternative, keeping all of them in memory, \
            is measured by turns. The table has the times of one layer, and the memory that is spared.

            The file has no name, and nothing of it is left. Every round writes all layers of every length to the disk.

            Exits with 7 if a byte is not read as it was written.

            Examples:
              attnbench spill
              attnbench spill --layers 32 --tokens 8K,32K,128K --folder .
              attnbench spill --hidden-size 8192 --element-type float32 --cpus 0-1
              attnbench spill --json > spill.json
            """)

    @Option(help: ArgumentHelp("Layers whose inputs are spilled.", valueName: "n"))
    var layers = 8

    @Option(
        help: ArgumentHelp(
            "Tokens of a text; several with commas. (default: 512,1K,2K,4K,8K)", valueName: "list"),
        transform: OptionValues.counts)
    var tokens = [512, 1 << 10, 2 << 10, 4 << 10, 8 << 10]

    @Option(help: ArgumentHelp("Elements of a token's hidden state.", valueName: "n"))
    var hiddenSize = 4096

    @Option(
        help: ArgumentHelp("The type of the elements.", valueName: "type"),
        completion: .list(ElementType.allCases.map(\.rawValue)))
    var elementType = ElementType.bfloat16

    @Option(
        help: ArgumentHelp(
            "Where the file lies: a folder on the disk that is to be measured. (default: the folder for temporary files)",
            valueName: "folder"),
        completion: .directory)
    var folder: String?

    @Option(help: ArgumentHelp("Timed steps of each length.", valueName: "n"))
    var rounds = 7

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var pinning: PinningOptions
    @OptionGroup var outputOptions: OutputOptions

    func validate() throws {
        guard (6...1000).contains(rounds) else {
            throw ValidationError("--rounds is \(rounds); it must be from 6, which an interval of 95 % needs, to 1000")
        }
        let most = CheckpointedLayers.most
        try OptionValues.requireCounts(["layers": layers], atMost: most.layers)
        for length in tokens { try OptionValues.requireCounts(["tokens": length], atMost: most.tokens) }
        try OptionValues.requireCounts(["hidden-size": hiddenSize], atMost: most.hiddenSize)
    }

    func run(on console: Console) throws -> Verdict {
        let topology = try Topology()
        let team = try WorkerTeam(threads: pinning.threadCount, placement: pinning.placement, on: topology)
        let plan = SpillStudy.Plan(
            layers: layers, tokens: tokens, hiddenSize: hiddenSize, elementType: elementType,
            folder: folder ?? FileManager.default.temporaryDirectory.path, rounds: rounds)
        let study = try LostPages.explained {
            try SpillStudy.measure(plan, on: team) { round in
                if !outputOptions.quiet { console.messages("spilling, \(round)\n") }
            }
        }
        console.output(try json ? JSONText.of(study) : SpillTable(study: study).text(width: console.width))
        return study.wrong.map { .wrongResult($0) } ?? .done
    }
}
