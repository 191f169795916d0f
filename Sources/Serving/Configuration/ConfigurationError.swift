import Faults
import Files

/// Why a configuration cannot be planned with.
public enum ConfigurationError: Fault, Equatable {
    case unreadable(UnreadableFile)
    case notJSON(file: String, line: Int, column: Int, reason: String)
    case notAnObject(file: String)
    case unknownType(file: String, name: String)
    /// A model that is known and that a plan of a decoder does not describe.
    case notADecoder(file: String, name: String, reason: String)
    case missing(file: String, field: String, type: String?)
    case wrongValue(file: String, field: String, value: String, expected: String)
    /// The file says a field under a name that its type does not have, and says it under no other.
    case nameOfAnotherType(file: String, name: String, value: String, field: String, type: String, types: [String])

    public var exitStatus: ExitStatus { .usage }

    public var description: String {
        switch self {
        case .unreadable(let file):
            return
                "\(file.path): \(file.reason); give the path of a Hugging Face config.json, or of the folder that contains it"
        case .notJSON(let file, let line, let column, let reason):
            return "\(file): not JSON at line \(line), column \(column): \(reason)"
        case .notAnObject(let file):
            return "\(file): not a JSON object; give the path of a Hugging Face config.json"
        case .unknownType(let file, let name):
            return
                "\(file): model_type \"\(name)\" is not known, and a similar name would be a guess. If you know that "
                + "its layers are those of a known type, give --treat-as, such as --treat-as llama; else give its "
                + "dimensions, such as --layers 32 --hidden 4096 --heads 32 --kv-heads 8 --head-dimension 128"
        case .notADecoder(let file, let name, let reason):
            return "\(file): \"\(name)\" \(reason)"
        case .missing(let file, let field, let type):
            let whose = type.map { ", and the class of \"\($0)\" has no default for it" } ?? ""
            return "\(file): \(field) is missing\(whose)"
        case .wrongValue(let file, let field, let value, let expected):
            return "\(file): \(field) is \(value); it must be \(expected)"
        case .nameOfAnotherType(let file, let name, let value, let field, let type, let types):
            return
                "\(file): \(name) is \(value), but the class of \"\(type)\" reads \(field), which is missing, and would "
                + "ignore \(name). If the layers are those of a type that reads \(name), give --treat-as with "
                + types.joined(separator: " or ")
        }
    }
}
