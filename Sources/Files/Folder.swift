import Foundation

/// Folders that outputs go into.
public enum Folder {
    /// Makes a folder and those above it, where they are missing, and brings their names to disk: a file that is synced
    /// in a folder whose own name is lost would be lost with it.
    ///
    /// - Throws: also where the folder is there and may not be written into.
    public static func make(_ path: String) throws(UnwritableFile) {
        do throws(SystemError) {
            try makeMissing(path)
            if access(path, W_OK | X_OK) != 0 { throw .last }
        } catch {
            throw UnwritableFile(path: path, cause: error)
        }
    }

    private static func makeMissing(_ path: String) throws(SystemError) {
        if let status = FileStatus(path) {
            if status.kind != .folder { throw SystemError(code: ENOTDIR) }
            return
        }
        // A folder within one that may not be searched has no status either.
        if errno != ENOENT { throw .last }
        let above = FileIdentity.folder(of: path)
        // Above "." there is ".": the working directory may be the one that may not be searched.
        if above == path { throw SystemError(code: ENOENT) }
        try makeMissing(above)
        do throws(SystemError) { try Disks.current.makeFolder(path) } catch {
            // Another process may have been quicker.
            guard error.code == EEXIST, FileStatus(path)?.kind == .folder else { throw error }
        }
        try Disks.current.syncFolder(above)
    }
}

/// A temporary folder. It is removed with the value, and nothing in it is synced.
public final class ScratchFolder {
    public let url: URL

    public init() throws(UnwritableFile) {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("attnbench-\(UUID())")
        do {
            try FileManager.default.createDirectory(
                at: url, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        } catch {
            throw UnwritableFile(path: url.path, cause: SystemError(error))
        }
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    public func write(_ text: String, to name: String) throws(UnwritableFile) {
        let file = url.appendingPathComponent(name)
        do { try Data(text.utf8).write(to: file) } catch {
            throw UnwritableFile(path: file.path, cause: SystemError(error))
        }
    }
}

extension ScratchFolder {
    /// The files below it by relative path, in order. Each gets the earliest time that a zip can hold, and the usual
    /// permissions, so that an archive of them depends on their contents alone.
    public func uniformFiles() throws(UnwritableFile) -> [String] {
        let all = FileManager.default.subpaths(atPath: url.path) ?? []
        let files = all.filter { FileStatus(url.appendingPathComponent($0).path)?.kind == .file }.sorted()
        for file in files {
            let path = url.appendingPathComponent(file).path
            do {
                try FileManager.default.setAttributes(
                    [.modificationDate: Self.earliest, .posixPermissions: 0o644], ofItemAtPath: path)
            } catch {
                throw UnwritableFile(path: path, cause: SystemError(error))
            }
        }
        return files
    }

    /// 1980-01-01 00:00:00 UTC.
    private static let earliest = Date(timeIntervalSince1970: 315_532_800)
}
