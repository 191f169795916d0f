import Foundation
import TestSupport
import Testing

@testable import Files

@Suite struct FileLockTests {
    private let folder: TestFolder
    private var path: String { folder.path("a.lock") }

    init() throws { folder = try TestFolder() }

    @Test func isHeldOnceAndNamesItsHolder() throws {
        let lock = try FileLock(path)
        #expect(throws: FileLockError.held(path: path, process: getpid())) { try FileLock(path) }
        lock.release()
        #expect(folder.names == [])
        try FileLock(path).release()
    }

    /// By another name of the same file too.
    @Test func aLinkIsNoWayAround() throws {
        let lock = try FileLock(path)
        try folder.link("b.lock", to: "a.lock")
        #expect(throws: FileLockError.held(path: folder.path("b.lock"), process: getpid())) {
            try FileLock(folder.path("b.lock"))
        }
        lock.release()
    }

    /// What a crash leaves is a file without a claim, whatever number is in it.
    @Test func aFileThatWasLeftIsNoClaim() throws {
        try folder.write("1\n", to: "a.lock")
        let lock = try FileLock(path)
        #expect(folder.text("a.lock") == "\(getpid())\n")
        lock.release()
    }

    @Test func aChildSharesIt() throws {
        let lock = try FileLock(path)
        let child = try FileLock(path, handedDownAs: lock.descriptor)
        child.release()
        #expect(throws: FileLockError.held(path: path, process: getpid())) { try FileLock(path) }
        lock.release()
        // Another file, or none at all, is no claim.
        #expect(throws: Never.self) { try FileLock(path, handedDownAs: STDIN_FILENO).release() }
    }

    /// The child of a process that is gone still has it, and it goes with the child.
    @Test func outlivesTheProcessThatHandedItDown() throws {
        let lock = try FileLock(path)
        let child = Process()
        child.executableURL = URL(fileURLWithPath: "/bin/sh")
        child.arguments = ["-c", "exec sleep 1000"]
        child.standardInput = FileHandle(fileDescriptor: lock.descriptor, closeOnDealloc: false)
        try child.run()
        close(lock.descriptor)
        #expect(throws: FileLockError.held(path: path, process: getpid())) { try FileLock(path) }
        kill(child.processIdentifier, SIGKILL)
        child.waitUntilExit()
        try FileLock(path).release()
    }

    @Test func whereNoFileCanBeItIsToldSo() {
        let nowhere = folder.path("no/folder.lock")
        let error = FileLockError.unwritable(UnwritableFile(path: nowhere, cause: SystemError(code: ENOENT)))
        #expect(throws: error) { try FileLock(nowhere) }
    }
}
