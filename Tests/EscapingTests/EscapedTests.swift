import Foundation
import TestSupport
import Testing

import Escaping

@Suite struct EscapedTests {
    private static let all = HostileStrings.all

    @Test func theCorpusIsLarge() {
        #expect(Set(Self.all).count >= 100)
    }

    @Test func literalsStayAndTextIsEscaped() {
        let inner: Escaped<HTML> = "<b>\("<i>")</b>"
        #expect(inner.text == "<b>&lt;i&gt;</b>")
        #expect(("<p>\(inner)</p>" as Escaped<HTML>).text == "<p><b>&lt;i&gt;</b></p>", "not escaped twice")
        #expect([inner, inner].joined(separator: "<br>").text == "<b>&lt;i&gt;</b><br><b>&lt;i&gt;</b>")
    }

    /// A quote with an accent on it is a quote.
    @Test func accentsHideNothing() {
        #expect(HTML.escaped("\"\u{301}") == "&quot;\u{301}")
        #expect(XML.escaped("<\u{338}") == "&lt;\u{338}")
        #expect(SQL.escaped("'\u{301}") == "'''\u{301}'")
        #expect(Markdown.escaped("`\u{301}|\u{301}") == "\\`\u{301}\\|\u{301}")
        #expect(CSV.escaped("=\u{338}1") == "'=\u{338}1")
        #expect(GnuplotText.escaped("_\u{301}") == "\\_\u{301}")
        #expect(ShellCommand(["'\u{301}"]).description == "''\\''\u{301}'")
    }

    @Test func whatIsUnseenBecomesVisible() {
        #expect(
            VisibleText.line("a\u{1B}[31m\u{9B}\u{202E}\u{2028}\0\u{7F}") == "a␛[31m<U+009B><U+202E><U+2028>␀<U+007F>")
        #expect(VisibleText.line("a\r\nb\rc\nd\te") == "a b c d e")
        #expect(VisibleText.lines("a\nb\u{1B}\r") == "a\nb␛␍")
        for text in Self.all {
            let texts = [
                HTML.escaped(text), XML.escaped(text), Markdown.escaped(text), LaTeX.escaped(text), SQL.escaped(text),
                CSV.escaped(text), GnuplotText.escaped(text), TerminalScreen.escaped(text),
                WorkflowMessage.escaped(text), ShellCommand([text]).description,
            ]
            for escaped in texts {
                let seen = escaped.unicodeScalars.filter { !["\n", "\r", "\t"].contains($0) }
                #expect(!seen.contains(where: VisibleText.isUnseen), "\(escaped)")
            }
        }
    }

    @Test func formulasAreText() {
        #expect(CSV.escaped("=1+1") == "'=1+1")
        #expect(CSV.escaped("a;b") == "\"a;b\"")
        #expect(CSV.escaped("full, \"x\"") == "\"full, \"\"x\"\"\"")
        #expect(CSV.escaped("full") == "full")
    }

    @Test func blocksOfMarkdownDoNotBegin() {
        #expect(Markdown.block("# x").text == "\\# x")
        #expect(Markdown.block("1. x").text == "1\\. x")
        #expect(Markdown.block("1.5 times").text == "1.5 times")
        #expect(Markdown.block("    code").text == "code")
        #expect(Markdown.escaped("[x](y) [1, 2]: z") == "[x]\\(y) [1, 2]: z")
        #expect(Markdown.block("[x]: y").text == "\\[x]: y")
        #expect(Markdown.escaped("$2.50, $x$") == "$2.50, \\$x\\$")
        #expect(Markdown.code("a\n````", language: "sh").text == "`````sh\na\n````\n`````\n")
    }

    @Test func fileNamesLeadNowhere() {
        for text in Self.all {
            let name = FileName.part(text)
            #expect(!name.contains("/") && !name.hasPrefix(".") && name.count <= 120, "\(name)")
            #expect(!name.unicodeScalars.contains(where: VisibleText.isUnseen))
        }
    }

    /// GitHub's runner, as `ActionCommand.cs` of actions/runner reads a line: `::name …::` behind space, or `##[name …]`
    /// anywhere.
    @Test func noLineIsObeyed() {
        func isCommand(_ line: Substring) -> Bool {
            line.drop(while: \.isWhitespace).hasPrefix("::") || line.contains("##[")
        }
        #expect(isCommand("  ::error::x") && isCommand("a ##[error]x") && !isCommand("a::error::x"))
        for text in Self.all {
            let lines = TerminalScreen.escaped("before\n\(text)\nafter").unicodeScalars.split(separator: "\n")
            for line in lines { #expect(!isCommand(Substring(line)), "\(line)") }
            #expect(!WorkflowMessage.escaped(text).unicodeScalars.contains { $0 == "\n" || $0 == "\r" })
            #expect(!WorkflowProperty.escaped(text).contains("::"))
        }
    }

    @Test func jSONKeepsItsValue() throws {
        for text in Self.all {
            let json = JSONEscapes.visible(String(decoding: try JSONEncoder().encode([text]), as: UTF8.self))
            #expect(try JSONDecoder().decode([String].self, from: Data(json.utf8)) == [text])
            #expect(!json.unicodeScalars.contains(where: VisibleText.isUnseen) && !json.contains("##["))
        }
    }

    /// LaTeX knows a text by its commands: all of them are ours, and none of them takes a name.
    @Test func laTeXHoldsNoForeignCommand() {
        for text in Self.all {
            let escaped = LaTeX.escaped(text)
            #expect(!escaped.unicodeScalars.contains("\n") && !escaped.contains("^^"), "\(escaped)")
            for command in escaped.matches(of: #/\\([A-Za-z]+|.)/#) {
                let isOurs = command.1.hasPrefix("text") || ["{", "}", "%", "&", "#", "$", "_"].contains(command.1)
                #expect(isOurs || ["times", "pm", "cdot", "dots"].contains(command.1), "\(escaped)")
            }
            let plain = escaped.replacing(#/\\([A-Za-z]+(\{\})?|.)/#, with: "").replacing(#/\{[\[\]]\}/#, with: "")
            #expect(!plain.contains { "\\{}%&#$^_".contains($0) }, "\(plain)")
            #expect(!LaTeX.comment(text).text.dropLast().unicodeScalars.contains { $0 == "\n" || $0 == "\r" })
        }
    }

    /// The shell reads back the same words, and runs nothing that is in them.
    @Test func bashReadsTheSameWords() throws {
        let words = Self.all.filter { !$0.unicodeScalars.contains("\0") }
        let command = ShellCommand(["attnbench"] + words).description
        #expect(!command.contains("\n"))
        let (output, files) = try Self.bash("attnbench() { printf '%s\\0' \"$@\"; }\n" + command)
        #expect(output.split(separator: "\0", omittingEmptySubsequences: false).dropLast().map(String.init) == words)
        #expect(files == [])
        #expect(ShellCommand(line: command)?.words == ["attnbench"] + words)
    }

    /// A stranger's line starts this program at most, whatever it says.
    @Test func aForeignLineRunsNothingElse() throws {
        for text in Self.all { #expect(ShellCommand(line: text) == nil) }
        let commands = Self.all.compactMap { ShellCommand(line: "attnbench run \($0)") }
            .filter { !$0.words.contains { $0.unicodeScalars.contains("\0") } }
        #expect(commands.count > 100)
        let script = commands.map(\.description).joined(separator: "\n")
        let (output, files) = try Self.bash("attnbench() { printf '%s\\0' \"$@\"; }\n" + script)
        #expect(
            output.split(separator: "\0", omittingEmptySubsequences: false).dropLast().map(String.init)
                == commands.flatMap { $0.words.dropFirst() })
        #expect(files == [])
        #expect(
            ShellCommand(line: "attnbench run 'a b' $'\\x1b' it\\'s \"")?.words
                == ["attnbench", "run", "a b", "\u{1B}", "it's", "\""])
    }

    /// In a folder of its own; returns what it holds afterwards.
    private static func bash(_ script: String) throws -> (output: String, files: [String]) {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("attnbench-shell-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments = ["--norc", "-c", script]
        process.currentDirectoryURL = folder
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (String(decoding: data, as: UTF8.self), try FileManager.default.contentsOfDirectory(atPath: folder.path))
    }
}
