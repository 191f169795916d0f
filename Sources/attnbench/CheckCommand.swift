import ArgumentParser
import Attention
import Drawing
import Foundation
import Kernels
import Ranks
import Records
import Reporting

struct CheckCommand: Command {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Is every kernel correct? Checks results, measures no times.",
        discussion: """
            Each kernel runs over the hard cases of its mask: sizes around its tiles, windows of one key and windows \
            longer than the text, shared heads, queries at the end of a longer text, other scales, and inputs that \
            overflow, underflow or are not numbers; with capped scores, ALiBi and sink logits, if the kernel takes \
            them; in float32, bfloat16 and float16, if the kernel takes them. It is called several times, on one \
            thread and on two, and on other inputs in between. Each result is compared with three loops in Double. \
            The error may be at most twice that of plain loops in the kernel's element type. Exits with 7 if a \
            kernel is wrong, and with 8 if its engine fails.

            With --engine, all kernels of that engine are checked, or those that are named as ENGINE/kernel. Their \
            error may be four times that of the loops, or as large as the engine file allows.

            With --layers, kernels whose mask limits the keys of a query are also stacked. The number of input \
            tokens on which one output token depends is compared with theory: L(w-1)+1 tokens for L layers of a \
            window of w. --output draws it.

            Under mpirun, the ways in which several ranks share one problem are checked instead of the kernels of one \
            rank: fewer tokens than ranks, slices of unequal length, windows over several slices, and groups of \
            heads that the ranks do not divide. The first rank prints.

            Examples:
              attnbench check
              attnbench check full sliding-window
              mpirun -n 2 attnbench check
              attnbench check --engine ./libmine.so
              attnbench check --layers 8 --output receptive-field
            """)

    @Argument(
        help: ArgumentHelp("Kernels to check. (default: all)", valueName: "kernel"), completion: .kernels)
    var names: [String] = []

    @Option(
        help: ArgumentHelp("Also stack this many layers, and count the tokens on which they depend.", valueName: "n"))
    var layers: Int?

    @Option(
        help: ArgumentHelp("The directory for a page and a figure of the stacks.", valueName: "dir"),
        completion: .directory)
    var output: String?

    @OptionGroup var engineOptions: EngineOptions
    @OptionGroup var outputOptions: OutputOptions

    /// Deeper stacks take minutes, and say no more.
    private static let deepest = 32

    static let takesRanks = true

    func validate() throws {
        if let layers, !(1...Self.deepest).contains(layers) {
            throw ValidationError("--layers is \(layers); it must be from 1 to \(Self.deepest)")
        }
        if output != nil, layers == nil {
            throw ValidationError("--output needs --layers, the number of layers to stack")
        }
    }

    func run(on console: Console) throws -> Verdict {
        if RankLaunch.isOneOfSeveral(in: console.environment) { return try checkRanks(on: console) }
        let engines = try EngineCheck(engineOptions.sources(console), names: names)
        let names = names.filter { !$0.contains("/") }
        var kernels = engines.isEmpty || !names.isEmpty ? Kernel.builtIn : []
        if !names.isEmpty { kernels = try names.map { try Kernel.builtIn.named($0) } }
        if layers != nil, !kernels.contains(where: MeasuredReceptiveField.isBounded) {
            throw ValidationError(
                "--layers has nothing to stack: none of the kernels has a mask with a bound; add one such as "
                    + "sliding-window")
        }
        let verdict = try Self.check(kernels, engines, on: console, outputOptions)
        guard let layers, verdict == .done else { return verdict }
        return try stack(kernels, layers: layers, on: console)
    }

    private func checkRanks(on console: Console) throws -> Verdict {
        guard layers == nil, engineOptions.engine.isEmpty else {
            throw ValidationError(
                "--layers and --engine check kernels of one rank; leave them out, or leave out mpirun")
        }
        let kernels = names.isEmpty ? RankKernel.builtIn : try names.map { try RankKernel.builtIn.named($0) }
        let communicator = try Communicator.ofOneBuild(in: console.environment)
        return try RankCheck.verdict(of: kernels, on: communicator, console, outputOptions)
    }

    private func stack(_ kernels: [Kernel], layers: Int, on console: Console) throws -> Verdict {
        let fields = try MeasuredReceptiveField.of(kernels, layers: layers)
        console.output("\n" + TerminalTable.text(ReceptiveFieldTable.table(fields), width: console.width))
        if let output {
            let directory = URL(fileURLWithPath: output)
            try ReportDirectory.requireNoResults(in: directory)
            let figures = [Figure.receptiveField(fields)].compactMap { $0 }
            let cautions = try DocumentDirectory(Document(receptiveFields: fields), figures: figures)
                .write(to: directory)
            if !outputOptions.quiet {
                console.caution(cautions)
                console.messages("Report: \(directory.appendingPathComponent("index.html").relativePath)\n")
            }
        }
        guard let wrong = fields.first(where: { !$0.isRight }) else { return .done }
        return .wrongResult(
            "stacked layers of \(wrong.kernel) see \(wrong.tokens) tokens by their number; the mask says "
                + "\(wrong.expectedTokens)")
    }

    static func check(
        _ kernels: [Kernel], _ engines: EngineCheck = .none, on console: Console, _ options: OutputOptions
    ) throws -> Verdict {
        let checked = try engines.started(environment: console.environment)
        let table = CheckTable(of: (checked.kernels + kernels).map { CheckTable.Subject($0) }, on: console, options)
        var found = checked.run(table)
        for kernel in kernels {
            found.take(Conformance(of: kernel, following: table.follow(kernel.name)), of: kernel.name, table)
        }
        console.caution(found.remarks)
        return found.verdict
    }
}
