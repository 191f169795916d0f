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

/// JSON for another program.
enum ExportJSON {
    /// - Throws: where a number is not finite.
    static func text(_ value: some Encodable, file: String, snakeCase: Bool = false) throws(ReportError) -> String {
        do { return try JSONText.of(value, snakeCase: snakeCase) } catch {
            throw .notEncoded(file: file, reason: "\(error)")
        }
    }
}
