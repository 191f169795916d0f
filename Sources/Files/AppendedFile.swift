import Foundation

/// A file that grows by whole pieces: a piece that could not be written to its end is taken away again.
///
/// The process may be killed within a piece; readers of such a file therefore drop a piece that is torn.
public final class AppendedFile {
    public let path: String
    private let disk: any Disk
    private let descriptor: Int32
    public private(set) var byteCount: Int

    /// Opens a file, which is made where there is none.
    public init(_ path: String) throws(UnwritableFile) {
        self.path = path
        disk = Disks.current
        do throws(SystemError) {
            descriptor = try disk.open(path, flags: O_WRONLY | O_APPEND | O_CREAT)
        } catch {
            throw UnwritableFile(path: path, cause: error)
        }
        byteCount = Int(lseek(descriptor, 0, SEEK_END))
    }

    deinit { close(descriptor) }

    /// The piece survives the process at once, a power cut only after `sync`.
    public func append(_ piece: Data) throws(UnwritableFile) {
        do throws(SystemError) {
            try disk.write(piece, to: descriptor)
            byteCount += piece.count
        } catch {
            try? disk.truncate(descriptor, to: byteCount)
            throw UnwritableFile(path: path, cause: error)
        }
    }

    /// Waits until the disk has every piece.
    public func sync() throws(UnwritableFile) {
        do throws(SystemError) { try disk.sync(descriptor) } catch {
            throw UnwritableFile(path: path, cause: error)
        }
    }
}
