import Analysis
import ArgumentParser
import Attention
import Benchmarking
import Faults
import Hardware
import Kernels
import Quantities
import Reporting

struct MixCommand: Command {
    static let configuration = CommandConfiguration(
        commandName: "mix",
        abstract: "What does a mix of layers cost: full attention in some, something cheaper in others?",
        discussion: """
            Each kind of layer is called by itself, and all layers of a stack one after the other in the order in which models \
            have them, where the output of one layer is the query of the next. Everything is measured by turns in each round. So \
            the tables say whether the stack takes the sum of its parts, which share of it is full attention, \
            how many times as fast it is as full attention in all layers, and from which length on. The laws of the kinds \
            give a forecast for longer texts.

            With --model the layers are those of a model, with its heads and masks. The stack is one period of them, such as five \
            layers with a window and a full one.

            The first outputs are compared with the reference. Exits with 7 if one is wrong.

            Examples:
              attnbench mix full:1,gated-delta:3
              attnbench mix full:1,sliding-window:5 --window 1K --lengths 1K..32K*2
              attnbench mix decode-full:1,decode-gated-delta:3 --heads 8
              attnbench mix --model gemma-3-4b --lengths 512..4K*2 --cpus 0-1
              attnbench mix --model path/to/config.json --json > mix.json
            """)

    @Argument(
        help: ArgumentHelp(
            "Kernels, each with a number of layers, such as full:1,gated-delta:3; `attnbench list kernels` names them.",
            valueName: "mix"))
    var mix: String?

    @Option(
        help: ArgumentHelp(
            "Tokens of the text: a length, a range, or several with commas. (default: 1K..16K*2)", valueName: "list"),
        transform: LengthRange.list)
    var lengths = [1, 2, 4, 8, 16].map { $0 << 10 }

    @Option(
        help: ArgumentHelp(
            "Longer texts, of which the time is forecast; several with commas. (default: 1M,10M)", valueName: "list"),
        transform: OptionValues.counts)
    var forecast = Forecast.lengths

    @OptionGroup(title: "Layers") var layers: MixLayerOptions

    @Option(
        help: ArgumentHelp("The type of queries, keys and values.", valueName: "type"),
        completion: .list(ElementType.allCases.map(\.rawValue)))
    var elementType = ElementType.float32

    @Option(help: ArgumentHelp("Rounds at each length.", valueName: "n"))
    var rounds = 15

    @Option(
        help: ArgumentHelp(
            "No round of a length begins after this time, once there are \(MixStudy.fewestRounds). (default: 60s)",
            valueName: "time"),
        transform: OptionValues.duration)
    var timeBudget = 60.0

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var pinning: PinningOptions
    @OptionGroup var tuningOptions: TuningOptions
    @OptionGroup var outputOptions: OutputOptions

    func validate() throws {
        guard (MixStudy.fewestRounds...1000).contains(rounds) else {
            throw ValidationError(
                "--rounds is \(rounds); it must be from \(MixStudy.fewestRounds), which an interval of 95 % needs, to 1000"
            )
        }
        if (mix == nil) == (layers.model == nil) {
            throw ValidationError("give either a mix, such as full:1,gated-delta:3, or --model")
        }
        for length in forecast where !(1...AttentionShape.longestLength).contains(length) {
            throw ValidationError(
                "--forecast is \(length); it must be from 1 to \(TokenCount.text(AttentionShape.longestLength))")
        }
    }

    func run(on console: Console) throws -> Verdict {
        // What is wrong with the mix is said before the machine is tuned.
        _ = try layers.mix(mix, among: Kernel.builtIn)
        let topology = try Topology()
        let team = try WorkerTeam(threads: pinning.threadCount, placement: pinning.placement, on: topology)
        let (tuning, remark) = try tuningOptions.source(on: console).tuning(for: team, on: topology)
        if let remark, !outputOptions.quiet { console.caution([remark]) }
        let named = try layers.mix(mix, among: Kernel.builtIn.map { $0.tuned(by: tuning) })
        let plan = MixStudy.Plan(
            name: named.name, mix: named.mix, lengths: lengths, elementType: elementType,
            limits: MixStudy.Limits(rounds: rounds, secondsPerLength: timeBudget))
        let study = try MixStudy.measure(plan, on: team) { what in
            if !outputOptions.quiet { console.messages("measuring \(what)\n") }
        }
        guard !study.costs.isEmpty else { throw NoMixMeasured(reason: study.skipped.first?.reason ?? "") }
        let findings = MixFindings(study, forecastLengths: forecast)
        console.output(try json ? JSONText.of(findings.summary) : MixTable(findings).text(width: console.width))
        return study.wrong.first.map {
            .wrongResult("\($0.layer) is wrong at \(TokenCount.text($0.length)) tokens: \($0.reason)")
        } ?? .done
    }
}

/// All lengths take more memory than there is.
struct NoMixMeasured: Fault, Equatable {
    let reason: String

    var exitStatus: ExitStatus { .usage }

    var description: String { "no length was measured: \(reason); give shorter --lengths" }
}
