import Foundation

/// A key that one object has twice. Decoders keep one of the two values without a word, so that a line could say to one
/// program what it does not say to another.
enum RepeatedKey {
    /// The first such key of a JSON text, in any object of it; nil where there is none. Whether the text is JSON is for a
    /// decoder to say.
    static func first(in text: Data) -> String? {
        let bytes = Array(text)
        // Of each object and each list that is open; a list has no keys.
        var keys: [Set<String>] = []
        var position = 0
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "{"), UInt8(ascii: "["): keys.append([])
            case UInt8(ascii: "}"), UInt8(ascii: "]"): _ = keys.popLast()
            case UInt8(ascii: "\""):
                let end = endOfString(from: position, in: bytes)
                if !keys.isEmpty, isKey(endingAt: end, in: bytes) {
                    let key = string(bytes[position..<end])
                    if !keys[keys.count - 1].insert(key).inserted { return key }
                }
                position = end
                continue
            default: break
            }
            position += 1
        }
        return nil
    }

    /// Behind the closing quotation mark.
    private static func endOfString(from start: Int, in bytes: [UInt8]) -> Int {
        var position = start + 1
        while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
            position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1
        }
        return min(position + 1, bytes.count)
    }

    /// Whether the string that ends there has a colon after it.
    private static func isKey(endingAt end: Int, in bytes: [UInt8]) -> Bool {
        bytes[end...].first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) } == UInt8(ascii: ":")
    }

    /// What a string means: one key can be written in several ways.
    private static func string(_ quoted: ArraySlice<UInt8>) -> String {
        guard quoted.contains(UInt8(ascii: "\\")) else { return String(decoding: quoted, as: UTF8.self) }
        return (try? JSONDecoder().decode(String.self, from: Data(quoted))).map { "\"\($0)\"" }
            ?? String(decoding: quoted, as: UTF8.self)
    }
}
