import Foundation

/// The checksum at the end of each line: it tells a line that was changed, by a disk or by hand, from one that was written
/// so.
///
/// It is the CRC-32 of zlib, gzip and PNG over the bytes of the line without the field itself, and it is always the last
/// field: a line ends with `,"checksum":"` and eight hexadecimal digits and `"}`.
package enum LineChecksum {
    private static let field = Data(",\"checksum\":\"".utf8)
    private static let digits = 8
    /// Of the field with its digits and the quotation mark behind them.
    private static let fieldLength = field.count + digits + 1

    /// - Parameter object: the text of a JSON object with at least one field.
    static func sealing(_ object: Data) -> Data {
        object.dropLast() + field + Data(text(crc32(object)).utf8) + Data("\"}".utf8)
    }

    /// What is wrong with the line; nil where its checksum is that of its bytes.
    static func fault(of line: Data) -> String? {
        let end = line.dropLast()
        let start = end.count - fieldLength
        guard start > 0, line.suffix(2) == Data("\"}".utf8), end.dropFirst(start).starts(with: field) else {
            return "the line does not end with its checksum"
        }
        let written = String(decoding: end.dropFirst(start + field.count).dropLast(), as: UTF8.self)
        let computed = text(crc32(end.prefix(start) + [UInt8(ascii: "}")]))
        return written == computed
            ? nil : "the line was changed after it was written: its checksum is \(written), its bytes give \(computed)"
    }

    private static func text(_ sum: UInt32) -> String {
        let text = String(sum, radix: 16)
        return String(repeating: "0", count: digits - text.count) + text
    }

    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { sum, _ in sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
    }

    package static func crc32(_ bytes: Data) -> UInt32 {
        let table = table
        return ~bytes.reduce(~0) { sum, byte in table[Int((sum ^ UInt32(byte)) & 0xFF)] ^ sum >> 8 }
    }
}
