import Faults
import Foundation

/// The one way in which a whole file is read.
///
/// Rejected: Foundation's `Data(contentsOf:)`. Its errors are sentences such as "The operation couldn't be completed", which
/// name no cause, and it says of a pipe that permission is denied.
public enum InputFile {
    public static func read(_ path: String) throws(UnreadableFile) -> Data {
        let descriptor = try open(path)
        defer { close(descriptor) }
        var contents = Data()
        var piece = [UInt8](repeating: 0, count: 1 << 18)
        while true {
            do throws(SystemError) {
                let count = try SystemCall.result { Foundation.read(descriptor, &piece, piece.count) }
                if count == 0 { return contents }
                contents += piece[..<count]
            } catch {
                throw UnreadableFile(path: path, cause: .system(error))
            }
        }
    }

    /// - Throws: also where the file is not UTF-8.
    public static func text(_ path: String) throws(UnreadableFile) -> String {
        guard let text = String(validating: try read(path), as: UTF8.self) else {
            throw UnreadableFile(path: path, cause: .notText)
        }
        return text
    }

    /// A descriptor of a file, which the caller closes. A pipe is refused before it is opened, because to open it would
    /// wait for somebody who writes into it.
    public static func open(_ path: String) throws(UnreadableFile) -> Int32 {
        switch FileStatus(path)?.kind {
        case .folder: throw UnreadableFile(path: path, cause: .system(SystemError(code: EISDIR)))
        case .special: throw UnreadableFile(path: path, cause: .special)
        case .file, nil: break
        }
        do throws(SystemError) {
            return try SystemCall.result { Foundation.open(path, O_RDONLY | O_CLOEXEC) }
        } catch {
            throw UnreadableFile(path: path, cause: .system(error))
        }
    }
}

/// A file that could not be read, and why.
public struct UnreadableFile: Fault, Hashable {
    public enum Cause: Hashable, Sendable {
        case system(SystemError)
        /// A device, a pipe or a socket.
        case special
        case notText
    }

    public let path: String
    public let cause: Cause

    public init(path: String, cause: Cause) {
        self.path = path
        self.cause = cause
    }

    public var exitStatus: ExitStatus { .usage }

    public var description: String { "cannot read \(path): \(reason)" }

    /// Without the file's name, for messages that have it already.
    public var reason: String {
        switch cause {
        case .system(let error) where error.code == EMFILE: "\(error); allow more with `ulimit -n`"
        case .system(let error): "\(error)"
        case .special:
            "it is a pipe or a device, which cannot be read twice; write its contents to a file, and give that file"
        case .notText: "it is not UTF-8 text"
        }
    }
}
