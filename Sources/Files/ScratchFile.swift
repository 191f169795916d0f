import Foundation

/// A file without a name, for what this process alone reads again. It goes with the value, and with the process however that
/// ends.
///
/// All of its room on the disk is reserved when it is made. Whoever maps it would otherwise meet a full disk in the middle of
/// an instruction, as a signal.
public final class ScratchFile: Sendable {
    public let folder: String
    public let byteCount: Int
    /// For a mapping of the file, which has to end before the value does.
    public let descriptor: Int32
    private let disk: any Disk

    /// - Throws: where the folder cannot be written to, or its disk has no room.
    public init(in folder: String, byteCount: Int) throws(UnwritableFile) {
        precondition(byteCount > 0, "a scratch file holds at least one byte, not \(byteCount)")
        self.folder = folder
        self.byteCount = byteCount
        disk = Disks.current
        let path = folder + "/" + OutputFile.draftName()
        do throws(SystemError) {
            descriptor = try disk.open(path, flags: O_RDWR | O_CREAT | O_EXCL)
        } catch {
            throw UnwritableFile(path: folder, cause: error)
        }
        try step { () throws(SystemError) in
            try disk.remove(path)
            try disk.reserve(descriptor, byteCount: byteCount)
        }
    }

    deinit { close(descriptor) }

    /// Makes bytes zero, so that a page of them that is stored to is not read from the disk first. Where the file system cannot
    /// do this, they stay as they are, and such a page is read.
    public func clear(_ range: Range<Int>) throws(UnwritableFile) {
        try step { () throws(SystemError) in
            do throws(SystemError) { try disk.clear(range, of: descriptor) } catch {
                if error.code != EOPNOTSUPP { throw error }
            }
        }
    }

    /// Gives bytes to the disk, and does not wait until it has them.
    public func startWriting(_ range: Range<Int>) throws(UnwritableFile) {
        try step { () throws(SystemError) in try disk.startWriting(range, of: descriptor) }
    }

    /// Waits until the disk has the bytes. A power cut may still lose them, which is no loss for a file that goes with its
    /// process; to exclude it, each call would also wait for the file system's journal and for the cache of the drive.
    public func finishWriting(_ range: Range<Int>) throws(UnwritableFile) {
        try step { () throws(SystemError) in try disk.finishWriting(range, of: descriptor) }
    }

    /// Lets the system take back the memory in which it holds these bytes. Pages that the disk lacks, or that a mapping shows,
    /// stay. The system may keep others too, and says nothing of it: whoever needs to know asks the mapping.
    public func forget(_ range: Range<Int>) {
        _ = posix_fadvise(descriptor, off_t(range.lowerBound), off_t(range.count), POSIX_FADV_DONTNEED)
    }

    private func step(_ body: () throws(SystemError) -> Void) throws(UnwritableFile) {
        do { try body() } catch { throw UnwritableFile(path: folder, cause: error) }
    }
}
