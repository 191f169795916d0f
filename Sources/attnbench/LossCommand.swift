import ArgumentParser
import Attention
import Benchmarking
import Foundation
import Hardware
import Kernels
import Quantities
import Reporting

struct LossCommand: Command {
    static let configuration = CommandConfiguration(
        commandName: "loss",
        abstract: "What does the loss of a language model's last layer cost in training?",
        discussion: """
            For each vocabulary and hidden size: the time of the forward pass (the loss of each token) and of the \
            backward pass (the gradients of the hidden states and of the classifier), the speed beside OpenBLAS's \
            plain product of the same sizes, and the memory beside inputs and gradients. The first kernel holds all \
            logits; the others hold those of one panel of words. The last one leaves out gradients that bfloat16 \
            would not show: the table says how many, and by how much the gradients then differ.

            Predictions are planted: word frequencies follow Zipf's law. Some losses and gradients are \
            compared with formulas in Double. Exits with 7 if one is wrong.

            Examples:
              attnbench loss
              attnbench loss --vocabulary 32K,128K --hidden-size 4096 --tokens 2048
              attnbench loss --element-type bfloat16 --cpus 0-1
              attnbench loss --json > loss.json
            """)

    @Option(
        help: ArgumentHelp("Tokens whose losses are computed together. (default: 1024)", valueName: "n"),
        transform: tokenCount)
    var tokens = 1024

    @Option(
        help: ArgumentHelp("Words of the vocabulary; several with commas. (default: 32K,64K,128K)", valueName: "list"),
        transform: OptionValues.counts)
    var vocabulary = [32 << 10, 64 << 10, 128 << 10]

    @Option(
        help: ArgumentHelp(
            "Elements of a token's hidden state; several with commas. (default: 2048)", valueName: "list"),
        transform: OptionValues.counts)
    var hiddenSize = [2048]

    @Option(
        help: ArgumentHelp("The type of hidden states and classifier.", valueName: "type"),
        completion: .list(ElementType.allCases.map(\.rawValue)))
    var elementType = ElementType.float32

    @Option(help: ArgumentHelp("Timed calls of each pass.", valueName: "n"))
    var rounds = 3

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var pinning: PinningOptions
    @OptionGroup var outputOptions: OutputOptions

    func validate() throws { try OptionValues.requireCounts(["rounds": rounds], atMost: 1000) }

    func run(on console: Console) throws -> Verdict {
        let topology = try Topology()
        let team = try WorkerTeam(threads: pinning.threadCount, placement: pinning.placement, on: topology)
        let plan = LossStudy.Plan(
            tokens: tokens, vocabularies: vocabulary, hiddenSizes: hiddenSize, elementType: elementType,
            rounds: rounds)
        let study = try LossStudy.measure(plan, on: team) { problem in
            if !outputOptions.quiet { console.messages("measuring \(problem)\n") }
        }
        console.output(try json ? JSONText.of(study) : LossTable.text(study, width: console.width))
        return study.wrong.first.map { .wrongResult("\($0.kernel) is wrong: \($0.reason)") } ?? .done
    }
}
