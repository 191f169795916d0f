import Foundation

/// The machine code of the running test binary, as objdump prints it.
public enum Disassembly {
    private static let objdump = "/usr/bin/objdump"

    /// Why there is nothing to read; nil where there is.
    public static var obstacle: String? {
        #if arch(x86_64)
            FileManager.default.isExecutableFile(atPath: objdump) ? nil : "objdump is missing: install binutils"
        #else
            "the expected instructions are those of x86-64"
        #endif
    }

    /// The names of all functions, mangled.
    public static func functions() throws -> [String] {
        try run(["--syms"]).split(separator: "\n").compactMap { line in
            line.contains(" F ") ? line.split(separator: " ").last.map(String.init) : nil
        }
    }

    /// The instructions of one function; empty where there is no such function.
    public static func instructions(of function: String) throws -> [String] {
        try run(["--no-show-raw-insn", "--disassemble=\(function)"]).split(separator: "\n").compactMap { line in
            line.split(separator: "\t", maxSplits: 1).dropFirst().first.map { String($0) }
        }
    }

    private static func run(_ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: objdump)
        process.arguments = arguments + ["/proc/\(getpid())/exe"]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return text
    }
}
