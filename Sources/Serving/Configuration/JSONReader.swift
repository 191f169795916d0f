import Faults

/// Reads JSON as Python's `json` does, because Python wrote the files: Infinity and NaN are accepted, the last of several
/// equal keys wins. Anything else that is not JSON is refused at its line and column.
///
/// Foundation's decoder takes the first of equal keys in silence, refuses Infinity, and says no place (see the decision
/// record on configurations).
struct JSONReader {
    struct SyntaxError: Fault, Equatable {
        let line: Int
        let column: Int
        let reason: String

        var description: String { "not JSON at line \(line), column \(column): \(reason)" }
        var exitStatus: ExitStatus { .usage }
    }

    /// Keys that occur more than once in their object, in order.
    private(set) var duplicateKeys: [String] = []
    private let bytes: [UInt8]
    private var position = 0
    private var depth = 0

    /// Far beyond any real file, and well within the stack.
    private static let deepest = 100

    /// A byte order mark at the start is skipped.
    init(_ bytes: some Sequence<UInt8>) {
        let bytes = Array(bytes)
        self.bytes = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
    }

    mutating func read() throws(SyntaxError) -> JSONValue {
        let value = try value()
        skipSpace()
        guard position == bytes.count else { throw fault("something follows the end of the value") }
        return value
    }

    private mutating func value() throws(SyntaxError) -> JSONValue {
        skipSpace()
        guard position < bytes.count else { throw fault("the text ends where a value should stand") }
        switch bytes[position] {
        case UInt8(ascii: "{"): return try nested { reader throws(SyntaxError) in .object(try reader.members()) }
        case UInt8(ascii: "["): return try nested { reader throws(SyntaxError) in .array(try reader.elements()) }
        case UInt8(ascii: "\""): return .string(try string())
        default:
            guard !startsComment else { throw fault(Self.commentReason) }
            return try word()
        }
    }

    private mutating func nested(
        _ read: (inout JSONReader) throws(SyntaxError) -> JSONValue
    ) throws(SyntaxError) -> JSONValue {
        guard depth < Self.deepest else { throw fault("lists and objects are nested more than \(Self.deepest) deep") }
        depth += 1
        position += 1
        let value = try read(&self)
        depth -= 1
        return value
    }

    private mutating func members() throws(SyntaxError) -> [String: JSONValue] {
        var members: [String: JSONValue] = [:]
        if takes("}") { return members }
        repeat {
            skipSpace()
            guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
                throw fault(startsComment ? Self.commentReason : "a key in quotation marks should stand here")
            }
            let key = try string()
            guard takes(":") else { throw fault("a colon should follow the key \"\(key)\"") }
            if members.updateValue(try value(), forKey: key) != nil { duplicateKeys.append(key) }
        } while takes(",")
        guard takes("}") else { throw fault("a comma or } should stand here") }
        return members
    }

    private mutating func elements() throws(SyntaxError) -> [JSONValue] {
        var elements: [JSONValue] = []
        if takes("]") { return elements }
        repeat { elements.append(try value()) } while takes(",")
        guard takes("]") else { throw fault("a comma or ] should stand here") }
        return elements
    }

    private mutating func string() throws(SyntaxError) -> String {
        position += 1
        var units: [UInt8] = []
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let text = String(validating: units, as: UTF8.self) else { throw fault("this is not UTF-8") }
                return text
            case UInt8(ascii: "\\"): units += Array(try escaped().utf8)
            case ..<0x20: throw fault("a line ends inside a string")
            default: units.append(byte)
            }
        }
        throw fault("the text ends inside a string")
    }

    private mutating func escaped() throws(SyntaxError) -> String {
        guard position < bytes.count else { throw fault("the text ends inside a string") }
        let letter = bytes[position]
        position += 1
        switch letter {
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return String(UnicodeScalar(letter))
        case UInt8(ascii: "u"): return try scalar()
        default: throw fault("\\\(UnicodeScalar(letter)) is no escape")
        }
    }

    /// Two halves of a pair make one character; a half alone is the replacement character.
    private mutating func scalar() throws(SyntaxError) -> String {
        let first = try fourDigits()
        if (0xD800..<0xDC00).contains(first), bytes[position...].starts(with: Array("\\u".utf8)) {
            position += 2
            return String(decoding: [UInt16(first), UInt16(try fourDigits())], as: UTF16.self)
        }
        return String(decoding: [UInt16(first)], as: UTF16.self)
    }

    private mutating func fourDigits() throws(SyntaxError) -> Int {
        let digits = String(decoding: bytes[position...].prefix(4), as: UTF8.self)
        guard digits.count == 4, digits.allSatisfy(\.isHexDigit), let value = Int(digits, radix: 16) else {
            throw fault("\\u needs four hexadecimal digits")
        }
        position += 4
        return value
    }

    private mutating func word() throws(SyntaxError) -> JSONValue {
        let end = bytes[position...].firstIndex { " \t\r\n,:]}[{\"/#".utf8.contains($0) } ?? bytes.count
        let word = String(decoding: bytes[position..<end], as: UTF8.self)
        let value: JSONValue? =
            switch word {
            case "null": .null
            case "true": .boolean(true)
            case "false": .boolean(false)
            case "NaN": .number(.nan)
            case "Infinity": .number(.infinity)
            case "-Infinity": .number(-.infinity)
            default:
                word.wholeMatch(of: /-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?/) == nil
                    ? nil : Double(word).map(JSONValue.number)
            }
        guard let value else { throw fault("\"\(word.prefix(20))\" is no JSON value") }
        position = end
        return value
    }

    private static let commentReason = "comments are not JSON"

    private var startsComment: Bool { position < bytes.count && "/#".utf8.contains(bytes[position]) }

    private mutating func skipSpace() {
        while position < bytes.count, " \t\r\n".utf8.contains(bytes[position]) { position += 1 }
    }

    private mutating func takes(_ mark: Character) -> Bool {
        skipSpace()
        guard position < bytes.count, bytes[position] == mark.asciiValue else { return false }
        position += 1
        return true
    }

    private func fault(_ reason: String) -> SyntaxError {
        let before = bytes[..<min(position, bytes.count)]
        let line = before.reduce(1) { $1 == UInt8(ascii: "\n") ? $0 + 1 : $0 }
        let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        let column = String(decoding: before[start...], as: UTF8.self).count + 1
        return SyntaxError(line: line, column: column, reason: reason)
    }
}

/// Any JSON, numbers as Python's `json` writes them: Infinity and NaN are numbers.
enum JSONValue: Sendable, Hashable {
    case null
    case boolean(Bool)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    var isNull: Bool { self == .null }

    /// False for null, false, 0, and what is empty: values with which a field switches nothing on.
    var saysSomething: Bool {
        switch self {
        case .null, .boolean(false), .number(0), .string(""), .array([]), .object([:]): false
        default: true
        }
    }

    /// How a message shows it: containers by their kind only.
    var shown: String {
        switch self {
        case .null: "null"
        case .boolean(let flag): flag ? "true" : "false"
        case .number(let number): Int(exactly: number).map(String.init) ?? "\(number)"
        case .string(let text): "\"\(text)\""
        case .array: "a list"
        case .object: "an object"
        }
    }
}
