import ArgumentParser
import Analysis
import Attention
import Drawing
import Foundation
import Records
import Reporting
import Serving

struct PlanCommand: Command {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "What does it cost to serve a model at a context length? Memory, time and money.",
        discussion: """
            Everything is computed from the model's dimensions, layer by layer. Windows and chunks limit the cache, \
            quantised caches include their scales, and all experts are in memory. Every table states its \
            assumptions. --explain shows each formula with its numbers.

            Examples:
              attnbench plan --model llama-3.1-70b --context 1M --accelerator h100-sxm
              attnbench plan --model llama-4-scout --context 10_000_000 --kv-type fp8
              attnbench plan --model path/to/release --context 128K --batch 32 --json
              attnbench plan --layers 32 --kv-heads 8 --head-dimension 128 --context 128K
              attnbench plan --model llama-4-scout --context 10M --formula textbook
              attnbench plan --model llama-3.1-70b --context 128K --rag
            """)

    @OptionGroup(title: "Model") var model: PlanModelOptions

    @Option(
        help: ArgumentHelp(
            "Tokens of a sequence. (default: the context length that the model declares)", valueName: "size"),
        transform: tokenCount)
    var context: Int?

    @Option(
        help: ArgumentHelp("An accelerator in `attnbench list accelerators`.", valueName: "id"),
        completion: .accelerators)
    var accelerator = "h100-sxm"

    @Option(
        help: ArgumentHelp(
            "Number of accelerators. (default: the smallest usual server into which the model fits)", valueName: "n"))
    var count: Int?

    @Option(help: ArgumentHelp("Sequences that are generated at the same time.", valueName: "n"))
    var batch = 1

    @OptionGroup(title: "Storage") var storage: PlanStorageOptions

    @OptionGroup(title: "Prices and use") var use: PlanUseOptions

    @OptionGroup(title: "Context or retrieval") var retrieval: PlanRetrievalOptions

    @OptionGroup(title: "What to show") var display: PlanDisplayOptions

    @OptionGroup var outputOptions: OutputOptions

    func validate() throws {
        if !model.isGiven {
            throw ValidationError("give --model, such as --model llama-3.1-70b; `attnbench list models` shows them")
        }
        for (name, value) in [("context", context ?? 1), ("count", count ?? 1), ("batch", batch)] where value < 1 {
            throw ValidationError("--\(name) is \(value); it must be at least 1")
        }
        for (name, value) in [("count", count ?? 1), ("batch", batch)] where value > 1 << 20 {
            throw ValidationError("--\(name) goes up to 1M")
        }
        if let context, context > 1 << 30 { throw ValidationError("--context goes up to 1G") }
    }

    func run(on console: Console) throws -> Verdict {
        let prices = try use.prices.map { try PriceList(path: $0) } ?? .shipped
        let supply = try supply(prices: prices)
        let plan = try plan(on: supply)
        let retrieval = try self.retrieval.use.map { try ContextOrRetrieval(plan, $0, on: supply) }
        let measured = try measured(plan)
        let today = use.today ?? CatalogueDate(Date())
        var contents = PlanDocument.Contents()
        contents.sections = try display.sections()
        contents.formula = display.formula ?? .exact
        contents.conversation = display.conversation
        contents.measured = measured
        contents.retrieval = retrieval
        let document = PlanDocument.document(plan, prices: prices, contents, today: today)
        if let path = display.output {
            try write(document, figures: Figure.all(for: plan, retrieval: retrieval), to: path, on: console)
        }
        let width = console.width
        console.output(
            display.json
                ? try JSONText.of(
                    PlanSummary(
                        plan, cautions: PlanDocument.cautions(plan, today: today), measured: measured,
                        retrieval: retrieval))
                : display.markdown
                    ? MarkdownDocument.text(document) : TerminalDocument.text(document, width: width))
        return .done
    }

    private func write(_ document: Document, figures: [Figure], to path: String, on console: Console) throws {
        let directory = URL(fileURLWithPath: path)
        try ReportDirectory.requireNoResults(in: directory)
        let cautions = try DocumentDirectory(document, figures: figures).write(to: directory)
        if !outputOptions.quiet {
            console.caution(cautions)
            console.messages("Plan: \(path)/index.html\n")
        }
    }

    private func measured(_ plan: ServingPlan) throws -> MeasuredPlan? {
        guard let path = use.measured else { return nil }
        let machine = try MeasuredMachine(ScalingAnalysis(results: try ResultsFile.load(path)))
        return MeasuredPlan(
            KVCache(plan.model, type: plan.cache.type), context: plan.context, on: machine,
            dollarsPerHour: use.cpuPrice)
    }

    private func plan(on supply: ServingPlan.Supply) throws -> ServingPlan {
        var model = try model.model(context: context)
        if let type = try storage.weights { model = model.storing(weights: WeightStorage(type)) }
        return ServingPlan(
            KVCache(model, type: try storage.cache(of: model), allocation: try storage.allocation),
            context: context ?? model.declaredContext, batch: batch, on: supply)
    }

    private func supply(prices: PriceList) throws -> ServingPlan.Supply {
        let accelerator = try AcceleratorCatalogue.shipped.accelerator(named: accelerator)
        let onFile = prices.price(of: accelerator)
        let price = use.price == nil ? onFile : nil
        var deployment = Deployment(
            accelerator, count: 1, utilization: use.utilization(onFile), reserve: use.reserve,
            dollarsPerAcceleratorHour: use.price ?? price?.dollarsPerAcceleratorHour)
        deployment.cardMemory = use.cardMemory
        return ServingPlan.Supply(deployment, count: count, price: price)
    }
}
