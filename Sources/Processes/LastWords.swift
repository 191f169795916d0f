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
