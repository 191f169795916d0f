import Attention
import Foundation
import Hardware
import Kernels
import TestSupport
import Testing

@testable import Engines

/// Steps over latents over the protocol: two tensors, and an output that is narrower than the query.
struct LatentEngineTests {
    private let problem: AttentionProblem
    private let inputs: SharedInputs

    init() throws {
        problem = try AttentionProblem(
            shape: AttentionShape(
                batch: 2, queryHeads: 5, keyValueHeads: 1, queryLength: 1, keyLength: 90, headDimension: 20),
            mask: .causal, elementType: .bfloat16, latent: LatentValues(dimension: 12))
        inputs = SharedInputs(for: problem, .decode, seed: 4)
    }

    private func replies(to requests: [EngineRequest]) throws -> [EngineReply] {
        var lines = requests.map { String(decoding: WireLine.data($0), as: UTF8.self) }[...]
        var replies: [String] = []
        try EngineTests.server().serve(
            nextLine: { lines.popFirst() }, send: { replies.append(String(decoding: $0, as: UTF8.self)) })
        return replies.dropFirst().compactMap { WireLine.value(EngineReply.self, in: $0) }
    }

    private func shared(_ tensors: [CallTensor], _ role: EngineTensor.Role) throws -> [SharedTensor] {
        try tensors.map { try SharedTensor($0.name, role: role, $0.elementType, dimensions: $0.dimensions) }
    }

    private func prepare(_ kernel: String, _ tensors: [SharedTensor]) -> EngineRequest {
        .prepare(
            cell: 0, kernel: kernel, problem: problem, threads: 1, cpus: [],
            tensors: Dictionary(uniqueKeysWithValues: tensors.map { ($0.name, $0.address) }))
    }

    @Test func thisProgramServesSteps() throws {
        let read = try shared(Phase.decode.inputs(of: problem), .input)
        read[0].fill(from: inputs.tensors.query)
        read[1].fill(from: inputs.tensors.key)
        let written = try shared(Phase.decode.outputs(of: problem), .output)
        defer { withExtendedLifetime((read, written)) {} }
        let answers = try replies(
            to: [
                prepare("decode-latent", read + written), .load(cell: 0), .sample(cell: 0, warmUpCalls: 0, calls: 1),
                .write(cell: 0),
            ])
        guard answers.count == 4, case .prepared = answers[0], case .written = answers[3] else {
            Issue.record("\(answers)")
            return
        }
        let result = sharedContents(of: written[0], [2, 5, 1, 12], .bfloat16)
        let accuracy = Oracle(.decode, problem).expected(for: inputs.tensors).accuracy(of: result)
        #expect(accuracy.isAccepted, "\(accuracy.excess)")
    }

    /// A kernel that has values of its own is not given latents.
    @Test func otherKernelsRefuse() throws {
        let tensors =
            try shared(Phase.decode.inputs(of: problem), .input)
            + shared(Phase.decode.outputs(of: problem), .output)
        defer { withExtendedLifetime(tensors) {} }
        guard case .refused(0, let reason)? = try replies(to: [prepare("decode-full", tensors)]).first else {
            Issue.record("decode-full took latents")
            return
        }
        #expect(reason.contains("the values of the problem are the first 12 elements of its keys"))
    }

    @Test func aGreetingSaysThatAKernelReadsLatents() {
        func kernel(
            _ phase: String, _ mask: String, weighting: String? = nil, scoreOptions: [String]? = nil
        ) -> Kernel? {
            EngineGreeting.Kernel(
                name: "mla", summary: nil, phase: phase, mask: mask, elementTypes: ["float32"], weighting: weighting,
                scoreOptions: scoreOptions, readsLatents: true
            ).kernel(named: "acme/mla")
        }
        #expect(kernel("decode", "causal")?.readsLatents == true)
        #expect(kernel("decode", "any")?.readsLatents == true)
        #expect(kernel("prefill", "causal") == nil && kernel("decode", "sliding-window") == nil)
        #expect(kernel("decode", "causal", weighting: "linear") == nil)
        #expect(kernel("decode", "causal", scoreOptions: ["soft-cap"]) == nil)
        let own = EngineGreeting.Kernel(Kernel.decodeLatent)
        #expect(own.readsLatents == true && own.kernel(named: own.name)?.readsLatents == true)
        #expect(EngineGreeting.Kernel(Kernel.decodeFull).readsLatents == nil)
    }
}
