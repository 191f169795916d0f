import Attention
import Foundation

/// A file of one JSON value per line, written so that a kill at any instant costs at most the line in flight.
///
/// Lines are appended whole with their line feed; what stands after the last line feed is therefore torn, unless it
/// is a value of its own (an editor that strips the last line feed). Whole files are replaced by writing a second file
/// and renaming it, so a reader sees the old one or the new one.
package final class JSONLines {
    let path: String
    private let handle: FileHandle

    /// Opens for appending; the file is there.
    init(appendingTo path: String) throws(ResultsError) {
        self.path = path
        do {
            handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
            try handle.seekToEnd()
        } catch {
            throw .unwritable(path: path, reason: error.systemWords)
        }
    }

    deinit { try? handle.close() }

    /// The line survives the process at once, a power cut only after `sync`.
    func append(_ value: some Encodable) throws(ResultsError) {
        do { try handle.write(contentsOf: Self.line(value)) } catch {
            throw .unwritable(path: path, reason: error.systemWords)
        }
    }

    /// Waits until the disk has every line.
    func sync() throws(ResultsError) {
        do { try handle.synchronize() } catch {
            throw .unwritable(path: path, reason: error.systemWords)
        }
    }

    /// The lines, without their line feeds, and whether a torn one was dropped.
    static func read(_ path: String) throws(ResultsError) -> (lines: [Data], isTorn: Bool) {
        let contents: Data
        do {
            contents = try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw .unreadable(path: path, reason: error.systemWords)
        }
        return split(contents)
    }

    static func split(_ contents: Data) -> (lines: [Data], isTorn: Bool) {
        var lines = contents.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { Data($0) }
        let tail = lines.removeLast()
        if tail.isEmpty { return (lines, false) }
        guard (try? JSONSerialization.jsonObject(with: tail)) != nil else { return (lines, true) }
        return (lines + [tail], false)
    }

    static func replace(_ path: String, with lines: [Data]) throws(ResultsError) {
        let temporary = path + ".new"
        do {
            let manager = FileManager.default
            let url = URL(fileURLWithPath: temporary)
            try manager.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data().write(to: url)
            let handle = try FileHandle(forWritingTo: url)
            for line in lines { try handle.write(contentsOf: line + [UInt8(ascii: "\n")]) }
            try handle.synchronize()
            try handle.close()
        } catch {
            throw .unwritable(path: temporary, reason: error.systemWords)
        }
        guard rename(temporary, path) == 0 else {
            throw .unwritable(path: path, reason: "rename: \(String(cString: strerror(errno)))")
        }
    }

    /// One value with its line feed. Keys are sorted, so that the same value is the same line.
    package static func line(
        _ value: some Encodable, userInfo: [CodingUserInfoKey: any Sendable] = [:]
    ) throws -> Data {
        try object(value, userInfo: userInfo) + [UInt8(ascii: "\n")]
    }

    package static func object(
        _ value: some Encodable, userInfo: [CodingUserInfoKey: any Sendable] = [:]
    ) throws -> Data {
        let encoder = JSONEncoder()
        encoder.userInfo = userInfo
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
        return try encoder.encode(value)
    }

    /// - Parameter number: of the line in the file, from 1.
    package static func value<Value: Decodable>(
        _ type: Value.Type, of line: Data, number: Int, in path: String
    ) throws(ResultsError) -> Value {
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
        do {
            return try decoder.decode(type, from: line)
        } catch {
            throw .badLine(path: path, line: number, reason: reason(error))
        }
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
