import Attention
import Foundation
import Hardware
import Kernels
import Records
import TestSupport
import Testing

@testable import Engines

/// Gradients over the protocol of engines: one tensor more is read, and three are written.
struct GradientEngineTests {
    @Test(
        .enabled(if: Python.isThere, Comment(rawValue: Python.missing)),
        arguments: [Phase.backward, .training], [ElementType.float32, .bfloat16])
    func anEngineMayDifferentiate(phase: Phase, elementType: ElementType) throws {
        let engine = try Python.command("Tests/EnginesTests/Engines/gradients.py").started()
        func workload(queries: Int) throws -> Workload {
            let shape = try AttentionShape(
                batch: 2, queryHeads: 4, keyValueHeads: 2, queryLength: queries, keyLength: 40, headDimension: 16)
            return Workload(
                kernel: "gradients/\(phase.rawValue)", phase: phase,
                problem: try AttentionProblem(shape: shape, mask: .slidingWindow(9), elementType: elementType))
        }
        _ = try EngineTests.check(engine, workload(queries: 30))
        // With one query it returns two tensors.
        let short = try workload(queries: 1)
        let loaded = try LoadedKernel(short, on: engine) { SharedInputs(for: short, seed: 3) }
        _ = try loaded.sample(Batch(calls: 1))
        let error = #expect(throws: EngineError.self) { try loaded.accuracy() }
        #expect("\(try #require(error))".contains("a call of this phase returns the gradients of query, key and value"))
    }

    /// The hard cases of gradients go through an engine too, those that are not finite included.
    @Test(.tags(.slow), arguments: ["backward-full", "backward-chunked-local", "training-full"])
    func hardCasesAreAsTheReference(name: String) throws {
        let engine = InProcessEngine(team: { WorkerTeam(threads: $0) }, sampler: .forTests)
        let found = Conformance(of: try Kernel.builtIn.named(name), on: engine)
        #expect(found.isConforming, "\(found.failures) \(found.breakdowns)")
        #expect(found.nonFiniteCases >= 3 * 12 && found.differentNonFinite == [])
    }

    /// A backward kernel reads one tensor more, and writes three.
    @Test(arguments: [Phase.backward, .training]) func thisProgramServesGradients(phase: Phase) throws {
        let problem = try AttentionProblem(
            shape: AttentionShape(queryHeads: 2, keyValueHeads: 1, queryLength: 20, headDimension: 8), mask: .causal)
        let inputs = AttentionInputs(shape: problem.shape, seed: 1, withOutputGradient: true)
        let read = try phase.inputs(of: problem).map {
            try SharedTensor($0.name, role: .input, .float32, dimensions: $0.dimensions)
        }
        read[0].fill(from: inputs.query)
        read[1].fill(from: inputs.key)
        read[2].fill(from: inputs.value)
        inputs.withOutputGradient { read[3].fill(from: $0) }
        let outputs = phase.outputs(of: problem)
        let written = try outputs.map {
            try SharedTensor($0.name, role: .output, .float32, dimensions: $0.dimensions)
        }
        let tensors = Dictionary(uniqueKeysWithValues: (read + written).map { ($0.name, $0.address) })
        // Their memory ends with them, and a server reads it by its address.
        defer { withExtendedLifetime((read, written)) {} }
        func replies(to requests: [EngineRequest]) throws -> [EngineReply] {
            var lines = requests.map { String(decoding: WireLine.data($0), as: UTF8.self) }[...]
            var replies: [String] = []
            try EngineTests.server().serve(
                nextLine: { lines.popFirst() }, send: { replies.append(String(decoding: $0, as: UTF8.self)) })
            return replies.dropFirst().compactMap { WireLine.value(EngineReply.self, in: $0) }
        }
        func prepare(_ tensors: [String: EngineTensor]) -> EngineRequest {
            .prepare(
                cell: 0, kernel: "\(phase.rawValue)-full", problem: problem, threads: 1, cpus: [], tensors: tensors)
        }
        let answers = try replies(
            to: [prepare(tensors), .load(cell: 0), .sample(cell: 0, warmUpCalls: 0, calls: 1), .write(cell: 0)])
        guard answers.count == 4, case .prepared = answers[0], case .written = answers[3] else {
            Issue.record("\(answers)")
            return
        }
        var gradients = phase.output(of: problem)
        var start = 0
        for (tensor, shared) in zip(outputs, written) {
            let part = sharedContents(of: shared, tensor.dimensions)
            for index in 0..<tensor.count { gradients[start + index] = part[index] }
            start += tensor.count
        }
        let accuracy = Oracle(phase, problem).expected(for: inputs).accuracy(of: gradients)
        #expect(accuracy.isAccepted, "\(accuracy.excess)")
        let refused = try replies(to: [prepare(tensors.filter { $0.key != "keyGradient" })])
        #expect(refused == [.failed(cell: 0, reason: "the request has no tensor \"keyGradient\"")])
    }
}
