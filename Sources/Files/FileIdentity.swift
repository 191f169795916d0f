import Foundation

/// Which file a name leads to. Two names of one file, by way of links or of relative paths, have one identity, and no
/// comparison of the names can tell that.
public struct FileIdentity: Hashable, Sendable {
    private let device: UInt
    private let inode: UInt

    /// The file behind every symbolic link; nil where there is none.
    public init?(_ path: String) {
        guard let status = FileStatus(path) else { return nil }
        self = status.identity
    }

    /// Of an open file.
    init?(descriptor: Int32) {
        var information = stat()
        guard fstat(descriptor, &information) == 0 else { return nil }
        self.init(information)
    }

    fileprivate init(_ information: stat) {
        device = UInt(information.st_dev)
        inode = UInt(information.st_ino)
    }

    /// The name at the end of a chain of symbolic links. The file may be missing: it would be made under that name.
    public static func followingLinks(_ path: String) -> String {
        var path = path
        // As many as the kernel follows.
        for _ in 0..<40 {
            guard let destination = try? FileManager.default.destinationOfSymbolicLink(atPath: path) else { break }
            path = destination.hasPrefix("/") ? destination : folder(of: path) + "/" + destination
        }
        return path
    }

    /// The folder that a name is in; "." for a bare name. By bytes, as the system reads a path: a letter may join with the
    /// slash before it to one character. Rejected: NSString, whose `deletingLastPathComponent` traps on "o" and on "out/".
    public static func folder(of path: String) -> String {
        let slash = UInt8(ascii: "/")
        let bytes = Array(path.utf8)
        guard let last = bytes.lastIndex(where: { $0 != slash }) else { return bytes.isEmpty ? "." : "/" }
        guard let end = bytes[..<last].lastIndex(of: slash) else { return "." }
        guard let above = bytes[..<end].lastIndex(where: { $0 != slash }) else { return "/" }
        return String(decoding: bytes[...above], as: UTF8.self)
    }
}

/// What lies at a path, behind every symbolic link.
struct FileStatus {
    enum Kind {
        case file, folder
        /// A device, a pipe or a socket.
        case special
    }

    let kind: Kind
    let identity: FileIdentity
    let permissions: mode_t
    let size: Int

    /// Nil where nothing lies there.
    init?(_ path: String) {
        var information = stat()
        guard stat(path, &information) == 0 else { return nil }
        switch information.st_mode & S_IFMT {
        case S_IFREG: kind = .file
        case S_IFDIR: kind = .folder
        default: kind = .special
        }
        identity = FileIdentity(information)
        permissions = information.st_mode & 0o7777
        size = Int(information.st_size)
    }
}
