import Foundation
import Records
import Statistics
import Testing

@testable import Analysis

@Suite struct ComparisonTests {
    private let still = Estimate(value: 1, low: 0.99, high: 1.01, level: 0.95)

    private func check(_ passed: Bool) -> ComparisonGuard {
        ComparisonGuard(name: .frozenLoop, passed: passed, message: "", estimate: still)
    }

    private func shape(_ kind: ShapeFinding.Kind, _ passed: Bool) -> ShapeFinding {
        ShapeFinding(kind: kind, subject: "full", passed: passed, message: "", baseline: 1, candidate: 1, limit: 1)
    }

    @Test(
        arguments: [
            ([.pass, .pass], .pass), ([.pass, .improved], .improved), ([.improved, .inconclusive], .inconclusive),
            ([.inconclusive, .regressed, .improved], .regressed), ([], .inconclusive),
        ] as [([CellVerdict], ComparisonVerdict)])
    func theWorstCellDecides(cells: [CellVerdict], verdict: ComparisonVerdict) {
        #expect(Comparison.verdict(cells: cells, guards: [check(true)], shape: [shape(.exponent, true)]) == verdict)
    }

    @Test(
        arguments: [
            ([.wrong], [.pass], .wrong), ([.wrong], [], .wrong), ([.wrong, .missing], [.regressed], .wrong),
            ([.missing], [.pass, .improved], .inconclusive), ([.missing], [.regressed], .regressed),
            ([.noBaseline], [.pass], .pass), ([.noBaseline], [.improved], .improved),
        ] as [([UncomparedCell.Cause], [CellVerdict], ComparisonVerdict)])
    func cellsWithoutARatioCount(
        uncompared: [UncomparedCell.Cause], cells: [CellVerdict], verdict: ComparisonVerdict
    ) {
        #expect(Comparison.verdict(cells: cells, uncompared: uncompared, guards: [check(true)], shape: []) == verdict)
    }

    @Test func aFailedGuardOpensWhatTheClockSays() {
        #expect(Comparison.verdict(cells: [.regressed], guards: [check(false)], shape: []) == .inconclusive)
        for kind in ShapeFinding.Kind.allCases {
            let verdict = Comparison.verdict(cells: [.pass], guards: [check(false)], shape: [shape(kind, false)])
            #expect(verdict == (kind.isCounted ? .regressed : .inconclusive))
            #expect(
                Comparison.verdict(cells: [.pass], guards: [check(true)], shape: [shape(kind, false)]) == .regressed)
        }
    }

    @Test func survivesItsFile() throws {
        let comparison = PlantedComparison.regressed
        let data = try JSONEncoder().encode(comparison)
        #expect(try JSONDecoder().decode(Comparison.self, from: data) == comparison)
        let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(object["schema"] as? String == "attnbench-comparison/1")
        #expect(object["verdict"] as? String == "REGRESSED")
    }
}

/// A comparison of planted blocks.
enum PlantedComparison {
    static let machine = Machine(
        cpuModel: "Test CPU", architecture: "x86_64", physicalCores: 2, logicalCPUs: 2, caches: Planted.caches,
        memoryBytes: 1 << 34, hypervisor: "KVM", vectorLanes: 8, instructionSet: "native", availableVectorLanes: 8,
        kernelRelease: "6.1", pinnedCPUs: [1], clockResolutionNanoseconds: 1, clockOverheadNanoseconds: 20, checks: [])

    static func build(_ commit: String) -> ResultsHeader.Build {
        ResultsHeader.Build(
            commit: commit, dirty: false, compiler: "6.3", flags: "-O", simd: "8 lanes", blasCore: "Haswell")
    }

    static func side(_ path: String) -> Comparison.Side { Comparison.Side(path: path, build: build(path)) }

    static var regressed: Comparison {
        let cells = PlantedBlocks.workloads
        let decision = try! PlantedBlocks(candidate: [cells[3]: 0.1]).decision()
        return Comparison(
            method: .paired, sweep: "planted", delta: 0.05, baseline: side("old"), candidate: side("new"),
            machine: machine, seed: 1, command: "attnbench gate", seconds: 12, cells: decision.cells,
            guards: decision.guards, shape: decision.shape, cautions: decision.cautions)
    }
}
