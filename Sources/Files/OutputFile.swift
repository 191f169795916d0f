import Foundation

/// The one way in which a whole file is written.
///
/// The contents go into a draft beside the target, under a name of its own. `commit` brings the draft to disk, gives it
/// the target's name, and brings the folder to disk. Whatever happens before, a full disk, a kill or a power cut, the
/// target is what it was: a reader finds the old file or the new one, and never half of either.
///
/// A symbolic link is followed, so that the file behind it is replaced and the link stays. A device or a pipe, such as
/// /dev/stdout, is written to directly: it stores nothing, and replacing it by a file would break the machine.
public final class OutputFile {
    /// What happens to a file that has the name already.
    public enum Existing: Sendable {
        case isReplaced
        /// `commit` fails with EEXIST, also where the file came only after the draft was begun.
        case isKept
    }

    public let path: String
    private let existing: Existing
    private let disk: any Disk
    private let target: String
    private let descriptor: Int32
    /// Nil where the target is written to directly, and after the commit.
    private var draft: String?

    /// - Throws: where the target could not be replaced at the end, before any work is done.
    public init(_ path: String, existing: Existing = .isReplaced) throws(UnwritableFile) {
        self.path = path
        self.existing = existing
        disk = Disks.current
        target = FileIdentity.followingLinks(path)
        do throws(SystemError) {
            let status = try Self.replaceable(target)
            if status?.kind == .special {
                descriptor = try disk.open(target, flags: O_WRONLY)
                return
            }
            let draft = FileIdentity.folder(of: target) + "/" + Self.draftName()
            descriptor = try disk.create(draft)
            self.draft = draft
            if let status { fchmod(descriptor, status.permissions) }
        } catch {
            throw UnwritableFile(path: path, cause: error)
        }
    }

    /// Without a commit nothing is left.
    deinit {
        close(descriptor)
        if let draft { try? disk.remove(draft) }
    }

    public func append(_ bytes: Data) throws(UnwritableFile) {
        try step { () throws(SystemError) in try disk.write(bytes, to: descriptor) }
    }

    /// - Precondition: it was not committed before.
    public func commit() throws(UnwritableFile) {
        guard let draft else { return }
        try step { () throws(SystemError) in
            try disk.sync(descriptor)
            switch existing {
            case .isReplaced: try disk.rename(draft, to: target)
            case .isKept: try claim(draft)
            }
            self.draft = nil
            try disk.syncFolder(FileIdentity.folder(of: target))
        }
    }

    /// Takes the target's name unless somebody has it: a second name for the draft fails where that name is taken.
    private func claim(_ draft: String) throws(SystemError) {
        do throws(SystemError) {
            try disk.link(draft, to: target)
        } catch {
            if FileStatus(target) != nil { throw SystemError(code: EEXIST) }
            guard [EPERM, ENOTSUP, EOPNOTSUPP, ENOSYS].contains(error.code) else { throw error }
            // A file system without second names. Of two processes in this same instant the later one would win.
            return try disk.rename(draft, to: target)
        }
        try disk.remove(draft)
    }

    private func step(_ body: () throws(SystemError) -> Void) throws(UnwritableFile) {
        do { try body() } catch { throw UnwritableFile(path: path, cause: error) }
    }

    /// Names of any length have room for this one; two processes never choose the same.
    static func draftName() -> String {
        ".attnbench-\(String(UInt64.random(in: .min ... .max), radix: 36)).draft"
    }

    /// What lies at the target. A rename asks nobody whether the file that it replaces may be written to; this does.
    @discardableResult
    private static func replaceable(_ target: String) throws(SystemError) -> FileStatus? {
        guard let status = FileStatus(target) else { return nil }
        if status.kind == .folder { throw SystemError(code: EISDIR) }
        if access(target, W_OK) != 0 { throw .last }
        return status
    }
}

extension OutputFile {
    /// Writes a file at once.
    public static func write(
        _ contents: Data, to path: String, existing: Existing = .isReplaced
    ) throws(UnwritableFile) {
        let file = try OutputFile(path, existing: existing)
        try file.append(contents)
        try file.commit()
    }

    /// Fails where `path` could not be written, before hours are spent on what is to go there. Leaves everything as it
    /// is.
    public static func requireWritable(_ path: String) throws(UnwritableFile) {
        // Opening a pipe would wait for its reader, and closing it again would tell that reader that all has come.
        do throws(SystemError) {
            if try replaceable(FileIdentity.followingLinks(path))?.kind == .special { return }
        } catch {
            throw UnwritableFile(path: path, cause: error)
        }
        _ = try OutputFile(path)
    }

    /// Takes a file away, where there is one.
    public static func remove(_ path: String) throws(UnwritableFile) {
        do throws(SystemError) { try Disks.current.remove(path) } catch {
            if error.code != ENOENT { throw UnwritableFile(path: path, cause: error) }
        }
    }
}
