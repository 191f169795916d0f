import CVector
import TestSupport
import Testing

@testable import Kernels

/// Kernels are fast only if the compiler does as CVector.h says. One lost specialisation, or one call of libm, costs ten
/// to a hundred times, and every result stays right: so the machine code of this very binary is read.
@Suite(.enabled(if: Disassembly.obstacle == nil, "\(Disassembly.obstacle ?? "")"))
struct InstructionTests {
    private static let functions = Result { try Disassembly.functions() }
    private static let hasDot = VECTOR_HAS_BFLOAT16_DOT == 1
    private static let hasFMA = VECTOR_HAS_FMA == 1
    private static let register = [16: "%zmm", 8: "%ymm"][Lanes.lanes] ?? "%xmm"
    private static let product = hasFMA ? "vfmadd" : "mulps"

    /// What each probe must hold on vectors of 16, 8 and 4 lanes; nothing where the target has no such instruction.
    private static let operations: [(probe: String, by: [Int: [String]])] = [
        ("fmaProbe", [16: [product], 8: [product], 4: [product]]),
        ("maxProbe", [16: ["vmaxps"], 8: ["vmaxps"], 4: ["maxps"]]),
        // On 8 and 4 lanes both forms are one function.
        ("scaledProbe", [16: ["vreduceps", product, "vscalefps"], 8: ["vmaxps", "vpslld"], 4: ["maxps", "pslld"]]),
        ("shiftedProbe", [16: ["vmaxps", "vpslld"]]),
        ("tanhProbe", [16: [product, "vscalefps", "vdivps"], 8: [product, "vdivps"], 4: [product, "divps"]]),
        // The blend of a lone probe is part of returning its result.
        ("visibleProbe", [16: ["vpcmp"], 8: ["vpcmpgtd", "vblendvps"], 4: ["pcmpgtd"]]),
        ("anyProbe", [16: ["vcmp", "kortest"], 8: ["vcmp"], 4: ["cmp"]]),
        ("dotProbe", [16: hasDot ? ["vdpbf16ps"] : [product], 8: [product], 4: [product]]),
        ("pairsProbe", [16: hasDot ? ["vcvtne2ps2bf16", "vpermw"] : []]),
        ("widenProbe", [16: ["vcvtph2ps"], 8: hasFMA ? ["vcvtph2ps"] : []]),
        ("byteDotProbe", [16: ["vpdpbusd"]]),
        ("widenByteProbe", [16: ["vpmovsxbw", "vcvtph2ps"]]),
        ("largestProbe", [16: ["vmaxps"]]),
        ("narrowProbe", [16: ["vcvtps2ph"], 8: hasFMA ? ["vcvtps2ph"] : []]),
        ("roundProbe", [16: hasDot ? ["vcvtneps2bf16"] : []]),
        ("fetchProbe", [16: ["prefetcht0"], 8: ["prefetcht0"], 4: ["prefetcht0"]]),
        ("ownProbe", [16: ["prefetchw"]]),
    ]

    @Test func everyOperationIsTheInstructionThatItsCommentNames() throws {
        for (probe, instructions) in Self.operations {
            let names = try Self.functions.get().filter { $0.contains(probe) }
            let name = try #require(names.first, "\(probe) is not in this binary")
            let code = try Disassembly.instructions(of: name)
            for instruction in instructions[Lanes.lanes] ?? [] {
                #expect(code.contains { $0.hasPrefix(instruction) }, "\(probe) without \(instruction): \(code)")
            }
            // Where the target has the instruction, nothing else may be called for it. (Half precision without F16C is
            // the compiler's own library.)
            if instructions[Lanes.lanes] != nil { #expect(Self.calls(in: code) == [], "\(probe)") }
        }
    }

    @Test(
        arguments: ["14multiplyScores_", "9addValues_", "7addRows_"],
        [
            ("Float32", "TwoVectors"), ("Float32", "OneVector"), ("BFloat16", "TwoVectors"), ("BFloat16", "OneVector"),
        ]
    )
    func aRegisterTileIsProductsOnRegisters(function: String, tile: (type: String, vectors: String)) throws {
        // A backward pass multiplies float32 only.
        if function == "7addRows_" && tile.type == "BFloat16" { return }
        let (type, vectors) = tile
        let rows = function == "7addRows_" ? RowTile.rows : Tile<Float32Product>.rows
        let sums = vectors == "TwoVectors" ? 2 * rows : NarrowTile<Float32Product>.rows
        let code = try Disassembly.instructions(of: try specialisation(of: function, for: type, vectors))
        let instruction = type == "BFloat16" && Self.hasDot ? "vdpbf16ps" : Self.product
        let products = code.filter { $0.hasPrefix(instruction) || $0.hasPrefix("v" + instruction) }
        #expect(products.count >= sums, "one product for each register of the tile")
        #expect(products.filter { !$0.contains(Self.register) } == [], "products narrower than a register")
        #expect(Self.calls(in: code) == [])
        // A sum that is stored and loaded in each step would halve the speed. Between two tiles the largest scores may go to
        // memory and back where a tile takes nearly all registers; and without an instruction for pairs of bfloat16 there are
        // masks and shifts to hold.
        let spills = code.filter { $0.contains(Self.register) && ($0.contains("(%rsp") || $0.contains("(%rbp")) }
        if Lanes.lanes == 16 { #expect(spills == []) }
        if Self.hasFMA, type == "Float32" { #expect(spills.count < sums, "\(function) \(vectors): \(spills)") }
    }

    @Test(arguments: ["Float32Element", "BFloat16Element", "Float16Rows", "BFloat16Rows"])
    func softmaxIsOnVectors(element: String) throws {
        let code = try Disassembly.instructions(
            of: try specialisation(of: "FusedWorkspaceC6attend__5group_", for: element))
        let exponentials = Lanes.lanes == 16 ? ["vreduceps", "vscalefps", "vpslld"] : []
        for instruction in exponentials + (Self.hasFMA ? ["vfmadd"] : ["mulps"]) {
            let found = code.filter { $0.hasPrefix(instruction) || $0.hasPrefix("v" + instruction) }
            #expect(found.contains { $0.contains(Self.register) }, "\(element) without \(instruction)")
        }
        // What is called: the products, and the runtime's check of exclusive access, twice a tile of 128 keys.
        for target in Self.calls(in: code) {
            // Without F16C, half precision is widened by the compiler's own library.
            let isWidening = !Self.hasFMA && target.contains("__extendhfsf2")
            #expect(
                isWidening || target.contains("$s7Kernels") || target.contains("Access@plt"),
                "\(element) calls \(target)")
        }
    }

    /// A run, the generic functions that it reaches, and how many there are of these at least.
    private static let runs = [
        // Two products by two types by two widths, and a workspace's way through block, range and tile for four types.
        (
            "14FusedAttentionC3run",
            ["14multiplyScores_", "9addValues_", "FusedWorkspaceC6attend", "13OnlineSoftmaxV6update"], 8 + 4
        ),
        // Three products by two widths, and a workspace's way through item and tile for three types.
        (
            "13FusedBackwardC3run",
            ["14multiplyScores_", "9addValues_", "s7Kernels7addRows_", "BackwardWorkspaceC"], 6 + 3
        ),
    ]

    /// Everything that a fused run can reach: no generic code as it is written, which goes through witness tables.
    @Test(arguments: runs)
    func aRunReachesSpecialisedCodeOnly(run: String, generic: [String], count: Int) throws {
        let all = Set(try Self.functions.get())
        var waiting = all.filter { $0.hasPrefix("$s7Kernels" + run) }
        var reached = Set<String>()
        #expect(!waiting.isEmpty)
        while let function = waiting.popFirst() {
            guard reached.insert(function).inserted else { continue }
            for line in try Disassembly.instructions(of: function) {
                for match in line.matches(of: #/<(\$s7Kernels[^>+]+)/#) {
                    let target = String(match.1)
                    if all.contains(target), !reached.contains(target) { waiting.insert(target) }
                }
            }
        }
        let reachedGeneric = reached.filter { name in generic.contains { name.contains($0) } }
        #expect(reachedGeneric.count >= count, "\(reached.sorted())")
        #expect(reachedGeneric.filter { !Self.isSpecialised($0) }.sorted() == [])
    }

    private func specialisation(of function: String, for type: String, _ vectors: String? = nil) throws -> String {
        // Mangled names give the length before a type: "Float16" must not be found in "BFloat16".
        let mangled = try Regex("[0-9]\(type)")
        let names = try Self.functions.get().filter { name in
            name.hasPrefix("$s7Kernels") && name.contains(function) && Self.isSpecialised(name)
                && name.contains(mangled) && (vectors.map(name.contains) ?? true)
        }
        return try #require(names.first, "\(function) is not specialised for \(type)")
    }

    /// The suffix that the optimiser gives to a copy for given types.
    private static func isSpecialised(_ name: String) -> Bool { name.contains(#/T[a-z0-9]*[gG]\d/#) }

    /// Where the calls of a function lead.
    private static func calls(in code: [String]) -> [String] {
        code.filter { $0.hasPrefix("call") }.map { $0.split(separator: " ", maxSplits: 1).last.map(String.init) ?? $0 }
    }
}
