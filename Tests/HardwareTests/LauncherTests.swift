import Foundation
import TestSupport
import Testing

@testable import Hardware

/// The launcher, built as scripts/package builds it, among programs that stand for the variants.
@Suite(.enabled(if: !VariantInUse.table.isEmpty, "there are variants on x86-64 only"))
struct LauncherTests {
    private static let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Sources").path

    private let folder: TestFolder

    init() throws {
        folder = try TestFolder()
        try FileManager.default.createDirectory(
            at: folder.url.appendingPathComponent("prefix/bin"), withIntermediateDirectories: true)
        let build = try run(
            "clang -O1 -Wall -Wextra -Werror -I \(Self.sources)/CVariants/include \(Self.sources)/CVariants/CVariants.c "
                + "\(Self.sources)/Launcher/launcher.c -o prefix/bin/attnbench")
        try #require(build.status == 0, "\(build.messages)")
    }

    private func install(_ variants: [String]) throws {
        for variant in variants {
            _ = try run(
                """
                mkdir -p prefix/libexec/attnbench/\(variant)
                printf '#!/bin/sh\\necho "\(variant): $*"\\nexit 7\\n' > prefix/libexec/attnbench/\(variant)/attnbench
                chmod +x prefix/libexec/attnbench/\(variant)/attnbench
                """)
        }
    }

    private func run(_ line: String) throws -> (status: Int32, output: String, messages: String) {
        let (process, output, messages) = (Process(), Pipe(), Pipe())
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", line]
        process.currentDirectoryURL = folder.url
        process.environment = ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"]
        (process.standardOutput, process.standardError) = (output, messages)
        try process.run()
        let texts = [output, messages].map {
            String(decoding: $0.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        }
        process.waitUntilExit()
        return (process.terminationStatus, texts[0], texts[1])
    }

    /// Arguments and the exit status go through it, and it may be called by a link from anywhere.
    @Test func startsTheBestVariant() throws {
        let best = try #require(VariantInUse.best(of: Set(VariantInUse.table)), "no variant is for this CPU")
        try install(VariantInUse.table)
        let direct = try run("prefix/bin/attnbench run 'my sweep'")
        #expect(direct.status == 7 && direct.output == "\(best): run my sweep\n" && direct.messages == "")
        let linked = try run("ln -s prefix/bin/attnbench link && cd / && \"$OLDPWD/link\" list")
        #expect(linked.status == 7 && linked.output == "\(best): list\n")
    }

    @Test func obeysTheVariable() throws {
        let worst = try #require(VariantInUse.table.last)
        try install([worst])
        let chosen = try run("ATTNBENCH_VARIANT=\(worst) prefix/bin/attnbench x")
        #expect(chosen.output == "\(worst): x\n")
        let unknown = try run("ATTNBENCH_VARIANT=native prefix/bin/attnbench x")
        #expect(unknown.status == 2 && unknown.output == "")
        #expect(
            unknown.messages
                == "Error: ATTNBENCH_VARIANT is \"native\", and no variant of attnbench has this name; there are "
                + "\(VariantInUse.table.joined(separator: ", "))\n")
    }

    @Test func aVariableDoesNotCommandTheTerminal() throws {
        let run = try run("ATTNBENCH_VARIANT=$(printf 'a\\033[2Jb\\nc') prefix/bin/attnbench x")
        #expect(run.status == 2)
        #expect(run.messages.hasPrefix("Error: ATTNBENCH_VARIANT is \"a?[2Jb?c\", and no variant"))
    }

    @Test func saysThatNoVariantIsInstalled() throws {
        let run = try run("prefix/bin/attnbench list")
        #expect(run.status == 1 && run.output == "")
        #expect(run.messages.hasPrefix("Error: no variant of attnbench that this CPU can run is in /"))
        #expect(run.messages.hasSuffix("/prefix/libexec/attnbench; install attnbench again\n"))
    }

    @Test func saysThatAVariantCannotBeStarted() throws {
        let worst = try #require(VariantInUse.table.last)
        try install([worst])
        let run = try run("printf 'junk' > prefix/libexec/attnbench/\(worst)/attnbench; prefix/bin/attnbench list")
        #expect(run.status == 1)
        #expect(run.messages.hasSuffix("/libexec/attnbench/\(worst)/attnbench cannot be started: Exec format error\n"))
    }
}
