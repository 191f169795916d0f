import Foundation
import TestSupport
import Testing

@testable import Hardware

/// Made-up folders in which the program stands.
@Suite struct InstallationTests {
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    /// An empty file, or a folder where the path ends in `/`.
    private func make(_ paths: String...) throws {
        for path in paths {
            let url = folder.url.appendingPathComponent(path)
            let parent = path.hasSuffix("/") ? url : url.deletingLastPathComponent()
            try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
            if !path.hasSuffix("/") { try Data().write(to: url) }
        }
    }

    private func installation(of program: String) -> Installation { Installation(program: path(program)) }

    private func path(_ name: String) -> String { folder.url.standardizedFileURL.path + "/" + name }

    /// The same tree in an archive's folder, below /usr and in a virtual environment of Python.
    @Test(arguments: ["attnbench-1.0", "usr", "venv"])
    func aPrefixIsFoundFromBothPrograms(prefix: String) throws {
        try make("\(prefix)/share/attnbench/")
        for program in ["bin/attnbench", "libexec/attnbench/x86-64-v3/attnbench"] {
            let installation = installation(of: "\(prefix)/\(program)")
            #expect(installation == .prefix(path(prefix)))
            #expect(installation.files == path(prefix) + "/share/attnbench")
        }
    }

    /// A package that was unpacked in a checkout, by scripts/check-packages for instance, is none of it.
    @Test func aPrefixIsNearerThanACheckout() throws {
        try make("share/attnbench/", "other/")
        try Data("name: \"attnbench\",".utf8).write(to: folder.url.appendingPathComponent("Package.swift"))
        #expect(installation(of: "bin/attnbench") == .prefix(path("").dropLast().description))
        #expect(installation(of: ".build/release/attnbench") == .checkout(path("").dropLast().description))
        #expect(installation(of: ".build/release/attnbench").files == path("").dropLast().description)
        #expect(installation(of: "other/attnbench").variants.isEmpty)
    }

    /// The package of somebody else, a program without its files, and a folder of files that is not at its place.
    @Test func aProgramAloneHasNoFiles() throws {
        try make("home/share/attnbench/", "bin/attnbench")
        try Data("name: \"other\",".utf8).write(to: folder.url.appendingPathComponent("Package.swift"))
        for program in ["bin/attnbench", "home/attnbench", "home/x/y/attnbench", "home/libexec/attnbench/attnbench"] {
            #expect(installation(of: program) == .alone, "\(program)")
            #expect(installation(of: program).files == nil)
        }
        // A program whose path nobody knows.
        #expect(Installation(program: "attnbench") == .alone)
    }

    @Test func variantsAreFoldersWithAProgram() throws {
        try make(
            "share/attnbench/", "libexec/attnbench/x86-64-v3/attnbench", "libexec/attnbench/x86-64-v4/attnbench",
            "libexec/attnbench/empty/")
        let program = folder.url.appendingPathComponent("libexec/attnbench/x86-64-v3/attnbench").path
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program)
        #expect(installation(of: "libexec/attnbench/x86-64-v3/attnbench").variants == ["x86-64-v3"])
    }
}
