import CFiles
import Foundation

/// The steps by which a file gets to the disk, one call of the operating system each.
///
/// Everything in this module that writes asks `Disks.current` for them. Tests put another one there, which fails at a
/// step or stops the world there as a kill would.
public protocol Disk: Sendable {
    /// Makes an empty file that was not there and opens it for writing.
    func create(_ path: String) throws(SystemError) -> Int32
    /// Opens a file that is there.
    func open(_ path: String, flags: Int32) throws(SystemError) -> Int32
    /// Writes all of the bytes.
    func write(_ bytes: Data, to descriptor: Int32) throws(SystemError)
    /// Cuts a file to so many bytes.
    func truncate(_ descriptor: Int32, to size: Int) throws(SystemError)
    /// Waits until the disk has what was written.
    func sync(_ descriptor: Int32) throws(SystemError)
    /// Gives a file another name, in the place of any file that has it.
    func rename(_ path: String, to target: String) throws(SystemError)
    /// Gives a file a second name, which no file has yet.
    func link(_ path: String, to target: String) throws(SystemError)
    /// Takes a name away.
    func remove(_ path: String) throws(SystemError)
    func makeFolder(_ path: String) throws(SystemError)
    /// Waits until the disk has the names of a folder.
    func syncFolder(_ path: String) throws(SystemError)
    /// Makes a file so many bytes long, with room on the disk for each of them.
    func reserve(_ descriptor: Int32, byteCount: Int) throws(SystemError)
    /// Makes bytes zero without writing zeros. Their room stays reserved.
    func clear(_ range: Range<Int>, of descriptor: Int32) throws(SystemError)
    /// Gives bytes to the disk, and does not wait until it has them.
    func startWriting(_ range: Range<Int>, of descriptor: Int32) throws(SystemError)
    /// Waits until the disk has the bytes.
    func finishWriting(_ range: Range<Int>, of descriptor: Int32) throws(SystemError)
}

public enum Disks {
    @TaskLocal public static var current: any Disk = SystemDisk()
}

/// The operating system's own. A call that a signal interrupted is made again: ^C asks a run to end, and what it writes
/// then is the report.
public struct SystemDisk: Disk {
    public init() {}

    public func create(_ path: String) throws(SystemError) -> Int32 {
        try open(path, flags: O_WRONLY | O_CREAT | O_EXCL)
    }

    public func open(_ path: String, flags: Int32) throws(SystemError) -> Int32 {
        try SystemCall.result { Foundation.open(path, flags | O_CLOEXEC, 0o666) }
    }

    public func write(_ bytes: Data, to descriptor: Int32) throws(SystemError) {
        var left = bytes
        while !left.isEmpty {
            let count = try SystemCall.result {
                left.withContiguousStorageIfAvailable { Foundation.write(descriptor, $0.baseAddress, $0.count) }!
            }
            left = left.dropFirst(count)
        }
    }

    public func truncate(_ descriptor: Int32, to size: Int) throws(SystemError) {
        try SystemCall.result { ftruncate(descriptor, off_t(size)) }
    }

    public func sync(_ descriptor: Int32) throws(SystemError) { try SystemCall.result { fsync(descriptor) } }

    public func rename(_ path: String, to target: String) throws(SystemError) {
        try SystemCall.result { Foundation.rename(path, target) }
    }

    public func link(_ path: String, to target: String) throws(SystemError) {
        try SystemCall.result { Foundation.link(path, target) }
    }

    public func remove(_ path: String) throws(SystemError) { try SystemCall.result { unlink(path) } }

    public func makeFolder(_ path: String) throws(SystemError) { try SystemCall.result { mkdir(path, 0o777) } }

    public func syncFolder(_ path: String) throws(SystemError) {
        let descriptor = try open(path, flags: O_RDONLY | O_DIRECTORY)
        defer { close(descriptor) }
        do throws(SystemError) { try sync(descriptor) } catch {
            // Some network file systems cannot sync a folder, and say so in this way; they keep names by themselves.
            if error.code != EINVAL { throw error }
        }
    }

    public func reserve(_ descriptor: Int32, byteCount: Int) throws(SystemError) {
        while true {
            // This call returns its error, and leaves nothing in errno.
            let code = posix_fallocate(descriptor, 0, off_t(byteCount))
            if code == 0 { return }
            if code != EINTR { throw SystemError(code: code) }
        }
    }

    public func clear(_ range: Range<Int>, of descriptor: Int32) throws(SystemError) {
        try SystemCall.result { file_clear(descriptor, Int64(range.lowerBound), Int64(range.count)) }
    }

    public func startWriting(_ range: Range<Int>, of descriptor: Int32) throws(SystemError) {
        try SystemCall.result { file_start_writing(descriptor, Int64(range.lowerBound), Int64(range.count)) }
    }

    public func finishWriting(_ range: Range<Int>, of descriptor: Int32) throws(SystemError) {
        try SystemCall.result { file_finish_writing(descriptor, Int64(range.lowerBound), Int64(range.count)) }
    }
}

/// A call of the operating system that says by a negative result that it failed.
enum SystemCall {
    /// Makes the call, and makes it again where a signal interrupted it.
    @discardableResult
    static func result<Result: SignedInteger>(_ call: () -> Result) throws(SystemError) -> Result {
        while true {
            let result = call()
            if result >= 0 { return result }
            if errno != EINTR { throw .last }
        }
    }
}
