import Files
import Foundation

/// A file of one JSON object per line, each with its checksum, written so that a kill at any instant costs at most the
/// line in flight.
///
/// Lines are appended whole with their line feed; what stands after the last line feed is therefore torn, unless it
/// is a value of its own (an editor that strips the last line feed).
package final class JSONLines {
    private let file: AppendedFile

    /// Opens for appending; the file is there.
    init(appendingTo path: String) throws(ResultsError) {
        do throws(UnwritableFile) { file = try AppendedFile(path) } catch { throw .unwritable(error) }
    }

    /// The line survives the process at once, a power cut only after `sync`.
    func append(_ value: some Encodable) throws(ResultsError) {
        let line = Self.sealed(value) + [UInt8(ascii: "\n")]
        do throws(UnwritableFile) { try file.append(line) } catch { throw .unwritable(error) }
    }

    /// Waits until the disk has every line.
    func sync() throws(ResultsError) {
        do throws(UnwritableFile) { try file.sync() } catch { throw .unwritable(error) }
    }

    /// The lines, without their line feeds, and whether a torn one was dropped.
    static func read(_ path: String) throws(ResultsError) -> (lines: [Data], isTorn: Bool) {
        do throws(UnreadableFile) { return split(try InputFile.read(path)) } catch { throw .unreadable(error) }
    }

    static func split(_ contents: Data) -> (lines: [Data], isTorn: Bool) {
        var lines = contents.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { Data($0) }
        let tail = lines.removeLast()
        if tail.isEmpty { return (lines, false) }
        guard (try? JSONSerialization.jsonObject(with: tail)) != nil else { return (lines, true) }
        return (lines + [tail], false)
    }

    /// Writes a whole file; a reader sees the old one or the new one.
    package static func write(
        _ lines: [Data], to path: String, existing: OutputFile.Existing = .isReplaced
    ) throws(ResultsError) {
        do throws(UnwritableFile) {
            try Folder.make(FileIdentity.folder(of: path))
            let file = try OutputFile(path, existing: existing)
            for line in lines { try file.append(line + [UInt8(ascii: "\n")]) }
            try file.commit()
        } catch {
            throw .unwritable(error)
        }
    }

    /// One value with its line feed. Keys are sorted, so that the same value is the same line.
    package static func line(_ value: some Encodable) throws -> Data {
        try object(value) + [UInt8(ascii: "\n")]
    }

    /// The text of an object, with its checksum.
    package static func sealing(_ object: Data) -> Data { LineChecksum.sealing(object) }

    /// One value with its checksum, without a line feed.
    package static func sealed(_ value: some Encodable) -> Data {
        guard let data = try? object(value) else { preconditionFailure("\(value) has no form in JSON") }
        return sealing(data)
    }

    package static func object(_ value: some Encodable) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
        return try encoder.encode(value)
    }

    /// What a line says that `sealed` wrote.
    ///
    /// - Parameter number: of the line in the file, from 1.
    static func sealedValue<Value: Decodable>(
        _ type: Value.Type, of line: Data, number: Int, in path: String
    ) throws(ResultsError) -> Value {
        if let fault = LineChecksum.fault(of: line) { throw .badLine(path: path, line: number, reason: fault) }
        return try value(type, of: line, number: number, in: path)
    }

    /// - Parameter number: of the line in the file, from 1.
    package static func value<Value: Decodable>(
        _ type: Value.Type, of line: Data, number: Int, in path: String
    ) throws(ResultsError) -> Value {
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
        let value: Value
        do { value = try decoder.decode(type, from: line) } catch {
            throw .badLine(path: path, line: number, reason: reason(error))
        }
        if let key = RepeatedKey.first(in: line) {
            throw .badLine(path: path, line: number, reason: "an object has the key \(key) twice")
        }
        if let fault = (value as? any Plausible)?.implausibility {
            throw .badLine(path: path, line: number, reason: fault)
        }
        return value
    }

    /// Foundation's errors in one line: which key, and what is wrong with it.
    private static func reason(_ error: any Error) -> String {
        guard let error = error as? DecodingError else { return "\(error)" }
        switch error {
        case .keyNotFound(let key, _): return "`\(key.stringValue)` is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            let path = context.codingPath.map(\.stringValue).joined(separator: ".")
            let what = context.debugDescription
            return (path.isEmpty ? "" : "`\(path)`: ") + (what.hasSuffix(".") ? String(what.dropLast()) : what)
        @unknown default: return "\(error)"
        }
    }
}
