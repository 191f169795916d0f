import Faults
import Files
import Foundation
import Synchronization

/// Memory that the system maps: of its own, or the pages of a scratch file. A team copies words into it, and compares it with
/// words.
///
/// A page of a file that the disk can neither give nor take is no error that could be thrown: the system sends SIGBUS in the
/// middle of an instruction, and the program ends with it unless it has a handler.
public final class MappedMemory: @unchecked Sendable {
    public let byteCount: Int
    /// Nil for memory of its own.
    private let file: ScratchFile?
    private let start: UnsafeMutableRawPointer

    /// What one worker copies before it takes more.
    private static let piece = 1 << 20
    /// The system tells of pages in pieces, so that the answer for a large file needs little memory itself.
    private static let pieceOfPages = 1 << 16

    public static let pageBytes = sysconf(Int32(_SC_PAGESIZE))

    /// Memory of its own, in huge pages where the system has them. It takes no room before it is written to.
    public convenience init(byteCount: Int) throws(MappingRefused) {
        try self.init(byteCount: byteCount, file: nil)
        _ = madvise(start, byteCount, MADV_HUGEPAGE)
    }

    /// The pages of a file. What is stored to them gets to the disk by and by, and at once by `ScratchFile.startWriting`.
    public convenience init(of file: ScratchFile) throws(MappingRefused) {
        try self.init(byteCount: file.byteCount, file: file)
    }

    private init(byteCount: Int, file: ScratchFile?) throws(MappingRefused) {
        precondition(byteCount > 0, "a mapping holds at least one byte, not \(byteCount)")
        let flags = file == nil ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED
        let mapping = mmap(nil, byteCount, PROT_READ | PROT_WRITE, flags, file?.descriptor ?? -1, 0)
        guard let mapping, mapping != MAP_FAILED else { throw MappingRefused(byteCount: byteCount, cause: .last) }
        self.byteCount = byteCount
        self.file = file
        start = mapping
    }

    deinit { munmap(start, byteCount) }

    /// Copies the first bytes of the words.
    ///
    /// - Precondition: there are as many as the range has.
    public func copy(_ words: ArraySlice<UInt64>, to range: Range<Int>, on team: WorkerTeam) {
        forEachPiece(of: range, words, on: team) { memcpy($0, $1, $2) }
    }

    /// Whether the range has the first bytes of the words, every one.
    ///
    /// - Precondition: there are as many as the range has.
    public func holds(_ words: ArraySlice<UInt64>, at range: Range<Int>, on team: WorkerTeam) -> Bool {
        let differs = Atomic<Bool>(false)
        forEachPiece(of: range, words, on: team) { memory, words, count in
            if memcmp(memory, words, count) != 0 { differs.store(true, ordering: .relaxed) }
        }
        return !differs.load(ordering: .relaxed)
    }

    /// Lets the system begin to read pages of a file that will soon be needed, and does not wait for them. It reads as much as
    /// the file system's read-ahead allows, from the start of the range on; the rest follows as pages are touched.
    public func ask(for range: Range<Int>) { advise(MADV_WILLNEED, range) }

    /// Takes pages of a file out of this process. The system still holds them until it is told to forget them
    /// (`ScratchFile.forget`), which it only does for pages that no process shows.
    ///
    /// - Precondition: it is memory of a file; of its own, what it holds would be lost.
    public func hide(_ range: Range<Int>) {
        precondition(file != nil, "hiding pages that no file has would lose them")
        advise(MADV_DONTNEED, range)
    }

    /// How many bytes of these pages are in memory, of this process or as the system's copy of the file; nil where the system
    /// does not tell.
    public func residentBytes(in range: Range<Int>) -> Int? {
        let pages = pages(of: range)
        var answer = [UInt8](repeating: 0, count: min(Self.pieceOfPages, pages.count))
        var resident = 0
        for first in stride(from: pages.lowerBound, to: pages.upperBound, by: Self.pieceOfPages) {
            let count = min(Self.pieceOfPages, pages.upperBound - first)
            guard mincore(start + first * Self.pageBytes, count * Self.pageBytes, &answer) == 0 else { return nil }
            resident += answer[..<count].count { $0 & 1 == 1 }
        }
        return resident * Self.pageBytes
    }

    private func forEachPiece(
        of range: Range<Int>, _ words: ArraySlice<UInt64>, on team: WorkerTeam,
        _ body: @Sendable (UnsafeMutableRawPointer, UnsafeRawPointer, _ count: Int) -> Void
    ) {
        precondition(range.lowerBound >= 0 && range.upperBound <= byteCount, "\(range) of \(byteCount) bytes")
        precondition(range.count <= words.count * MemoryLayout<UInt64>.size, "\(words.count) words for \(range)")
        team.forEach(count: (range.count + Self.piece - 1) / Self.piece) { _, piece in
            let offset = piece * Self.piece
            words.withUnsafeBytes {
                body(
                    self.start + range.lowerBound + offset, $0.baseAddress! + offset,
                    min(Self.piece, range.count - offset))
            }
        }
    }

    private func advise(_ advice: Int32, _ range: Range<Int>) {
        let pages = pages(of: range)
        _ = madvise(start + pages.lowerBound * Self.pageBytes, pages.count * Self.pageBytes, advice)
    }

    /// Those that the range has a byte of.
    private func pages(of range: Range<Int>) -> Range<Int> {
        precondition(range.lowerBound >= 0 && range.upperBound <= byteCount, "\(range) of \(byteCount) bytes")
        return range.lowerBound / Self.pageBytes..<(range.upperBound + Self.pageBytes - 1) / Self.pageBytes
    }
}

/// Memory that the system does not map.
public struct MappingRefused: Fault, Hashable {
    public let byteCount: Int
    public let cause: SystemError

    public var exitStatus: ExitStatus { .internalFailure }

    public var description: String {
        "the system does not map \(byteCount) bytes: \(cause); ask for less, or allow more with `ulimit -v`"
    }
}
