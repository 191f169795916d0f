import Files
import Foundation

/// The right to write a results file and its journals. One process has it, and shares it with the launches that it
/// starts.
public final class ResultsLock {
    /// The results file, as the caller calls it.
    public let path: String
    private let lock: FileLock

    /// Takes the right to a file, which need not be there yet; its folder is made.
    ///
    /// - Throws: `ResultsError.locked` at once where another process has it.
    public convenience init(_ path: String) throws(ResultsError) {
        try self.init(path) { (lockPath) throws(FileLockError) in try FileLock(lockPath) }
    }

    /// The right that the process which started this one handed down as a descriptor; otherwise one of our own.
    public convenience init(_ path: String, handedDownAs descriptor: Int32) throws(ResultsError) {
        try self.init(path) { (lockPath) throws(FileLockError) in
            try FileLock(lockPath, handedDownAs: descriptor)
        }
    }

    private init(_ path: String, _ take: (String) throws(FileLockError) -> FileLock) throws(ResultsError) {
        self.path = path
        let stem = Self.stem(of: path)
        do throws(UnwritableFile) {
            try Folder.make(FileIdentity.folder(of: stem))
        } catch {
            throw .unwritable(UnwritableFile(path: path, cause: error.cause))
        }
        do throws(FileLockError) {
            lock = try take(stem + ".lock")
        } catch {
            switch error {
            case .held(_, let process): throw .locked(path: path, process: process)
            case .unwritable(let file): throw .unwritable(file)
            }
        }
    }

    /// For the standard input of a launch.
    public var descriptor: Int32 { lock.descriptor }

    /// Gives the right back; it goes with the value too.
    public func release() { lock.release() }

    /// What lock and journals lie beside: `results` for `results.jsonl`, behind every symbolic link, so that a file has
    /// one lock and one set of journals whatever it is called.
    static func stem(of path: String) -> String {
        (FileIdentity.followingLinks(path) as NSString).deletingPathExtension
    }
}
