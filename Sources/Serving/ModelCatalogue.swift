import Attention
import Faults
import Foundation
import Yams

/// The models that the tool knows by name.
public struct ModelCatalogue: Sendable {
    public let models: [Model]
    /// Ids on Hugging Face, in lower case, with the id of the entry.
    private let hubIDs: [String: String]

    /// The catalogue that the binary carries.
    public static let shipped = ModelCatalogue(
        trusted: PackageResources.models_yaml, releases: PackageResources.releases_yaml)

    private init(trusted bytes: [UInt8], releases: [UInt8]) {
        do {
            let entries = try YAMLDecoder().decode([ModelEntry].self, from: Data(bytes))
            let releases = try YAMLDecoder().decode([ReleaseEntry].self, from: Data(releases))
            models = try entries.map { try $0.model } + releases.map { try $0.model }
            let hubs = entries.map { ($0.id, $0.hub) } + releases.map { ($0.id, $0.hub) }
            hubIDs = Dictionary(
                hubs.flatMap { id, hub in (hub ?? []).map { ($0.lowercased(), id) } },
                uniquingKeysWith: { first, _ in first })
        } catch {
            preconditionFailure("Catalogue/models.yaml or releases.yaml: \(error)")
        }
    }

    /// Punctuation does not count: "llama3.1-70b" finds llama-3.1-70b.
    public func model(named name: String) throws(CatalogueError) -> Model {
        let typed = Self.lettersAndDigits(name)
        guard let model = models.first(where: { Self.lettersAndDigits($0.id) == typed }) else {
            throw CatalogueError(kind: "model", name: name, known: models.map(\.id))
        }
        return model
    }

    /// By an id such as "meta-llama/Llama-3.1-8B"; nil where no entry has it.
    public func model(onHub id: String) -> Model? {
        hubIDs[id.lowercased()].flatMap { known in models.first { $0.id == known } }
    }

    static func lettersAndDigits(_ name: String) -> String {
        name.lowercased().filter { $0.isLetter || $0.isNumber }
    }
}

public struct CatalogueError: Fault, Equatable {
    /// "model" or "accelerator".
    public let kind: String
    public let name: String
    public let known: [String]

    public var exitStatus: ExitStatus { .usage }

    public var description: String {
        let hint = NearestName.question(for: name, among: known).map { $0 + " " } ?? ""
        let remedy =
            switch kind {
            case "model":
                "`attnbench list models` shows them; the folder of a downloaded model or its config.json can be given too"
            default: "`attnbench list \(kind)s` shows them"
            }
        return "\"\(name)\" is not \(kind == "model" ? "a" : "an") \(kind); \(hint)\(remedy)"
    }
}

/// One entry of `Catalogue/models.yaml`, as written.
private struct ModelEntry: Decodable {
    struct AttentionEntry: Decodable {
        let queryHeads: Int
        let keyValueHeads: Int?
        let headDimension: Int?
        let queryRank: Int?
        let keyValueRank: Int?
        let unrotatedDimension: Int?
        let rotatedDimension: Int?
        let valueDimension: Int?
    }

    struct ExpertsEntry: Decodable {
        let count: Int
        let active: Int
        let shared: Int
        let width: Int
        let everyNth: Int?
        let denseFirst: Int?
        let denseWidth: Int?
    }

    struct PublishedEntry: Decodable {
        let parameters: Double
        let active: Double?
        let vision: Double?
    }

    let id: String
    let name: String
    let layers: Int
    let hidden: Int
    let vocabulary: Int
    let tiedEmbeddings: Bool
    let attention: AttentionEntry
    let pattern: String?
    let window: Int?
    let chunk: Int?
    let feedForward: Int?
    let experts: ExpertsEntry?
    let context: Int
    let published: PublishedEntry
    let weights: [String: JSONValue]?
    let hub: [String]?
    let sources: [String]
    let notes: [String]?

    var model: Model {
        get throws {
            let dimensions = try dimensions
            var release = Model.Release(context: DeclaredContext(tokens: context))
            release.published = Model.Published(
                parameters: published.parameters, activeParameters: published.active,
                visionParameters: published.vision ?? 0)
            if let weights { release.weights = try storage(weights) }
            release.sources = sources
            release.notes = notes ?? []
            return Model(
                id: id, name: name,
                architecture: Architecture(
                    hidden: hidden, vocabulary: Architecture.Vocabulary(size: vocabulary, isTied: tiedEmbeddings),
                    layers: try (0..<layers).map {
                        DecoderLayer(
                            attention: AttentionLayer(dimensions, mask: try mask(of: $0)),
                            feedForward: try feedForward(of: $0))
                    }),
                release: release)
        }
    }

    /// As the release's own configuration says it.
    private func storage(_ fields: [String: JSONValue]) throws -> WeightStorage {
        let section = ConfigurationSection(file: id, fields: fields, type: .bare(named: "weights"))
        guard let name = try section.text("quant_method"), let scheme = WeightScheme.named(name) else {
            throw EntryError("\(id): weights need a quant_method that is known")
        }
        return try scheme.storage(section, WeightFormat(.bf16))
    }

    private var dimensions: AttentionDimensions {
        get throws {
            if let rank = attention.keyValueRank {
                return .latent(
                    AttentionDimensions.Latent(
                        queryHeads: attention.queryHeads, queryRank: attention.queryRank, keyValueRank: rank,
                        unrotatedDimension: try present(attention.unrotatedDimension, "unrotatedDimension"),
                        rotatedDimension: try present(attention.rotatedDimension, "rotatedDimension"),
                        valueDimension: try present(attention.valueDimension, "valueDimension")))
            }
            return .grouped(
                queryHeads: attention.queryHeads,
                keyValueHeads: try present(attention.keyValueHeads, "keyValueHeads"),
                headDimension: try present(attention.headDimension, "headDimension"))
        }
    }

    private func mask(of layer: Int) throws -> Mask {
        let letters = Array(pattern ?? "F")
        return switch letters[layer % letters.count] {
        case "F": .causal
        case "W": .slidingWindow(try present(window, "window"))
        case "C": .chunkedLocal(try present(chunk, "chunk"))
        default: throw EntryError("\(id): pattern \"\(pattern ?? "")\" may hold F, W and C only")
        }
    }

    private func feedForward(of layer: Int) throws -> FeedForward {
        guard let experts else { return .dense(width: try present(feedForward, "feedForward")) }
        let nth = experts.everyNth ?? 1
        guard (layer + 1).isMultiple(of: nth), layer >= experts.denseFirst ?? 0 else {
            return .dense(width: try present(experts.denseWidth, "denseWidth"))
        }
        return .experts(
            FeedForward.Experts(
                count: experts.count, active: experts.active, shared: experts.shared, width: experts.width))
    }

    private func present<Value>(_ value: Value?, _ field: String) throws -> Value {
        guard let value else { throw EntryError("\(id) needs \(field)") }
        return value
    }
}

private struct EntryError: Fault {
    var exitStatus: ExitStatus { .internalFailure }

    let description: String

    init(_ description: String) { self.description = description }
}

/// One entry of `Catalogue/releases.yaml`: the fields of a release's own configuration, read like a file.
struct ReleaseEntry: Decodable {
    struct PublishedEntry: Decodable {
        let parameters: Double
        let active: Double?
    }

    let id: String
    let name: String
    let hub: [String]?
    let published: PublishedEntry
    let configuration: [String: JSONValue]
    let sources: [String]
    let notes: [String]?

    var model: Model {
        get throws(ConfigurationError) {
            let (architecture, inFile) = try Model.read(ConfigurationFile(fields: configuration, from: id))
            var release = inFile
            release.published = Model.Published(
                parameters: published.parameters, activeParameters: published.active)
            release.sources = sources
            release.notes = notes ?? []
            return Model(id: id, name: name, architecture: architecture, release: release)
        }
    }
}
