/// JSON for another program.
enum ExportJSON {
    /// - Throws: where a number is not finite.
    static func text(_ value: some Encodable, file: String, snakeCase: Bool = false) throws(ReportError) -> String {
        do { return try JSONText.of(value, snakeCase: snakeCase) } catch {
            throw .notEncoded(file: file, reason: "\(error)")
        }
    }
}
