import Foundation

/// The text files in which the system tells about itself (/proc, /sys), under a root that tests replace by a folder
/// of their own.
public struct SystemFiles: Sendable {
    let root: String

    public init(root: String = "/") {
        self.root = root.hasSuffix("/") ? root : root + "/"
    }

    /// The file's text without the white space at its ends; nil where it cannot be read.
    func text(_ path: String) -> String? {
        OpenFile(path: root + path)?.readAll()?.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    func integer(_ path: String) -> Int? {
        text(path).flatMap(Int.init)
    }

    /// Replaces the file's text; false where the system refuses.
    func write(_ text: String, to path: String) -> Bool {
        let descriptor = open(root + path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return text.utf8.withContiguousStorageIfAvailable { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            == text.utf8.count
    }

    /// Names in a folder, sorted; empty where it cannot be read.
    func names(in folder: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: root + folder)) ?? []).sorted()
    }
}
