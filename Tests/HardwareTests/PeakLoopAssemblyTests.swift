import Records
import TestSupport
import Testing

@testable import Hardware

/// The ceiling is one only if its loop is nothing but the instruction that it measures, on registers.
@Suite(
    .enabled(if: Disassembly.obstacle == nil, "\(Disassembly.obstacle ?? "")"),
    .enabled(if: BuildFacts.vectorLanes >= 8, "the SSE build has no such instructions"))
struct PeakLoopAssemblyTests {
    @Test(arguments: [("peak_float32_rounds", "vfmadd"), ("peak_bfloat16_rounds", "vdpbf16ps")])
    func holdsNothingButItsInstruction(function: String, instruction: String) throws {
        if function == "peak_bfloat16_rounds" && !Ceilings.hasBFloat16 { return }
        let lines = try Disassembly.instructions(of: function)
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
}
