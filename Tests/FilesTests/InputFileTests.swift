import Foundation
import TestSupport
import Testing

@testable import Files

/// Files as they are, and every way in which one cannot be read.
@Suite struct InputFileTests {
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    private func refusal(of path: String) -> String? {
        #expect(throws: UnreadableFile.self) { try InputFile.text(path) }?.description
    }

    @Test func aFileIsReadWhole() throws {
        let bytes = Data((0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* $0) })
        try bytes.write(to: URL(fileURLWithPath: folder.path("a")))
        #expect(try InputFile.read(folder.path("a")) == bytes)
        try folder.write("", to: "empty")
        #expect(try InputFile.text(folder.path("empty")).isEmpty)
        try folder.write("größer", to: "text")
        try folder.link("link", to: "text")
        #expect(try InputFile.text(folder.path("link")) == "größer")
    }

    @Test func whatCannotBeReadIsSaidInPlainWords() throws {
        let path = folder.path("a")
        #expect(refusal(of: path) == "cannot read \(path): no such file or directory")
        #expect(refusal(of: folder.url.path) == "cannot read \(folder.url.path): is a directory")
        try Data([0xFF, 0xFE, 0x00, 0xD8, 0x41]).write(to: URL(fileURLWithPath: path))
        #expect(refusal(of: path) == "cannot read \(path): it is not UTF-8 text")
        let crowded = UnreadableFile(path: "a", cause: .system(SystemError(code: EMFILE)))
        #expect(crowded.description == "cannot read a: too many open files; allow more with `ulimit -n`")
    }

    /// To open it would wait for ever: nobody writes into it.
    @Test func aPipeIsNotWaitedFor() throws {
        let path = folder.path("pipe")
        #expect(mkfifo(path, 0o600) == 0)
        let words = "it is a pipe or a device, which cannot be read twice; write its contents to a file"
        #expect(refusal(of: path)?.hasPrefix("cannot read \(path): \(words)") == true)
    }

    @Test func whatFoundationRefusedHasTheSystemsWords() {
        let error = #expect(throws: (any Error).self) {
            try FileManager.default.removeItem(atPath: folder.path("none"))
        }
        #expect(error.map { SystemError($0).description } == "no such file or directory")
        struct Foreign: Error {}
        #expect(SystemError(Foreign()).description == "input/output error")
    }
}
