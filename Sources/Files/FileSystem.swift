import CFiles
import Foundation

/// What holds the files of a folder.
public struct FileSystem: Sendable, Hashable {
    /// Whether files lie in memory, as those of tmpfs do, and not on a disk.
    public let isInMemory: Bool
    /// For files of this user.
    public let freeBytes: Int

    public init(isInMemory: Bool, freeBytes: Int) {
        self.isInMemory = isInMemory
        self.freeBytes = freeBytes
    }

    /// - Throws: where there is no such folder.
    public init(of folder: String) throws(UnwritableFile) {
        var facts = statvfs()
        do throws(SystemError) {
            isInMemory = try SystemCall.result { folder_is_in_memory(folder) } == 1
            try SystemCall.result { statvfs(folder, &facts) }
        } catch {
            throw UnwritableFile(path: folder, cause: error)
        }
        let (bytes, overflow) = Int(clamping: facts.f_bavail).multipliedReportingOverflow(
            by: Int(clamping: facts.f_frsize))
        freeBytes = overflow ? .max : bytes
    }
}
