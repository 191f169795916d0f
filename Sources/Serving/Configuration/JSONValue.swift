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
