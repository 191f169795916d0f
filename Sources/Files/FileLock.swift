import Faults
import Foundation

/// A claim on something that one process at a time may write, by way of a file that says who has it.
///
/// The kernel holds the claim (`flock`) and ends it with the process, however that ends: there is nothing to clean up
/// after a crash, and no number of a process that another one may have got since. The number in the file is for the
/// message alone.
public final class FileLock {
    public let path: String
    /// For the standard input of a child, which thereby shares the claim; see `init(_:handedDownAs:)`.
    public let descriptor: Int32
    private var isOurs: Bool

    /// - Throws: `FileLockError.held` at once where another process has it.
    public init(_ path: String) throws(FileLockError) {
        self.path = path
        descriptor = try Self.claim(path)
        isOurs = true
        // A reader without the number says "another process". So a disk without room for it is no reason to stop.
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: false)
        try? handle.truncate(atOffset: 0)
        try? handle.write(contentsOf: Data("\(getpid())\n".utf8))
    }

    /// The claim of the process that started this one, which handed it down as `descriptor`; otherwise one of our own.
    ///
    /// Both then have it, and it ends when both have ended. Where the older one is killed, nobody else can write until
    /// the younger one has noticed.
    public convenience init(_ path: String, handedDownAs descriptor: Int32) throws(FileLockError) {
        guard let given = FileIdentity(descriptor: descriptor), given == FileIdentity(path),
            flock(descriptor, LOCK_EX | LOCK_NB) == 0
        else {
            try self.init(path)
            return
        }
        self.init(path, shared: descriptor)
    }

    private init(_ path: String, shared descriptor: Int32) {
        self.path = path
        self.descriptor = descriptor
        isOurs = false
    }

    deinit { release() }

    /// Ends the claim; it ends with the value too.
    public func release() {
        guard isOurs else { return }
        isOurs = false
        // Taken away while it is still held: who opens the name after this makes a new file.
        unlink(path)
        close(descriptor)
    }

    private static func claim(_ path: String) throws(FileLockError) -> Int32 {
        while true {
            let descriptor: Int32
            do throws(SystemError) {
                descriptor = try SystemCall.result { open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666) }
            } catch {
                throw .unwritable(UnwritableFile(path: path, cause: error))
            }
            do throws(SystemError) { try SystemCall.result { flock(descriptor, LOCK_EX | LOCK_NB) } } catch {
                close(descriptor)
                guard error.code == EWOULDBLOCK else { throw .unwritable(UnwritableFile(path: path, cause: error)) }
                throw .held(path: path, process: holder(path))
            }
            // Between the two calls the last holder may have taken the name away: then this is a file that nobody else
            // finds.
            if FileIdentity(descriptor: descriptor) == FileIdentity(path) { return descriptor }
            close(descriptor)
        }
    }

    private static func holder(_ path: String) -> Int32? {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
        return Int32(text.trimmingCharacters(in: .whitespacesAndNewlines))
    }
}

public enum FileLockError: Fault, Hashable {
    /// The number is missing where it could not be read.
    case held(path: String, process: Int32?)
    case unwritable(UnwritableFile)

    public var exitStatus: ExitStatus {
        switch self {
        case .held: .usage
        case .unwritable(let file): file.exitStatus
        }
    }

    public var description: String {
        switch self {
        case .held(let path, let process):
            "\(process.map { "process \($0)" } ?? "another process") uses \(path); wait until it has ended"
        case .unwritable(let file): file.description
        }
    }
}
