import Attention
import Foundation
import Hardware
import Kernels
import Records
import Testing

@testable import Engines

/// Forms of scores over the protocol.
struct ScoreFormEngineTests {
    private let problem: AttentionProblem

    init() throws {
        problem = try AttentionProblem(
            shape: AttentionShape(queryHeads: 4, keyValueHeads: 2, queryLength: 21, headDimension: 8), mask: .causal,
            elementType: .bfloat16, scoreForm: ScoreForm(softCap: 2, hasALiBi: true, hasSinkLogits: true))
    }

    /// Sink logits come as one more tensor, float32 beside inputs of any type.
    @Test func thisProgramServesThem() throws {
        let inputs = SharedInputs(for: problem, seed: 4)
        func shared(_ tensors: [CallTensor], _ role: EngineTensor.Role) throws -> [SharedTensor] {
            try tensors.map { try SharedTensor($0.name, role: role, $0.elementType, dimensions: $0.dimensions) }
        }
        let read = try shared(Phase.prefill.inputs(of: problem), .input)
        let written = try shared(Phase.prefill.outputs(of: problem), .output)
        defer { withExtendedLifetime((read, written)) {} }
        #expect(read.map(\.name) == ["query", "key", "value", "sinkLogits"])
        read[0].fill(from: inputs.tensors.query)
        read[1].fill(from: inputs.tensors.key)
        read[2].fill(from: inputs.tensors.value)
        inputs.tensors.withSinkLogits { read[3].fill(from: $0) }
        let addresses = Dictionary(uniqueKeysWithValues: (read + written).map { ($0.name, $0.address) })
        let requests: [EngineRequest] = [
            .prepare(cell: 0, kernel: "full", problem: problem, threads: 1, cpus: [], tensors: addresses),
            .load(cell: 0), .sample(cell: 0, warmUpCalls: 0, calls: 1), .write(cell: 0),
        ]
        var lines = requests.map { String(decoding: WireLine.data($0), as: UTF8.self) }[...]
        #expect(lines[0].contains(#""scoreForm":{"alibi":true,"sinkLogits":true,"softCap":2}"#))
        var replies: [String] = []
        try EngineTests.server().serve(
            nextLine: { lines.popFirst() }, send: { replies.append(String(decoding: $0, as: UTF8.self)) })
        #expect(replies.last?.contains("written") == true, "\(replies)")
        let output = sharedContents(
            of: written[0], AttentionInputs.queryDimensions(problem.shape), .bfloat16)
        let accuracy = Oracle(.prefill, problem).expected(for: inputs.tensors).accuracy(of: output)
        #expect(accuracy.isAccepted, "\(accuracy.excess)")
    }

    /// What an engine does not say that it takes, it is not asked for.
    @Test func aGreetingSaysWhatAKernelTakes() throws {
        func kernel(_ options: [String]?) -> Kernel? {
            EngineGreeting.Kernel(
                name: "flash", summary: nil, phase: "prefill", mask: "causal", elementTypes: ["bfloat16"],
                scoreOptions: options
            ).kernel(named: "acme/flash")
        }
        #expect(kernel(["soft-cap", "alibi", "sink-logits", "later"])?.scoreOptions == Set(ScoreOption.allCases))
        #expect(kernel(nil)?.scoreOptions == [])
        try kernel(["soft-cap", "alibi", "sink-logits"])?.requireSupport(of: problem)
        let partial = try #require(kernel(["soft-cap", "sink-logits"]))
        #expect(
            throws: UnsupportedProblem(
                "the scores of the problem have ALiBi, and acme/flash does not say that it computes these; leave that out, or use full"
            )
        ) { try partial.requireSupport(of: problem) }
        for own in Kernel.builtIn where own.phase != .loss {
            #expect(EngineGreeting.Kernel(own).kernel(named: own.name)?.scoreOptions == own.scoreOptions, "\(own.name)")
        }
    }
}
