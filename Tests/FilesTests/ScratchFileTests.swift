import Foundation
import TestSupport
import Testing

@testable import Files

@Suite struct ScratchFileTests {
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    @Test func hasItsRoomAndNoName() throws {
        let file = try ScratchFile(in: folder.url.path, byteCount: 10_001)
        #expect(folder.names.isEmpty)
        var status = stat()
        #expect(fstat(file.descriptor, &status) == 0)
        #expect(status.st_size == 10_001 && Int(status.st_blocks) * 512 >= 10_001)
    }

    /// A full disk among them: it is told before anything could be written.
    @Test func aRefusalAtAnyStepIsTold() throws {
        let steps = try FaultyDisk.eachStep(.refusal(ENOSPC)) { step in
            let folder = try TestFolder()
            do {
                let file = try ScratchFile(in: folder.url.path, byteCount: 100)
                try file.clear(0..<100)
                try file.startWriting(0..<100)
                try file.finishWriting(0..<100)
            } catch let error as UnwritableFile {
                #expect(error == UnwritableFile(path: folder.url.path, cause: SystemError(code: ENOSPC)))
            }
            // Only a name that cannot be taken away is left.
            #expect(folder.names.count == (step == 2 ? 1 : 0))
        }
        #expect(steps == 6, "open, remove, reserve, clear, start of writing, its end")
    }

    @Test func aFileSystemThatCannotClearIsNoError() throws {
        try Disks.$current.withValue(FaultyDisk(.refusal(EOPNOTSUPP), atStep: 4)) {
            try ScratchFile(in: folder.url.path, byteCount: 100).clear(0..<100)
        }
    }

    @Test func aFolderThatIsMissingIsNamed() {
        let missing = folder.path("missing")
        let error = #expect(throws: UnwritableFile.self) { try ScratchFile(in: missing, byteCount: 1) }
        #expect(error == UnwritableFile(path: missing, cause: SystemError(code: ENOENT)))
        #expect(throws: UnwritableFile.self) { try FileSystem(of: missing) }
    }

    @Test func aFileSystemTellsItsRoomAndWhetherItIsMemory() throws {
        #expect(try FileSystem(of: folder.url.path).freeBytes > 0)
        guard FileManager.default.fileExists(atPath: "/dev/shm") else { return }
        #expect(try FileSystem(of: "/dev/shm").isInMemory)
        #expect(try !FileSystem(of: "/proc").isInMemory)
    }
}
