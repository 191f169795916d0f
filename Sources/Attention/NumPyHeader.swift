/// The header of a .npy file: a magic string, a version, a length, and a Python dictionary literal
/// (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html). Only float32 in C order is taken.
struct NumPyHeader: Equatable {
    let dimensions: [Int]
    /// Where the elements begin.
    let byteCount: Int

    static let magic: [UInt8] = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]
    /// Magic, two bytes of version, and a length of four bytes at most.
    static let longestPreamble = 12
    private static let descriptor = "<f4"

    var elementCount: Int { dimensions.reduce(1, *) }

    /// The header's full size as the preamble tells it.
    static func byteCount(preamble: [UInt8]) throws(NumPyError.Problem) -> Int {
        guard preamble.starts(with: magic) else { throw .notNumPy }
        guard preamble.count >= 10 else { throw .truncatedHeader }
        let (major, minor) = (preamble[6], preamble[7])
        guard (1...3).contains(major), minor == 0 else { throw .version("\(major).\(minor)") }
        // Version 1 has a length of two bytes, versions 2 and 3 have four; 3 allows UTF-8 in the names of fields.
        let lengthBytes = major == 1 ? 2 : 4
        guard preamble.count >= 8 + lengthBytes else { throw .truncatedHeader }
        let length = preamble[8..<8 + lengthBytes].reversed().reduce(0) { $0 << 8 | Int($1) }
        return 8 + lengthBytes + length
    }

    /// - Parameter bytes: preamble and dictionary.
    init(_ bytes: [UInt8], fewestDimensions: Int = 2) throws(NumPyError.Problem) {
        byteCount = try Self.byteCount(preamble: Array(bytes.prefix(Self.longestPreamble)))
        guard bytes.count >= byteCount else { throw .truncatedHeader }
        let dictionary = String(decoding: bytes[(bytes[6] == 1 ? 10 : 12)..<byteCount], as: UTF8.self)
        guard
            let type = dictionary.firstMatch(of: #/['"]descr['"]\s*:\s*(?:['"]([^'"]*)['"]|(\[))/#),
            let order = dictionary.firstMatch(of: #/['"]fortran_order['"]\s*:\s*(True|False)/#),
            let shape = dictionary.firstMatch(of: #/['"]shape['"]\s*:\s*\(([0-9,\sL]*)\)/#)
        else { throw .malformedHeader(dictionary) }
        guard let name = type.1 else { throw .structured }
        guard name == Self.descriptor else { throw .elementType(String(name)) }
        guard order.1 == "False" else { throw .fortranOrder }
        var dimensions: [Int] = []
        for part in shape.1.split(separator: ",").map({ $0.filter(\.isNumber) }) where !part.isEmpty {
            guard let size = Int(part) else { throw .malformedHeader(dictionary) }
            dimensions.append(size)
        }
        var bytesNeeded = 4
        for size in dimensions {
            let (product, overflow) = bytesNeeded.multipliedReportingOverflow(by: size)
            guard !overflow else { throw .malformedHeader(dictionary) }
            bytesNeeded = product
        }
        guard (fewestDimensions...4).contains(dimensions.count) else { throw .rank(dimensions) }
        guard !dimensions.contains(0) else { throw .empty(dimensions) }
        self.dimensions = dimensions
    }

    /// A version 1 header, padded so that the elements begin at a multiple of 64 bytes, as NumPy does it.
    static func bytes(dimensions: [Int]) -> [UInt8] {
        // Python writes the tuple of one number as "(3,)".
        let shape = dimensions.map(String.init).joined(separator: ", ") + (dimensions.count == 1 ? "," : "")
        var dictionary = "{'descr': '\(descriptor)', 'fortran_order': False, 'shape': (\(shape)), }"
        let padding = 64 - (10 + dictionary.utf8.count + 1) % 64
        dictionary += String(repeating: " ", count: padding % 64) + "\n"
        let length = dictionary.utf8.count
        return magic + [1, 0, UInt8(length & 0xFF), UInt8(length >> 8)] + Array(dictionary.utf8)
    }
}
