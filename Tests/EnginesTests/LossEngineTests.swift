import Attention
import Foundation
import Hardware
import Kernels
import Records
import TestSupport
import Testing

@testable import Engines

/// Losses over the protocol: what a gate asks another build of this program for.
struct LossEngineTests {
    private let problem: AttentionProblem
    private let inputs: SharedInputs

    init() throws {
        problem = try .loss(
            CrossEntropyProblem(tokens: 9, vocabulary: 300, hiddenSize: 20, elementType: .bfloat16))
        inputs = SharedInputs(for: problem, .loss, seed: 4)
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

    private func prepare(_ tensors: [SharedTensor], problem: AttentionProblem? = nil) -> EngineRequest {
        .prepare(
            cell: 0, kernel: "cross-entropy-cut", problem: problem ?? self.problem, threads: 1, cpus: [],
            tensors: Dictionary(uniqueKeysWithValues: tensors.map { ($0.name, $0.address) }))
    }

    /// Next words come as float32, losses and gradients go as float32, whatever the inputs are.
    @Test func thisProgramServesLosses() throws {
        let read = try shared(Phase.loss.inputs(of: problem), .input)
        read[0].fill(from: inputs.tensors.query)
        read[1].fill(from: inputs.tensors.key)
        read[2].fill(from: inputs.tensors.targetNumbers())
        let outputs = Phase.loss.outputs(of: problem)
        let written = try shared(outputs, .output)
        defer { withExtendedLifetime((read, written)) {} }
        let answers = try replies(
            to: [
                prepare(read + written), .load(cell: 0), .sample(cell: 0, warmUpCalls: 0, calls: 1), .write(cell: 0),
            ])
        guard answers.count == 4, case .prepared(_, _, 2700?, _, _) = answers[0], case .written = answers[3] else {
            Issue.record("\(answers)")
            return
        }
        var result = Phase.loss.output(of: problem)
        var start = 0
        for (tensor, one) in zip(outputs, written) {
            let part = sharedContents(of: one, tensor.dimensions)
            for index in 0..<tensor.count { result[start + index] = part[index] }
            start += tensor.count
        }
        let accuracy = Oracle(.loss, problem).expected(for: inputs.tensors).accuracy(of: result)
        #expect(accuracy.isAccepted, "\(accuracy.excess)")
    }

    @Test func aWordThatDoesNotExistIsRefused() throws {
        let read = try shared(Phase.loss.inputs(of: problem), .input)
        read[0].fill(from: inputs.tensors.query)
        read[1].fill(from: inputs.tensors.key)
        var targets = inputs.tensors.targetNumbers()
        targets[3] = 300
        read[2].fill(from: targets)
        let written = try shared(Phase.loss.outputs(of: problem), .output)
        defer { withExtendedLifetime((read, written)) {} }
        #expect(
            try replies(to: [prepare(read + written)]) == [
                .failed(
                    cell: 0,
                    reason: "a number in \"targets\" is none of 300 words; each has to be from 0 to 299")
            ])
    }

    /// A kernel of a loss that is asked for attention, and tensors of other sizes.
    @Test func whatIsNoLossIsRefused() throws {
        let attention = try AttentionProblem(
            shape: AttentionShape(batch: 2, queryLength: 9, keyLength: 300, headDimension: 20), mask: .full)
        let tensors =
            try shared(Phase.loss.inputs(of: attention), .input)
            + shared(Phase.loss.outputs(of: attention), .output)
        let smaller = try AttentionProblem.loss(
            CrossEntropyProblem(tokens: 8, vocabulary: 300, hiddenSize: 20, elementType: .bfloat16))
        let others =
            try shared(Phase.loss.inputs(of: smaller), .input)
            + shared(Phase.loss.outputs(of: smaller), .output)
        defer { withExtendedLifetime((tensors, others)) {} }
        let replies = try replies(to: [prepare(tensors, problem: attention), prepare(others)])
        guard replies.count == 2, case .refused(0, let reason) = replies[0], case .failed(0, let other) = replies[1]
        else {
            Issue.record("\(replies)")
            return
        }
        #expect(reason.hasPrefix("a loss has one head"))
        #expect(other.contains("the tensor \"hidden\" is [1, 1, 8, 20] bfloat16"))
    }

    /// An engine may say that it leaves out gradients, as long as these are as small as this program's.
    @Test func aFilterIsBelievedUpToOurs() {
        func kernel(_ phase: String, _ mask: String, filter: Float?) -> Kernel? {
            EngineGreeting.Kernel(
                name: "loss", summary: nil, phase: phase, mask: mask, elementTypes: ["float32"], gradientFilter: filter
            ).kernel(named: "acme/loss")
        }
        #expect(kernel("loss", "full", filter: nil)?.filter == GradientFilter.none)
        #expect(kernel("loss", "full", filter: 0x1p-12)?.filter == .bfloat16)
        #expect(kernel("loss", "full", filter: 1) == nil && kernel("loss", "full", filter: -1) == nil)
        #expect(kernel("loss", "full", filter: .nan) == nil)
        #expect(kernel("loss", "causal", filter: nil) == nil)
        #expect(kernel("prefill", "full", filter: 0x1p-12) == nil)
        let greeted = Kernel.builtIn.filter { $0.phase == .loss }.map(EngineGreeting.Kernel.init)
        #expect(greeted.compactMap { $0.kernel(named: $0.name)?.filter } == [.none, .none, .bfloat16])
    }
}
