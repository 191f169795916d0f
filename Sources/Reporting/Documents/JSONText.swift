import Escaping
import Foundation

/// JSON that is the same text for the same value.
public enum JSONText {
    /// - Throws: `EncodingError` where a number is not finite.
    public static func of(_ value: some Encodable, snakeCase: Bool = false) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        if snakeCase { encoder.keyEncodingStrategy = .convertToSnakeCase }
        return JSONEscapes.visible(String(decoding: try encoder.encode(value), as: UTF8.self)) + "\n"
    }
}
