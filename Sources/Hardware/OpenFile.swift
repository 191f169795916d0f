import Foundation

/// A file open for reading, closed once.
final class OpenFile: Sendable {
    private let descriptor: Int32

    /// nil where the file cannot be opened.
    init?(path: String) {
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 { return nil }
    }

    deinit { close(descriptor) }

    /// Fills `buffer` from the file's start, as far as it goes; nil where reading fails. Neither allocates nor moves
    /// the file's position, so a file of /proc gives fresh values each time.
    func read(into buffer: UnsafeMutableRawBufferPointer) -> UnsafeRawBufferPointer? {
        let count = pread(descriptor, buffer.baseAddress, buffer.count, 0)
        return count < 0 ? nil : UnsafeRawBufferPointer(rebasing: buffer[..<count])
    }

    /// The whole text, read in pieces to its end: files of /proc claim to be empty.
    func readAll() -> String? {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = pread(descriptor, &piece, piece.count, off_t(bytes.count))
            if count < 0 { return nil }
            if count == 0 { return String(decoding: bytes, as: UTF8.self) }
            bytes += piece[..<count]
        }
    }
}
