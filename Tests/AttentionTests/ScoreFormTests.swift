import Foundation
import Testing

@testable import Attention

struct ScoreFormTests {
    private static func problem(_ form: ScoreForm, mask: Mask = .causal) throws -> AttentionProblem {
        try AttentionProblem(
            shape: AttentionShape(queryHeads: 4, keyValueHeads: 2, queryLength: 9, headDimension: 8), mask: mask,
            scoreForm: form)
    }

    /// Get_slopes of the authors' code (github.com/ofirpress/attention_with_linear_biases), whose numbers these are.
    @Test func slopesAreThoseOfThePaper() {
        func slopes(_ heads: Int) -> [Float] {
            (0..<heads).map { ScoreForm.alibiSlope(ofHead: $0, among: heads) }
        }
        #expect(slopes(1) == [0x1p-8])
        #expect(slopes(2) == [0x1p-4, 0x1p-8])
        #expect(slopes(8) == [0.5, 0.25, 0.125, 0.0625, 0x1p-5, 0x1p-6, 0x1p-7, 0x1p-8] as [Float])
        #expect(slopes(3) == [0x1p-4, 0x1p-8, 0x1p-2])
        // Of 12 heads the last four are the first, third, fifth and seventh of 16.
        #expect(Array(slopes(12).prefix(8)) == slopes(8))
        let ofSixteen = slopes(16)
        let others = [0, 2, 4, 6].map { ofSixteen[$0] }
        #expect(Array(slopes(12).suffix(4)) == others)
        #expect(ofSixteen[0] == Float(exp2(-0.5)))
    }

    @Test func aCapIsAPositiveNumber() throws {
        for cap in [0, -1, Float.infinity, .nan] {
            let error = try? ScoreForm(softCap: cap)
            #expect(error == nil, "\(cap)")
        }
        #expect(throws: ScoreFormError.softCap(0)) { try ScoreForm(softCap: 0) }
        #expect(
            "\(ScoreFormError.softCap(-2))"
                == "the soft cap of scores is -2.0; it must be a positive number, such as 50")
    }

    @Test func alibiNeedsACausalMask() throws {
        let alibi = try ScoreForm(hasALiBi: true)
        for mask in [Mask.causal, .slidingWindow(3), .attentionSink(sinks: 1, window: 3), .chunkedLocal(4)] {
            #expect(try Self.problem(alibi, mask: mask).scoreForm == alibi)
        }
        #expect(throws: ProblemError.distancesOfLaterKeys(.full)) { try Self.problem(alibi, mask: .full) }
        #expect(try Self.problem(ScoreForm(softCap: 50, hasSinkLogits: true), mask: .full).scoreForm.softCap == 50)
    }

    @Test func aFormIsNamed() throws {
        let all = try ScoreForm(softCap: 50, hasALiBi: true, hasSinkLogits: true)
        #expect(all.text == "soft cap 50, ALiBi, sink logits")
        #expect(try ScoreForm(softCap: 0.5).text == "soft cap 0.5")
        #expect(ScoreForm.plain.text == nil)
        #expect(ScoreForm.plain.isPlain)
        #expect(!all.isPlain)
        #expect(all.options == [.softCap, .alibi, .sinkLogits])
        #expect(try !ScoreForm(hasSinkLogits: true).changesScores)
        #expect(
            try Self.problem(all, mask: .slidingWindow(3)).sizesInBrackets == "(3, soft cap 50, ALiBi, sink logits)")
        #expect(try Self.problem(ScoreForm(hasALiBi: true)).sizesInBrackets == "(ALiBi)")
        #expect(try Self.problem(.plain, mask: .slidingWindow(3)).sizesInBrackets == "(3)")
        let (low, high) = (try ScoreForm(softCap: 2), try ScoreForm(softCap: 30))
        #expect([high, low, .plain].sorted() == [.plain, low, high])
    }

    /// A plain problem is written as before there were forms.
    @Test func itIsWrittenAndReadWithTheProblem() throws {
        func fields(_ problem: AttentionProblem) throws -> [String: Any] {
            let data = try JSONEncoder().encode(problem)
            return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        }
        func read(_ fields: [String: Any]) throws -> AttentionProblem {
            try JSONDecoder().decode(
                AttentionProblem.self, from: try JSONSerialization.data(withJSONObject: fields))
        }
        #expect(try fields(Self.problem(.plain))["scoreForm"] == nil)
        for form in [
            try ScoreForm(softCap: 50), try ScoreForm(hasALiBi: true), try ScoreForm(softCap: 0.1, hasSinkLogits: true),
        ] {
            let problem = try Self.problem(form)
            #expect(try read(fields(problem)) == problem)
            #expect(try problem.resized(to: AttentionShape(queryLength: 5, headDimension: 8)).scoreForm == form)
        }
        var hostile = try fields(Self.problem(ScoreForm(softCap: 50)))
        for wrong: [String: Any] in [
            ["softCap": 0, "alibi": false, "sinkLogits": false], ["softCap": 50], ["softCap": "50"],
        ] {
            hostile["scoreForm"] = wrong
            #expect(throws: DecodingError.self) { try read(hostile) }
        }
        hostile["scoreForm"] = nil
        #expect(try read(hostile).scoreForm == .plain)
    }

    /// Sink logits are an input of any phase, float32 in any type, and the same wherever they are drawn.
    @Test func sinkLogitsAreDrawnFromTheSeed() throws {
        let shape = try AttentionShape(queryHeads: 4, keyValueHeads: 2, queryLength: 9, headDimension: 8)
        let problem = try AttentionProblem(
            shape: shape, mask: .causal, elementType: .bfloat16, scoreForm: ScoreForm(hasSinkLogits: true))
        var inputs = AttentionInputs(shape: shape, elementType: .bfloat16, seed: 5)
        let hasSome = inputs.hasSinkLogits
        #expect(!hasSome)
        inputs.drawSinkLogits(seed: 5)
        let drawn = DrawnInputs(of: problem, seed: 5).elements(0..<4, of: .sinkLogits)
        #expect(inputs.elements(0..<4, of: .sinkLogits) == drawn)
        #expect(Set(drawn).count == 4)
        #expect(drawn.allSatisfy { $0 > -3 && $0 < 11 })
        #expect(drawn != DrawnInputs(of: problem, seed: 6).elements(0..<4, of: .sinkLogits))
        for phase in [Phase.prefill, .decode, .training] {
            let tensor = phase.inputs(of: problem)[phase.sinkLogitsPlace]
            #expect(tensor == CallTensor("sinkLogits", .float32, dimensions: [4]))
        }
    }
}
