import Foundation
import Yams

/// A `model_type` of Hugging Face: how its class names its fields, what it takes where a file is silent, and how its layers
/// follow from them. One row of `Catalogue/model-types.yaml`.
struct ModelType: Sendable {
    /// How the layers of a class differ from one another.
    enum LayerRule: String, Sendable, Decodable {
        /// All attend to everything.
        case full
        /// All have the window, where there is one.
        case window
        /// Those from `max_window_layers` on have the window, where `use_sliding_window` says so.
        case late
        /// Every `sliding_window_pattern`-th attends to everything, the others to their window.
        case pattern
        /// The first of every `sliding_window_pattern` attends to everything, the others to their window.
        case firstOfPattern
        /// Those without rotary positions attend to everything, the others within their chunk.
        case chunks
        /// Every `full_attention_interval`-th attends, the others are recurrent.
        case interval
        /// Those at `attn_layer_offset` of each `attn_layer_period` attend, the others are recurrent.
        case period
        /// Those listed attend, the others are recurrent.
        case listed
        /// One letter for each: M recurrent, * attention, - feed-forward, E experts.
        case letters
        /// The file has to name the kind of each.
        case named
        /// All attend and are recurrent side by side.
        case parallel
    }

    enum RecurrenceKind: String, Sendable, Decodable {
        case mamba, mamba2, gatedDelta, kimiDelta, lightning, shortConvolution
    }

    let name: String
    let keys: [String: [String]]
    let defaults: [String: JSONValue]
    let layers: LayerRule
    let recurrence: RecurrenceKind?
    /// The feed-forward half has three matrices, not two.
    let isGated: Bool
    /// The type of the language model inside, where the file does not say it.
    let text: String?
    /// Why a plan cannot be made; nil for decoders.
    let refusal: String?
    let source: String

    /// The names under which a file may say a field. A class that prefers another name lists the usual one after it.
    func names(of field: String) -> [String] {
        let others = keys[field] ?? []
        return others.contains(field) ? others : [field] + others
    }

    /// A section of its own without defaults.
    static func bare(named name: String) -> ModelType {
        ModelType(
            name: name, keys: [:], defaults: [:], layers: .full, recurrence: nil, isGated: true, text: nil,
            refusal: nil, source: "")
    }
}

/// The types that the tool knows.
struct ModelTypes: Sendable {
    private let types: [String: ModelType]

    static let shipped = ModelTypes(trusted: PackageResources.model_types_yaml)

    private init(trusted bytes: [UInt8]) {
        do {
            let rows = try YAMLDecoder().decode([Row].self, from: Data(bytes))
            types = Dictionary(
                rows.flatMap { row in ([row.type] + (row.aliases ?? [])).map { ($0, row.modelType(named: $0)) } },
                uniquingKeysWith: { first, second in preconditionFailure("\(first.name) has two rows: \(second.source)")
                })
        } catch {
            preconditionFailure("Catalogue/model-types.yaml: \(error)")
        }
    }

    func type(named name: String) -> ModelType? { types[name] }

    /// Other names of a field, with the types that have them.
    func otherNames(of field: String) -> [String: [String]] {
        all.reduce(into: [:]) { names, type in
            for name in type.keys[field] ?? [] where !name.contains(".") { names[name, default: []].append(type.name) }
        }
    }

    var all: [ModelType] { types.values.sorted { $0.name < $1.name } }

    /// What `--treat-as` takes.
    var decoderNames: [String] { all.filter { $0.refusal == nil && $0.text == nil }.map(\.name) }
}

/// One entry of the file, as written.
private struct Row: Decodable {
    let type: String
    let aliases: [String]?
    let source: String
    let defaults: [String: JSONValue]?
    let keys: [String: [String]]?
    let layers: ModelType.LayerRule?
    let recurrence: ModelType.RecurrenceKind?
    let gated: Bool?
    let text: String?
    let refused: String?

    func modelType(named name: String) -> ModelType {
        ModelType(
            name: name, keys: keys ?? [:], defaults: defaults ?? [:], layers: layers ?? .full, recurrence: recurrence,
            isGated: gated ?? true, text: text, refusal: refused, source: source)
    }
}

extension JSONValue: Decodable {
    /// From YAML, which has the same values under other spellings.
    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .null
        } else if let flag = try? value.decode(Bool.self) {
            self = .boolean(flag)
        } else if let number = try? value.decode(Double.self) {
            self = .number(number)
        } else if let string = try? value.decode(String.self) {
            self = .string(string)
        } else if let array = try? value.decode([JSONValue].self) {
            self = .array(array)
        } else {
            self = .object(try value.decode([String: JSONValue].self))
        }
    }
}
