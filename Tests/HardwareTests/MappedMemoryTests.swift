import Files
import Foundation
import TestSupport
import Testing

@testable import Hardware

@Suite struct MappedMemoryTests {
    private static let page = MappedMemory.pageBytes

    private func words(_ count: Int, seed: UInt64 = 1) -> ArraySlice<UInt64> {
        (0..<UInt64(count)).map { ($0 &+ seed) &* 0x9E37_79B9_7F4A_7C15 }[...]
    }

    /// Sizes of one byte, of parts of pages, and of several pieces of a team.
    @Test(arguments: [1, 7, 4095, 4097, 1 << 20, (3 << 20) + 5], [1, 2]) func everyByteCounts(
        count: Int, threads: Int
    ) throws {
        let team = WorkerTeam(threads: threads)
        let memory = try MappedMemory(byteCount: count + 100)
        let range = 64..<64 + count
        let contents = words((count + 7) / 8)
        memory.copy(contents, to: range, on: team)
        #expect(memory.holds(contents, at: range, on: team))
        for byte in [0, count / 2, count - 1] {
            var other = contents
            other[byte / 8] ^= 1 << (8 * UInt64(byte % 8))
            #expect(!memory.holds(other, at: range, on: team), "byte \(byte)")
        }
        // What follows the last byte does not count.
        if !count.isMultiple(of: 8) {
            var other = contents
            other[count / 8] ^= 1 << 63
            #expect(memory.holds(other, at: range, on: team))
        }
    }

    @Test func pagesOfAFileLeaveMemoryAndComeBack() throws {
        let folder = try TestFolder()
        let team = WorkerTeam()
        let count = 100 * Self.page + 5
        let file = try ScratchFile(in: folder.url.path, byteCount: count)
        let memory = try MappedMemory(of: file)
        #expect(memory.residentBytes(in: 0..<count) == 0)
        let contents = words((count + 7) / 8)
        memory.copy(contents, to: 0..<count, on: team)
        #expect(memory.residentBytes(in: 0..<count) == 101 * Self.page)
        #expect(memory.residentBytes(in: Self.page..<Self.page + 1) == Self.page)
        try file.startWriting(0..<count)
        try file.finishWriting(0..<count)
        memory.hide(0..<count)
        file.forget(0..<count)
        let left = try #require(memory.residentBytes(in: 0..<count))
        let isInMemory = try FileSystem(of: folder.url.path).isInMemory
        #expect(isInMemory || left <= 10 * Self.page, "\(left) bytes stayed")
        memory.ask(for: 0..<count)
        #expect(memory.holds(contents, at: 0..<count, on: team))
    }

    @Test func clearedBytesAreZero() throws {
        let folder = try TestFolder()
        let file = try ScratchFile(in: folder.url.path, byteCount: 2 * Self.page)
        let memory = try MappedMemory(of: file)
        memory.copy(words(Self.page / 4), to: 0..<2 * Self.page, on: WorkerTeam())
        try file.finishWriting(0..<2 * Self.page)
        try file.clear(0..<Self.page)
        guard try !FileSystem(of: folder.url.path).isInMemory else { return }
        let zeros = Array(repeating: UInt64(0), count: Self.page / 8)[...]
        #expect(memory.holds(zeros, at: 0..<Self.page, on: WorkerTeam()))
        #expect(!memory.holds(zeros, at: Self.page..<2 * Self.page, on: WorkerTeam()))
    }

    @Test func memoryWithoutAFileIsNotHidden() async {
        await #expect(processExitsWith: .failure) { try MappedMemory(byteCount: 10).hide(0..<10) }
    }
}
