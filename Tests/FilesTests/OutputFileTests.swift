import Foundation
import TestSupport
import Testing

@testable import Files

@Suite struct OutputFileTests {
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    private func write(_ text: String, to name: String, existing: OutputFile.Existing = .isReplaced) throws {
        try OutputFile.write(Data(text.utf8), to: folder.path(name), existing: existing)
    }

    @Test(arguments: [
        ("o", "."), ("out", "."), ("out/", "."), ("/o", "/"), ("/", "/"), ("//", "/"), ("a/b", "a"), ("a//b/", "a"),
        ("/a/b", "/a"), ("./a", "."), ("../a", ".."), ("a/\u{301}b", "a"), ("", "."),
    ]) func aNameIsInAFolder(path: String, folder: String) {
        #expect(FileIdentity.folder(of: path) == folder)
    }

    @Test func writesANewFileAndReplacesAnOldOne() throws {
        try write("old", to: "a")
        #expect(folder.text("a") == "old")
        try write("new", to: "a")
        #expect(folder.text("a") == "new" && folder.names == ["a"])
    }

    /// The file is what it was or what it is to be, and a reader who holds it open sees no change.
    @Test func aKillAtAnyStepLeavesTheOldFileOrTheNewOne() throws {
        let steps = try FaultyDisk.eachStep(.kill) { _ in
            try folder.write("the old contents", to: "a")
            try? write("the new contents", to: "a")
            #expect(["the old contents", "the new contents"].contains(folder.text("a")))
        }
        #expect(steps == 5, "create, write, sync, rename and sync of the folder")
        #expect(folder.text("a") == "the new contents")
    }

    @Test func aRefusalAtAnyStepIsToldAndLeavesNothingBehind() throws {
        let steps = try FaultyDisk.eachStep(.refusal(ENOSPC)) { step in
            try folder.write("the old contents", to: "a")
            do {
                try write("the new contents", to: "a")
            } catch let error as UnwritableFile {
                #expect(error == UnwritableFile(path: folder.path("a"), cause: SystemError(code: ENOSPC)))
                // Once the name is given only the folder is left to be synced.
                #expect(folder.text("a") == (step < 5 ? "the old contents" : "the new contents"))
            }
            #expect(folder.names == ["a"])
        }
        #expect(steps == 5)
    }

    @Test func whatIsToBeKeptIsKept() throws {
        try write("first", to: "a", existing: .isKept)
        let error = #expect(throws: UnwritableFile.self) { try write("second", to: "a", existing: .isKept) }
        #expect(error?.cause == SystemError(code: EEXIST))
        #expect(folder.text("a") == "first" && folder.names == ["a"])
    }

    /// The name is taken while the draft is written.
    @Test func whatComesBetweenIsKept() throws {
        let file = try OutputFile(folder.path("a"), existing: .isKept)
        try file.append(Data("mine".utf8))
        try folder.write("theirs", to: "a")
        #expect(throws: UnwritableFile.self) { try file.commit() }
        #expect(folder.text("a") == "theirs")
    }

    @Test func aNewFileIsWholeOrMissingAfterAKill() throws {
        let steps = FaultyDisk.eachStep(.kill) { _ in
            try? FileManager.default.removeItem(atPath: folder.path("a"))
            try? write("whole", to: "a", existing: .isKept)
            #expect([nil, "whole"].contains(folder.text("a")))
        }
        #expect(steps == 6)
    }

    @Test(arguments: ["target", "missing"]) func aLinkStaysALink(target: String) throws {
        try folder.write("old", to: "inner/target")
        try folder.link("link", to: "again")
        try folder.link("again", to: "inner/\(target)")
        try write("new", to: "link")
        #expect(folder.text("inner/\(target)") == "new")
        let destination = try FileManager.default.destinationOfSymbolicLink(atPath: folder.path("link"))
        #expect(destination == "again")
    }

    @Test func aSecondNameKeepsTheOldContents() throws {
        try folder.write("old", to: "a")
        try FileManager.default.linkItem(atPath: folder.path("a"), toPath: folder.path("b"))
        try write("new", to: "a")
        #expect(folder.text("b") == "old")
    }

    @Test func permissionsStay() throws {
        try folder.write("old", to: "a")
        chmod(folder.path("a"), 0o640)
        try write("new", to: "a")
        let attributes = try FileManager.default.attributesOfItem(atPath: folder.path("a"))
        #expect(attributes[.posixPermissions] as? Int == 0o640)
    }

    @Test func aDeviceIsWrittenToAndStaysADevice() throws {
        try OutputFile.write(Data("gone".utf8), to: "/dev/null")
        var information = stat()
        #expect(stat("/dev/null", &information) == 0 && information.st_mode & S_IFMT == S_IFCHR)
        let full = #expect(throws: UnwritableFile.self) { try OutputFile.write(Data("x".utf8), to: "/dev/full") }
        #expect(
            full?.description
                == "cannot write /dev/full: no space left on device; free space on its disk, or choose another place")
    }

    @Test func tryingChangesNothing() throws {
        try folder.write("old", to: "a")
        try OutputFile.requireWritable(folder.path("a"))
        try OutputFile.requireWritable(folder.path("new"))
        #expect(folder.text("a") == "old" && folder.names == ["a"])
        let nowhere = folder.path("no/such/folder")
        let error = #expect(throws: UnwritableFile.self) { try OutputFile.requireWritable(nowhere) }
        #expect("\(error!)" == "cannot write \(nowhere): no such file or directory; choose another place")
        let crowded = UnwritableFile(path: "a", cause: SystemError(code: EMFILE))
        #expect(crowded.description == "cannot write a: too many open files; allow more with `ulimit -n`")
        #expect(throws: UnwritableFile.self) { try OutputFile.requireWritable(folder.url.path) }
    }

    @Test func foldersAreMadeOnTheWay() throws {
        let steps = FaultyDisk.eachStep(.refusal(ENOSPC)) { _ in
            try? FileManager.default.removeItem(atPath: folder.path("x"))
            try? Folder.make(folder.path("x/y"))
        }
        #expect(steps == 4, "each of the two is made, and the folder above it is synced")
        try folder.write("", to: "file")
        let error = #expect(throws: UnwritableFile.self) { try Folder.make(folder.path("file/z")) }
        #expect(error?.cause == SystemError(code: ENOTDIR))
        // What has no status is not always missing.
        #expect(symlink("loop", folder.path("loop")) == 0)
        let endless = #expect(throws: UnwritableFile.self) { try Folder.make(folder.path("loop/z")) }
        #expect(endless?.cause == SystemError(code: ELOOP))
    }
}

@Suite struct AppendedFileTests {
    /// What could not be written whole is taken away again, and the pieces around it stay.
    @Test func aRefusedPieceLeavesNoHalf() throws {
        let folder = try TestFolder()
        // Opening is the first step, the two pieces are the second and the third.
        let disk = FaultyDisk(.refusal(ENOSPC), atStep: 3)
        try Disks.$current.withValue(disk) {
            let file = try AppendedFile(folder.path("log"))
            try file.append(Data("first\n".utf8))
            #expect(throws: UnwritableFile.self) { try file.append(Data("second\n".utf8)) }
            try file.append(Data("third\n".utf8))
            try file.sync()
        }
        #expect(folder.text("log") == "first\nthird\n")
    }

    @Test func goesOnBehindWhatIsThere() throws {
        let folder = try TestFolder()
        try folder.write("first\n", to: "log")
        try AppendedFile(folder.path("log")).append(Data("second\n".utf8))
        #expect(folder.text("log") == "first\nsecond\n")
    }
}
