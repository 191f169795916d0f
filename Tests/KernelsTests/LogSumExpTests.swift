import Attention
import Hardware
import TestSupport
import Testing

@testable import Kernels

/// The second output of the fused kernels and of those that decode, held to the oracle on every case of their masks.
@Suite(.tags(.slow)) struct LogSumExpTests {
    private static let fused = Kernel.builtIn.filter { kernel in
        guard kernel.phase == .prefill, let problem = ProblemCases.all(for: kernel).first?.problem else { return false }
        return (try? kernel.prepareWithLogSumExp(for: problem, on: WorkerTeam())) != nil
    }
    private static let decoding = [Kernel.decodeFull, .decodeWindow, .decodeSinkUnrotated]

    @Test func everyFusedKernelHasIt() {
        #expect(
            Set(Self.fused.names) == [
                "full", "sliding-window", "sliding-window-dense", "attention-sink", "chunked-local",
                "full-bidirectional", "symmetric-window",
            ])
    }

    @Test func otherKernelsRefuse() throws {
        let problem = try AttentionProblem(shape: AttentionShape(queryLength: 8, headDimension: 8), mask: .causal)
        #expect(throws: UnsupportedProblem.self) {
            try Kernel.fullBLAS.prepareWithLogSumExp(for: problem, on: WorkerTeam())
        }
    }

    /// Caches in the element type's own format: others change the scores.
    @Test(arguments: fused + decoding, ElementType.allCases)
    func agreesWithTheReference(kernel: Kernel, elementType: ElementType) throws {
        let team = WorkerTeam(threads: 2)
        for problemCase in ProblemCases.all(for: kernel, in: elementType)
        where problemCase.problem.cacheFormat == CacheFormats(of: elementType) {
            let (problem, shape) = (problemCase.problem, problemCase.problem.shape)
            let inputs = problemCase.makeInputs(for: kernel.phase, seed: 7)
            let instance = try kernel.prepareWithLogSumExp(for: problem, on: team)
            var output = Tensor(elementType, dimensions: AttentionInputs.queryDimensions(shape))
            var logSumExp = Tensor(dimensions: [shape.batch, shape.queryHeads, shape.queryLength])
            logSumExp.spoil()
            instance.load(from: inputs)
            instance.run(inputs, into: &output, logSumExp: &logSumExp)
            for (index, place) in Accuracy.allRows(of: problem).enumerated() {
                let exact = ReferenceAttention.logSumExp(ofRow: place.row, head: place.head, of: problem, inputs)
                let found = Double(logSumExp[index])
                let isNear = Self.isNear(found, exact, problem, inputs, place)
                try #require(
                    isNear,
                    "\(problemCase), row \(place.row) of head \(place.head): \(found) in the place of \(exact)")
            }
            expectTheSameOutputs(output, instance, problem, inputs)
        }
    }

    /// An error of the largest score is an error of the log-sum-exp. A score may be small and its terms large: they decide.
    private static func isNear(
        _ found: Double, _ exact: Double, _ problem: AttentionProblem, _ inputs: borrowing AttentionInputs,
        _ place: Accuracy.OutputRow
    ) -> Bool {
        guard exact.isFinite else { return found == exact || found.isNaN && exact.isNaN }
        let (shape, d) = (problem.shape, problem.shape.headDimension)
        let visible = problem.pairs.visibleKeys(row: place.row)
        let query = inputs.query.elements(range(row: place.head * shape.queryLength + place.row, d))
        // An infinite score becomes the cap, and has the rounding of that.
        var largest = max(1, Double(problem.scoreForm.softCap ?? 0))
        if problem.scoreForm.hasSinkLogits {
            let head = place.head % shape.queryHeads
            largest = max(largest, Double(abs(inputs.elements(head..<head + 1, of: .sinkLogits)[0])))
        }
        for key in Array(0..<visible.sinks) + Array(visible.band) {
            let key = inputs.key.elements(range(row: place.head / shape.groupSize * shape.keyLength + key, d))
            let terms = zip(query, key).reduce(0) { $0 + abs(Double($1.0) * Double($1.1)) }
            if terms.isFinite { largest = max(largest, terms * Double(problem.scale)) }
        }
        return abs(found - exact) <= (8 + Double(d) / 2) * Double(Float.ulpOfOne) / 2 * largest
    }

    private static func range(row: Int, _ d: Int) -> Range<Int> { row * d..<(row + 1) * d }

    /// To ask for it changes no output.
    private func expectTheSameOutputs(
        _ output: borrowing Tensor, _ instance: any LogSumExpInstance, _ problem: AttentionProblem,
        _ inputs: borrowing AttentionInputs
    ) {
        var alone = Tensor(problem.elementType, dimensions: output.dimensions)
        instance.run(inputs, into: &alone)
        let areEqual = alone.withBytes { alone in output.withBytes { alone.elementsEqual($0) } }
        #expect(areEqual, "\(problem)")
    }
}
