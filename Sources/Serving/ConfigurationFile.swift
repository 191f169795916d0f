import Attention
import Faults
import Foundation

/// A Hugging Face `config.json`, read field by field. Multimodal releases keep the language model in `text_config`.
struct ConfigurationFile {
    /// Name for messages.
    let file: String
    let architecture: String
    private let fields: [String: JSONValue]

    init(json: Data, from file: String) throws(ConfigurationError) {
        guard let value = try? JSONDecoder().decode(JSONValue.self, from: json), case .object(let outer) = value else {
            throw .notJSON(file: file)
        }
        var fields = outer
        if case .object(let text)? = outer["text_config"] {
            // Quantisation is declared outside for the whole checkpoint.
            fields = text.merging(outer.filter { $0.key == "quantization_config" }) { inner, _ in inner }
        }
        guard case .string(let architecture)? = fields["model_type"] ?? outer["model_type"] else {
            throw .missing(file: file, field: "model_type", architecture: nil)
        }
        self.file = file
        self.architecture = architecture
        self.fields = fields
    }

    /// Absent and null are the same: neither says anything.
    func has(_ field: String) -> Bool { fields[field].map { $0 != .null } ?? false }

    /// Larger numbers than any model has would overflow what is computed from them.
    static let largest = 1 << 30

    func integer(
        _ field: String, default fallback: Int? = nil, minimum: Int = 1
    ) throws(ConfigurationError) -> Int {
        guard has(field), let value = fields[field] else {
            guard let fallback else { throw .missing(file: file, field: field, architecture: architecture) }
            return fallback
        }
        guard case .number(let number) = value, let whole = Int(exactly: number), (minimum...Self.largest) ~= whole
        else {
            throw .wrongValue(file: file, field: field, expected: "a whole number of at least \(minimum)")
        }
        return whole
    }

    func flag(_ field: String, default fallback: Bool) throws(ConfigurationError) -> Bool {
        guard has(field), let value = fields[field] else { return fallback }
        guard case .boolean(let flag) = value else {
            throw .wrongValue(file: file, field: field, expected: "true or false")
        }
        return flag
    }

    /// Nil where the field is absent or null.
    func integers(_ field: String) throws(ConfigurationError) -> [Int]? {
        guard has(field), let value = fields[field] else { return nil }
        guard case .array(let items) = value else {
            throw .wrongValue(file: file, field: field, expected: "a list of whole numbers")
        }
        var integers: [Int] = []
        for item in items {
            guard case .number(let number) = item, let whole = Int(exactly: number) else {
                throw .wrongValue(file: file, field: field, expected: "a list of whole numbers")
            }
            integers.append(whole)
        }
        return integers
    }

    /// Nil where the field is absent or null.
    func strings(_ field: String) throws(ConfigurationError) -> [String]? {
        guard has(field), let value = fields[field] else { return nil }
        guard case .array(let items) = value else {
            throw .wrongValue(file: file, field: field, expected: "a list of names")
        }
        var strings: [String] = []
        for item in items {
            guard case .string(let string) = item else {
                throw .wrongValue(file: file, field: field, expected: "a list of names")
            }
            strings.append(string)
        }
        return strings
    }

    /// `quant_method` of `quantization_config`, where there is one.
    var quantizationMethod: String? {
        guard case .object(let quantization)? = fields["quantization_config"],
            case .string(let method)? = quantization["quant_method"]
        else { return nil }
        return method
    }
}

public enum ConfigurationError: Fault, Equatable {
    case unreadable(file: String)
    case notJSON(file: String)
    case unknownArchitecture(file: String, name: String)
    case missing(file: String, field: String, architecture: String?)
    case wrongValue(file: String, field: String, expected: String)

    public var exitStatus: ExitStatus { .usage }

    public var description: String {
        switch self {
        case .unreadable(let file):
            return "\(file): no such file; give the path of a Hugging Face config.json"
        case .notJSON(let file):
            return "\(file): not a JSON object; give the path of a Hugging Face config.json"
        case .unknownArchitecture(let file, let name):
            let known = HuggingFaceArchitecture.allCases.map(\.rawValue)
            return "\(file): model_type \"\(name)\" is not known; \(NearestName.remedy(for: name, among: known))"
        case .missing(let file, let field, let architecture):
            let whose = architecture.map { ", which a \($0) model needs" } ?? ""
            return "\(file): \(field) is missing\(whose)"
        case .wrongValue(let file, let field, let expected):
            return "\(file): \(field) must be \(expected)"
        }
    }
}

/// Any JSON.
enum JSONValue: Decodable, Equatable {
    case null
    case boolean(Bool)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

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
