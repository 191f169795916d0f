import Foundation

/// JSON that is the same for the same values, one value a line.
enum ExportJSON {
    /// - Throws: where a number is not finite.
    static func text(_ value: some Encodable, file: String, snakeCase: Bool = false) throws(ReportError) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        if snakeCase { encoder.keyEncodingStrategy = .convertToSnakeCase }
        do { return String(decoding: try encoder.encode(value), as: UTF8.self) + "\n" } catch {
            throw .notEncoded(file: file, reason: "\(error)")
        }
    }
}
