import Testing

/// The habits that a reader relies on.
@Suite struct SourceTests {
    private static let longestFile = 400
    private static let longestFunction = 70

    @Test func filesAreShort() {
        for file in Repository.swiftFiles + Repository.files(in: ["Sources"], extensions: ["c", "h"]) {
            #expect(
                file.lines.count <= Self.longestFile + 1, "\(file.path) has \(file.lines.count) lines; split it by idea"
            )
        }
    }

    @Test func functionsAreShort() {
        for file in Repository.swiftFiles {
            for function in functions(in: file.lines) {
                #expect(
                    function.length <= Self.longestFunction,
                    "\(file.path):\(function.line) has \(function.length) lines; split it")
            }
        }
    }

    /// Raw memory is opened in five places, so that a crash is looked for in five places.
    @Test func unsafeCodeStaysWhereItIsAllowed() throws {
        let word = try Regex(
            #"\b(Unsafe\w*|unsafeBitCast|withUnsafe\w*|Unmanaged|assumingMemoryBound|unsafe\))"#)
        for file in Repository.swiftSources {
            let isAllowed =
                file.path == "Sources/Attention/Tensor.swift" || file.path.hasPrefix("Sources/Kernels/")
                || file.path.hasPrefix("Sources/Hardware/") || file.path.hasPrefix("Sources/Engines/")
                || file.path.hasPrefix("Sources/Ranks/")
            guard !isAllowed else { continue }
            for (index, line) in file.lines.enumerated() {
                guard line.contains("nsafe") || line.contains("Unmanaged") || line.contains("Bound") else { continue }
                let code = line.split(separator: "//", maxSplits: 1, omittingEmptySubsequences: false)[0]
                #expect(code.firstMatch(of: word) == nil, "\(file.path):\(index + 1) opens raw memory")
            }
        }
    }

    /// Programs are started in one way only: Foundation's cannot bind them, end their children, or end with this one.
    @Test func programsAreStartedInOneWay() {
        for file in Repository.swiftSources where file.mentions("Process()") || file.mentions("posix_spawn") {
            for (index, line) in file.lines.enumerated() {
                #expect(
                    line.firstMatch(of: #/\bProcess\(\)|posix_spawn/#) == nil || line.contains("//"),
                    "\(file.path):\(index + 1) starts a program; use ChildProcess")
            }
        }
    }

    /// The compiler refuses `Int(aDouble)` only in files that import Statistics (`withoutTraps` in Package.swift).
    @Test func roundedNumbersBecomeIntegersWithoutTraps() {
        for file in Repository.swiftSources {
            for (index, line) in file.lines.enumerated() {
                #expect(
                    line.firstMatch(of: #/\bInt\((?!saturating:|exactly:).*\.rounded\(/#) == nil,
                    "\(file.path):\(index + 1): write Int(saturating:), or calculate with integers")
            }
        }
    }

    /// NSString's `deletingLastPathComponent` traps on "o" and on "out/"; `FileIdentity.folder` does not.
    @Test func foldersAreFoundWithoutTraps() {
        for file in Repository.swiftSources {
            #expect(!file.mentions("NSString).deletingLastPathComponent"), "\(file.path): use FileIdentity.folder(of:)")
        }
    }

    /// Files are written, renamed and deleted in one module, which survives full disks and kills.
    @Test func filesAreWrittenInOnePlace() throws {
        let call = try Regex(
            #"forWritingTo|forUpdating|createFile|createDirectory|O_WRONLY|O_RDWR|\b(?:rename|unlink|mkdir|flock)\("#
                + #"|\b(?:remove|move|copy|replace|link)Item|\.write\(to: (?!directory|folder)"#)
        // Kernels write to memory alone. The others: a file of the operating system's, the log of a child, memory that two
        // processes share, and programs that are linked anew.
        let others = [
            "Files/", "Kernels/", "Hardware/SystemFiles.swift", "Processes/Pipes.swift",
            "Engines/Serve/SharedFile.swift", "attnbench/ShuffledLayouts.swift",
        ]
        for file in Repository.swiftSources where !others.contains(where: { file.path.hasPrefix("Sources/\($0)") }) {
            for (index, line) in file.lines.enumerated() {
                #expect(line.firstMatch(of: call) == nil, "\(file.path):\(index + 1) writes without the module Files")
            }
        }
    }

    @Test func nothingIsLeftForLater() throws {
        // Put together here so that this file does not find itself.
        let words = ["TO" + "DO", "FIX" + "ME", "XX" + "X"]
        for file in Repository.writtenFiles {
            for (index, line) in file.lines.enumerated() {
                for word in words { #expect(!line.contains(word), "\(file.path):\(index + 1) says \(word)") }
            }
        }
    }

    /// A path of somebody's machine helps nobody else.
    @Test func pathsOfOneMachineStayOut() {
        // Put together here so that this file does not find itself.
        let folders = ["work", "root", "home", "Users", "tm" + "p"].map { "/\($0)/" }
        for file in Repository.writtenFiles {
            for (index, line) in file.lines.enumerated() {
                for folder in folders {
                    for place in line.ranges(of: folder) {
                        let before =
                            place.lowerBound > line.startIndex ? line[line.index(before: place.lowerBound)] : " "
                        // Behind a letter or a variable the folder is part of a longer, relative path.
                        let isAbsolute = !(before.isLetter || before.isNumber || "_.-})$*".contains(before))
                        #expect(!isAbsolute, "\(file.path):\(index + 1) names a path of one machine")
                    }
                }
            }
        }
    }

    @Test func scriptsStopAtTheFirstError() {
        let scripts = Repository.files(in: ["scripts", ".ci"], extensions: [""])
        #expect(scripts.count >= 5)
        for script in scripts {
            #expect(script.lines.first == "#!/usr/bin/env bash", "\(script.path)")
            #expect(script.lines.contains("set -euo pipefail"), "\(script.path)")
        }
    }

    @Test func measuresFunctions() {
        let lines = [
            "struct S {", "    func a() {", "        {", "        }()", "    }", "    func b() { 1 }", "    init(",
            "        x: Int",
            "    ) {", "    }", "}", "protocol P {", "    func c()", "}", "struct T {", "    let x: Int = {", "    }()",
            "}",
        ]
        #expect(functions(in: lines).map(\.line) == [2, 7])
        #expect(functions(in: lines).map(\.length) == [4, 4])
    }

    /// The formatter puts the brace that ends a function under its first letter, so the first such line ends it. A
    /// requirement without a body ends with the block around it.
    private func functions(in lines: [String]) -> [(line: Int, length: Int)] {
        lines.indices.compactMap { start in
            let line = lines[start]
            guard ["func ", "init", "subscript"].contains(where: line.contains) else { return nil }
            let isFunction = line.firstMatch(
                of: #/^\s*(?:@\S+\s+)*(?:[\w()]+\s+)*?(?:func\s|init[?(<]|deinit\b|subscript[(<])/#)
            guard isFunction != nil, !line.hasSuffix("}") else { return nil }
            let indent = line.prefix { $0 == " " }
            for end in lines.indices.dropFirst(start + 1) where !lines[end].isEmpty {
                if lines[end].hasPrefix(indent + "}") { return (start + 1, end - start + 1) }
                if lines[end].prefix(while: { $0 == " " }).count < indent.count { return nil }
            }
            return nil
        }
    }
}
