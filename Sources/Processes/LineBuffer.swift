/// Bytes that have come and are not yet used, cut into lines.
struct LineBuffer {
    /// A longer line is a fault of its sender; without a limit it could fill all memory.
    let longestLine: Int
    private var bytes: [UInt8] = []
    /// Bytes before this one hold no line feed, so that a line that comes in many pieces is searched once.
    private var searched = 0

    init(longestLine: Int = 1 << 20) {
        self.longestLine = longestLine
    }

    var isEmpty: Bool { bytes.isEmpty }

    /// No line feed has come within the limit.
    var isTooLong: Bool { bytes.count > longestLine }

    /// What there is of a line that has not ended.
    var beginning: String { String(decoding: bytes.prefix(1 << 10), as: UTF8.self) }

    mutating func append(_ piece: some Collection<UInt8>) {
        bytes += piece
    }

    /// The next whole line, without its line feed.
    mutating func next() -> String? {
        guard let end = bytes[searched...].firstIndex(of: UInt8(ascii: "\n")) else {
            searched = bytes.count
            return nil
        }
        searched = 0
        defer { bytes.removeSubrange(...end) }
        return String(decoding: bytes[..<end], as: UTF8.self)
    }

    /// What is left when nothing more will come; nil where that is nothing.
    mutating func rest() -> String? {
        guard !bytes.isEmpty else { return nil }
        defer {
            bytes = []
            searched = 0
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// The end of what a program says on its standard error, for messages: a program that talks for hours must not fill
/// memory, and what went wrong stands in its last lines.
struct LastWords {
    private static let mostLines = 20
    private static let mostBytes = 1 << 12

    private var bytes: [UInt8] = []

    mutating func append(_ piece: some Collection<UInt8>) {
        bytes += piece
        if bytes.count > 4 * Self.mostBytes { bytes.removeFirst(bytes.count - Self.mostBytes) }
    }

    /// Lines with something in them, the latest last.
    var lines: [String] {
        String(decoding: bytes.suffix(Self.mostBytes), as: UTF8.self)
            .split(whereSeparator: \.isNewline).suffix(Self.mostLines).map(String.init)
    }
}
