import Foundation

/// Values as the lines of the protocol.
enum WireLine {
    static func data(_ value: some Encodable) -> Data {
        let encoder = JSONEncoder()
        // Paths stay readable, and a recorded transcript stays the same.
        encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
        do { return try encoder.encode(value) + [UInt8(ascii: "\n")] } catch {
            preconditionFailure("a message has no JSON: \(error)")
        }
    }

    /// Nil where the line does not hold such a value.
    static func value<Value: Decodable>(_ type: Value.Type, in line: String) -> Value? {
        try? JSONDecoder().decode(type, from: Data(line.utf8))
    }

    /// A line of a stranger's, for a message: at most 200 characters, control characters shown.
    static func quoted(_ line: String) -> String {
        let shown = line.unicodeScalars.prefix(200).map { scalar in
            scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value)
                ? "\\u{\(String(scalar.value, radix: 16))}" : String(scalar)
        }.joined()
        return "\"\(shown)\"" + (line.unicodeScalars.count > 200 ? "…" : "")
    }
}
