import ArgumentParser
import Attention
import Foundation
import Reporting
import Serving

/// Which model: by name, by its release, or by its dimensions.
struct PlanModelOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A model in `attnbench list models`, its id on Hugging Face, the folder of a downloaded model, the path of a "
                + "config.json, or - for a config.json on standard input.", valueName: "id"),
        completion: .models)
    var model: String?

    @Option(
        name: .long,
        help: ArgumentHelp("Read the file as if it had this model_type.", valueName: "type"))
    var treatAs: String?

    @Option(name: .long, help: ArgumentHelp("Number of attention layers, if no --model is given.", valueName: "n"))
    var layers: Int?

    @Option(name: .long, help: ArgumentHelp("Key and value heads of each layer.", valueName: "n"))
    var kvHeads: Int?

    @Option(name: .long, help: ArgumentHelp("Elements of a head.", valueName: "n"))
    var headDimension: Int?

    @Option(name: .long, help: ArgumentHelp("Query heads. (default: as many as --kv-heads)", valueName: "n"))
    var heads: Int?

    @Option(name: .long, help: ArgumentHelp("Width of the model. (default: heads × dimension)", valueName: "n"))
    var hidden: Int?

    @Option(
        name: .long, help: ArgumentHelp("Inner width of the feed-forward layers. (default: 4 × hidden)", valueName: "n")
    )
    var feedForward: Int?

    @Option(name: .long, help: ArgumentHelp("Size of the vocabulary. (default: 128,000)", valueName: "n"))
    var vocabulary: Int?

    @Option(
        name: .long, help: ArgumentHelp("Window of every layer. (default: none)", valueName: "size"),
        transform: tokenCount)
    var window: Int?

    var isGiven: Bool { model != nil || layers != nil }

    func validate() throws {
        let others = [kvHeads, headDimension, heads, hidden, feedForward, vocabulary, window].compactMap { $0 }
        if model != nil, layers != nil || !others.isEmpty {
            throw ValidationError("give either --model, or --layers and the other dimensions")
        }
        if model == nil, treatAs != nil { throw ValidationError("--treat-as needs --model with a file") }
        try Self.requireKnown(type: treatAs)
        if layers == nil, !others.isEmpty { throw ValidationError("give --layers too, with the other dimensions") }
        if layers != nil, kvHeads == nil || headDimension == nil {
            throw ValidationError("--layers needs --kv-heads and --head-dimension too")
        }
    }

    /// - Throws: where `--treat-as` is given and is none of the types of which files are read.
    static func requireKnown(type: String?) throws {
        guard let type, !ModelSource.types.contains(type) else { return }
        throw ValidationError("--treat-as is \"\(type)\"; it is one of \(ModelSource.types.joined(separator: ", "))")
    }

    /// - Parameter context: what dimensions given by hand, and a file that declares none, are planned with.
    func model(context: Int?) throws -> Model {
        if let model {
            return try ModelSource(model, treatedAs: treatAs, context: context)
                .model(standardInput: { FileHandle.standardInput.readDataToEndOfFile() })
        }
        guard let layers, let kvHeads, let headDimension else {
            throw ValidationError("--layers needs --kv-heads and --head-dimension too")
        }
        var byHand = ModelByHand(layers: layers, keyValueHeads: kvHeads, headDimension: headDimension)
        byHand.queryHeads = heads
        byHand.hidden = hidden
        byHand.feedForward = feedForward
        byHand.vocabulary = vocabulary
        byHand.window = window
        return try byHand.model(context: context ?? 128 << 10)
    }
}

/// How caches and weights are stored.
struct PlanStorageOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "Type of cached keys and values, or two types as in q8_0/q4_0: \(StorageType.all.map(\.name).joined(separator: ", ")).",
            valueName: "type"), completion: .storageTypes)
    var kvType = "bf16"

    @Option(
        name: .long,
        help: ArgumentHelp("Type of the weights. (default: the type of the published model)", valueName: "type"),
        completion: .storageTypes)
    var weightType: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "How a serving engine allocates the cache: \(CacheAllocation.all.map(\.name).joined(separator: ", ")).",
            valueName: "engine"),
        completion: .list(CacheAllocation.all.map(\.name)))
    var cacheAllocation = "exact"

    @Option(
        name: .long,
        help: ArgumentHelp("Tokens in a page of the cache. (default: that of the engine)", valueName: "n"))
    var pageTokens: Int?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Tokens of one step, for which the cache of a window has additional room. (default: that of the engine)",
            valueName: "n"))
    var microBatch: Int?

    var allocation: CacheAllocation {
        get throws {
            guard let engine = CacheAllocation.all.first(where: { $0.name == cacheAllocation.lowercased() }) else {
                throw ValidationError(
                    "--cache-allocation is \"\(cacheAllocation)\"; it is one of "
                        + CacheAllocation.all.map(\.name).joined(separator: ", "))
            }
            return engine.with(pageTokens: pageTokens, stepTokens: microBatch)
        }
    }

    func validate() throws {
        _ = try allocation
        for (name, value) in [("page-tokens", pageTokens ?? 1), ("micro-batch", microBatch ?? 1)]
        where value < 1 || value > 1 << 20 {
            throw ValidationError("--\(name) is \(value); it goes from 1 to 1M")
        }
    }

    func cache(of model: Model) throws -> StorageType {
        guard let type = try StorageType.ofCache(kvType, in: model) else {
            throw ValidationError(
                "--kv-type is \(kvType), and \(model.name) caches one vector for keys and values together; give one type"
            )
        }
        return type
    }

    var weights: StorageType? { get throws { try weightType.map { try .named($0) } } }
}

/// Prices and utilisations: whatever is shipped is out of date.
struct PlanUseOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "Price of one accelerator for an hour. (default: the price in the catalogue)", valueName: "dollars"))
    var price: Double?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "A YAML list of {accelerator, accelerators, dollarsPerHour, date, mfu, mbu} that replaces the "
                + "prices in the catalogue.",
            valueName: "file"),
        completion: .file(extensions: ["yaml", "yml", "json"]))
    var prices: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Share of the peak FLOP/s that is reached in prefill. (default: that of the price file, else 0.5)",
            valueName: "share"))
    var mfu: Double?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Share of the memory bandwidth that is reached in decode. (default: that of the price file, else 0.7)",
            valueName: "share"))
    var mbu: Double?

    @Option(
        name: .long,
        help:
            "Memory of an accelerator: the decimal gigabytes that are sold, or the memory that a program finds (real).")
    var cardMemory = Deployment.CardMemory.sold

    @Option(
        name: .long,
        help: ArgumentHelp("Share of memory that stays free for activations and the runtime.", valueName: "share"))
    var reserve = 0.1

    @Option(
        name: .long,
        help: ArgumentHelp(
            "A results file of `attnbench run`: also plan for the machine that measured it.",
            valueName: "jsonl"),
        completion: .file(extensions: ["jsonl"]))
    var measured: String?

    @Option(
        name: .long, help: ArgumentHelp("Price of the measured machine for an hour.", valueName: "dollars"))
    var cpuPrice: Double?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Month from which the ages of prices are counted. (default: the current month)", valueName: "yyyy-mm"),
        transform: PlanUseOptions.date)
    var today: CatalogueDate?

    @Sendable private static func date(_ text: String) throws -> CatalogueDate {
        guard let date = CatalogueDate(text) else { throw PriceError.notADate(text: text) }
        return date
    }

    func utilization(_ price: Price?) -> Deployment.Utilization {
        let usual = Deployment.Utilization()
        return Deployment.Utilization(
            compute: mfu ?? price?.mfu ?? usual.compute, bandwidth: mbu ?? price?.mbu ?? usual.bandwidth)
    }

    func validate() throws {
        for (name, value) in [("mfu", mfu), ("mbu", mbu)] {
            guard let value, !(value > 0 && value <= 1) else { continue }
            throw ValidationError("--\(name) is \(value); it is a share above 0 and up to 1")
        }
        if !(reserve >= 0 && reserve < 1) {
            throw ValidationError("--reserve is \(reserve); it is a share from 0 to below 1")
        }
        for (name, value) in [("price", price), ("cpu-price", cpuPrice)] {
            if let value, !(value > 0 && value.isFinite) {
                throw ValidationError("--\(name) is \(value); it must be above 0")
            }
        }
        if cpuPrice != nil, measured == nil { throw ValidationError("--cpu-price needs --measured") }
    }
}

/// What is printed, and how.
struct PlanDisplayOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "Parts, separated by commas: \(PlanDocument.Section.allCases.map(\.rawValue).joined(separator: ", ")), "
                + "or all. (default: \(PlanDocument.Section.usual.map(\.rawValue).joined(separator: ",")))",
            valueName: "parts"))
    var show: String?

    @Option(name: .long, help: "Also count the cache with another formula, and explain the difference.")
    var formula: KVCache.Formula?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "A chat for the part \"conversation\": TURNSxUSER+ANSWER, in tokens.", valueName: "100x500+500"),
        transform: PlanDisplayOptions.conversation)
    var conversation = Conversation(turns: 100, userTokens: 500, answerTokens: 500)

    @Flag(name: .long, help: "Show how many sequences an engine can serve at once, counted as vLLM does.")
    var concurrency = false

    @Flag(name: .long, help: "Show each formula with its numbers.")
    var explain = false

    @Flag(name: .long, help: "Print the figures as JSON: bytes, seconds, FLOPs, dollars.")
    var json = false

    @Flag(name: .long, help: "Print Markdown.")
    var markdown = false

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Also write index.html, README.md and figures with their data into this directory.", valueName: "directory"),
        completion: .directory)
    var output: String?

    func sections() throws -> [PlanDocument.Section] {
        let all = PlanDocument.Section.allCases
        var sections = PlanDocument.Section.usual
        if show == "all" { sections = all }
        if let show, show != "all" {
            sections = try show.split(separator: ",").map { name in
                guard let section = PlanDocument.Section(rawValue: String(name)) else {
                    throw UnknownName(
                        String(name), isNot: "a part of a plan",
                        known: PlanDocument.Section.allCases.map(\.rawValue) + ["all"])
                }
                return section
            }
        }
        if formula != nil, !sections.contains(.formulas) { sections.insert(.formulas, at: min(1, sections.count)) }
        if concurrency, !sections.contains(.concurrency) { sections.append(.concurrency) }
        if explain, !sections.contains(.explain) { sections.append(.explain) }
        return sections
    }

    @Sendable private static func conversation(_ text: String) throws -> Conversation {
        let parts = text.split(whereSeparator: { "x+".contains($0) }).map { Int($0) }
        guard parts.count == 3, let turns = parts[0], let user = parts[1], let answer = parts[2],
            turns >= 1, user >= 1, answer >= 0
        else { throw ValidationError("write the turns, the user's tokens and the answer's tokens like 100x500+500") }
        let most = 1 << 24
        guard turns <= 10_000, user <= most, answer <= most, turns * (user + answer) <= most else {
            throw ValidationError("a conversation can have at most 10_000 turns and 16M tokens")
        }
        return Conversation(turns: turns, userTokens: user, answerTokens: answer)
    }
}

extension KVCache.Formula: ExpressibleByArgument {}
extension Deployment.CardMemory: ExpressibleByArgument {}
