import Analysis
import Attention
import Foundation
import Kernels
import Testing
import TestSupport

@testable import Reporting
@testable import Drawing

@Suite struct CrossoverFigureTests {
    @Test func pointsStandAtTheirWindowsOverTheory() throws {
        let plot = try #require(Crossovers.figure(PlantedAnalysis.full))
        let measured = try #require(plot.traces.first { $0.series == "sliding-window" && $0.kind == .measured })
        #expect(measured.rows.map(\.x) == [256, 1024])
        #expect(zip(measured.rows.map(\.y), [256, 1024]).allSatisfy { abs($0 / $1 - 1.377) < 1e-9 })
        #expect(abs(measured.rows[0].interval!.lowerBound - 256 * 1.32) < 1e-6)
        let theory = try #require(plot.traces.first { $0.series == "n* = w" })
        #expect(theory.rows.allSatisfy { $0.x == $0.y })
        #expect(plot.title == "sliding-window is faster than full attention from 1.4 times its window on")
        #expect(plot.method.hasSuffix("Found: sliding-window at 1.4\u{A0}w."))
        let figure = Figure(plot)
        #expect(figure.script == Golden.text("crossover.gp", updatingTo: figure.script))
    }

    @Test func oneWindowIsNoFigure() {
        #expect(Crossovers.figure(PlantedAnalysis.withNaive) == nil)
    }

    /// The line is where the pairs that the kernel itself counts fall below those of causal attention.
    @Test(arguments: [64, 256])
    func chunksWinWhereTheirCountIsLess(window: Int) throws {
        let kernel = try Kernel.builtIn.named("chunked-overlap")
        let last = try #require(
            try (window...8 * window).last { length in
                let problem = try AttentionProblem(
                    shape: AttentionShape(
                        batch: 1, queryHeads: 1, keyValueHeads: 1, queryLength: length, keyLength: length,
                        headDimension: 64),
                    mask: .slidingWindow(window), elementType: .float32)
                return kernel.computedPairs(for: problem)! >= length * (length + 1) / 2
            })
        #expect(abs(Double(last) / Double(window) / Crossovers.chunkedOverlapFactor - 1) < 0.05)
    }
}
