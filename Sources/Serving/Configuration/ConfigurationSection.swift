import Foundation

/// One object of a configuration, read field by field.
///
/// Absent and null differ: a field that is absent has the default of the model's class, and null is what the file says.
/// Fields are asked for by the names that most classes use; a class that calls them otherwise says so in its row.
struct ConfigurationSection {
    /// Name for messages.
    let file: String
    private let fields: [String: JSONValue]
    private let type: ModelType
    private let seen = FieldsSeen()

    init(file: String, fields: [String: JSONValue], type: ModelType) {
        self.file = file
        self.fields = fields
        self.type = type
    }

    /// What the file says, else what the class takes; nil where neither says anything.
    func value(_ field: String) -> JSONValue? { stated(field) ?? type.defaults[field] }

    /// What the file says, under the first name that says something; null where names are given that all say nothing.
    func stated(_ field: String) -> JSONValue? {
        let names = type.names(of: field)
        seen.insert(names)
        let given = names.compactMap { Self.value(at: $0.split(separator: ".")[...], in: fields) }
        return given.first { !$0.isNull } ?? given.first
    }

    /// Fields that say nothing here, because another field has said it.
    func settled(_ fields: [String]) { seen.insert(fields.flatMap(type.names)) }

    /// Names in the file that say something, that nobody has asked for, and that may have to do with layers.
    var unread: [String] {
        fields.filter { name, value in
            value.saysSomething && !seen.contains(name) && !KnownFields.changesNothing(name)
        }.keys.sorted()
    }

    /// "attn_config.kv_n_heads" is a field within a field.
    private static func value(at path: ArraySlice<Substring>, in fields: [String: JSONValue]) -> JSONValue? {
        guard let first = path.first, let value = fields[String(first)] else { return nil }
        guard path.count > 1 else { return value }
        guard case .object(let inner) = value else { return nil }
        return Self.value(at: path.dropFirst(), in: inner)
    }

    var typeName: String { type.name }

    /// Neither absent nor null.
    func has(_ field: String) -> Bool { value(field).map { !$0.isNull } ?? false }

    /// Larger numbers than any model has would overflow what is computed from them.
    static let largest = 1 << 24

    func integer(
        _ field: String, minimum: Int = 1, maximum: Int = Self.largest
    ) throws(ConfigurationError) -> Int {
        guard let integer = try optionalInteger(field, minimum: minimum, maximum: maximum) else {
            throw .missing(file: file, field: field, type: type.name)
        }
        return integer
    }

    /// Nil where the field is absent without a default, or null. A list whose numbers are all equal is that number: some
    /// classes give one for each layer.
    func optionalInteger(
        _ field: String, minimum: Int = 1, maximum: Int = Self.largest
    ) throws(ConfigurationError) -> Int? {
        guard var value = value(field), !value.isNull else { return nil }
        if case .array(let items) = value, let first = items.first, items.allSatisfy({ $0 == first }) { value = first }
        guard case .number(let number) = value, let whole = Int(exactly: number), (minimum...maximum) ~= whole
        else {
            throw wrong(field, expected: "a whole number from \(minimum) to \(maximum)")
        }
        return whole
    }

    /// Of the first of these fields that says something.
    func optionalInteger(
        ofFirst fields: [String], minimum: Int = 1
    ) throws(ConfigurationError) -> Int? {
        guard let field = fields.first(where: has) else { return nil }
        return try optionalInteger(field, minimum: minimum)
    }

    func flag(_ field: String) throws(ConfigurationError) -> Bool {
        switch value(field) {
        case nil, .null: return false
        case .boolean(let flag): return flag
        default: throw wrong(field, expected: "true or false")
        }
    }

    func number(_ field: String) throws(ConfigurationError) -> Double? {
        switch value(field) {
        case nil, .null: return nil
        case .number(let number) where number.isFinite: return number
        default: throw wrong(field, expected: "a number")
        }
    }

    func text(_ field: String) throws(ConfigurationError) -> String? {
        switch value(field) {
        case nil, .null: return nil
        case .string(let text): return text
        default: throw wrong(field, expected: "a name")
        }
    }

    /// Nil where the field is absent or null. Some files write a list as a text, "3,4,5".
    func integers(_ field: String) throws(ConfigurationError) -> [Int]? {
        if case .string(let text)? = value(field) {
            let numbers = text.split(separator: ",").map { Int($0.trimmingCharacters(in: .whitespaces)) }
            guard !numbers.contains(nil) else { throw wrong(field, expected: "a list of whole numbers") }
            return numbers.compactMap(\.self)
        }
        guard let items = try list(field) else { return nil }
        return try items.map { item throws(ConfigurationError) in
            guard case .number(let number) = item, let whole = Int(exactly: number) else {
                throw wrong(field, expected: "a list of whole numbers")
            }
            return whole
        }
    }

    /// Nil where the field is absent or null.
    func texts(_ field: String) throws(ConfigurationError) -> [String]? {
        guard let items = try list(field) else { return nil }
        return try items.map { item throws(ConfigurationError) in
            guard case .string(let text) = item else { throw wrong(field, expected: "a list of names") }
            return text
        }
    }

    /// Of the first of these fields that says something; empty where none does.
    func texts(ofFirst fields: [String]) throws(ConfigurationError) -> [String] {
        guard let field = fields.first(where: has) else { return [] }
        return try texts(field) ?? []
    }

    private func list(_ field: String) throws(ConfigurationError) -> [JSONValue]? {
        switch value(field) {
        case nil, .null: return nil
        case .array(let items): return items
        default: throw wrong(field, expected: "a list")
        }
    }

    /// A section within this one; nil where the field is absent, null, or no object.
    func section(_ field: String) -> ConfigurationSection? {
        guard case .object(let fields)? = value(field) else { return nil }
        return ConfigurationSection(file: file, fields: fields, type: .bare(named: "\(type.name).\(field)"))
    }

    var names: Dictionary<String, JSONValue>.Keys { fields.keys }

    func wrong(_ field: String, expected: String) -> ConfigurationError {
        .wrongValue(file: file, field: field, value: value(field)?.shown ?? "absent", expected: expected)
    }
}
