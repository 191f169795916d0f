import Foundation
import Testing

@testable import Hardware

/// The ceiling is one only if its loop is nothing but the instruction that it measures, on registers.
@Suite(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/objdump") && BuildFacts.vectorLanes >= 8))
struct PeakLoopAssemblyTests {
    @Test(arguments: [("peak_float32_rounds", "vfmadd"), ("peak_bfloat16_rounds", "vdpbf16ps")])
    func holdsNothingButItsInstruction(function: String, instruction: String) throws {
        if function == "peak_bfloat16_rounds" && !Ceilings.hasBFloat16 { return }
        let lines = try Self.disassembly(of: function)
        let first = try #require(lines.firstIndex { $0.hasPrefix(instruction) })
        let last = try #require(lines.lastIndex { $0.hasPrefix(instruction) })
        let body = lines[first...last]
        // The compiler unrolls the loop and adds a remainder, so there are several runs of the chains, parted by
        // counting and jumping; what must not be there is a load, a store or a move between registers.
        let others = body.filter { line in
            !line.hasPrefix(instruction)
                && !["add", "sub", "inc", "dec", "cmp", "test", "j", "nop", "data16", "xchg", "cs nop", "lea", "mov "]
                    .contains { line.hasPrefix($0) }
        }
        #expect(others == [])
        #expect(body.filter { $0.hasPrefix(instruction) }.count >= 12)
        #expect(body.filter { $0.hasPrefix(instruction) && $0.contains("(") } == [])
    }

    /// The instructions of one function of this very binary.
    private static func disassembly(of function: String) throws -> [String] {
        let objdump = Process()
        objdump.executableURL = URL(filePath: "/usr/bin/objdump")
        objdump.arguments = ["--no-show-raw-insn", "--disassemble=\(function)", "/proc/\(getpid())/exe"]
        let output = Pipe()
        objdump.standardOutput = output
        try objdump.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        objdump.waitUntilExit()
        return text.split(separator: "\n").compactMap { line in
            line.split(separator: "\t", maxSplits: 1).dropFirst().first.map { String($0) }
        }
    }
}
