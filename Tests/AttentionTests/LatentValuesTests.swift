import Foundation
import Testing

@testable import Attention

/// Values that are a part of their keys: what is counted, what is refused, and how it is written down.
@Suite struct LatentValuesTests {
    private static func shape(heads: Int = 128, keyValueHeads: Int = 1, queries: Int = 1) throws -> AttentionShape {
        try AttentionShape(
            queryHeads: heads, keyValueHeads: keyValueHeads, queryLength: queries, keyLength: 8192, headDimension: 576)
    }

    private static func problem(_ type: ElementType = .bfloat16) throws -> AttentionProblem {
        try AttentionProblem(shape: shape(), mask: .causal, elementType: type, latent: LatentValues(dimension: 512))
    }

    /// As DeepSeek-V3 has it: 2 · (576 + 512) FLOPs for a head and a token, and 576 elements of a token for all heads.
    @Test func aRowIsReadOnceForAllHeads() throws {
        let work = Work(.decode, problem: try Self.problem(), computedPairs: nil)
        let pairs: Int = 128 * 8192
        let ends: Int = 128 * (576 + 512)
        let rows: Int = 576 * 8192
        #expect(work.usefulPairs == pairs)
        #expect(work.flops == 2176 * pairs)
        #expect(work.bytes == 2 * (rows + ends))
        #expect(work.intensity > 230)
        // With a tensor of values as long as keys, it would be these.
        let plain = try AttentionProblem(shape: Self.shape(), mask: .causal, elementType: .bfloat16)
        let plainWork = Work(.decode, problem: plain, computedPairs: nil)
        let plainEnds: Int = 2 * 128 * 576
        #expect(plainWork.flops == 2304 * pairs)
        #expect(plainWork.bytes == 2 * (2 * rows + plainEnds))
    }

    @Test func aCallHasTwoTensorsAndANarrowOutput() throws {
        let problem = try Self.problem(.float16)
        #expect(
            Phase.decode.inputs(of: problem) == [
                CallTensor("query", .float16, dimensions: [1, 128, 1, 576]),
                CallTensor("key", .float16, dimensions: [1, 1, 8192, 576]),
            ])
        #expect(
            Phase.decode.outputs(of: problem) == [CallTensor("output", .float16, dimensions: [1, 128, 1, 512])])
        #expect(Phase.decode.output(of: problem).dimensions == [1, 128, 1, 512])
        let small = try AttentionProblem(
            shape: AttentionShape(queryHeads: 3, keyValueHeads: 1, queryLength: 1, keyLength: 7, headDimension: 5),
            mask: .causal, latent: LatentValues(dimension: 2))
        let inputs = AttentionInputs(of: small, .decode, seed: 3)
        #expect(inputs.query.dimensions == [1, 3, 1, 5] && inputs.key.dimensions == [1, 1, 7, 5])
        #expect(inputs.value.count == 1)
        // Drawn as those of a problem with values.
        let plain = AttentionInputs(shape: small.shape, seed: 3)
        #expect(inputs.key.elements(0..<35) == plain.key.elements(0..<35))
    }

    @Test func otherProblemsHaveNoLatents() throws {
        let latent = try LatentValues(dimension: 512)
        func error(
            _ shape: AttentionShape, mask: Mask = .causal, weighting: Weighting = .softmax,
            positions: PositionEncoding = .none
        ) -> ProblemError? {
            do throws(ProblemError) {
                _ = try AttentionProblem(
                    shape: shape, mask: mask, positions: positions, weighting: weighting, latent: latent)
                return nil
            } catch { return error }
        }
        let shape = try Self.shape()
        #expect(error(shape) == nil)
        #expect(error(shape, mask: .full) == .latentForm(.full, .softmax, .none, .plain))
        #expect(error(shape, weighting: .linear) == .latentForm(.causal, .linear, .none, .plain))
        #expect(
            error(shape, positions: .cacheRelativeRotary)
                == .latentForm(.causal, .softmax, .cacheRelativeRotary, .plain))
        let capped = try ScoreForm(softCap: 50)
        let refused = ProblemError.latentForm(.causal, .softmax, .none, capped)
        #expect(throws: refused) {
            try AttentionProblem(shape: shape, mask: .causal, scoreForm: capped, latent: latent)
        }
        #expect("\(refused)".contains("softmax of plain scores") && "\(refused)".contains("scores with soft cap 50"))
        let grouped = try Self.shape(keyValueHeads: 2)
        #expect(error(grouped) == .latentSizes(latent, grouped))
        let prompt = try Self.shape(queries: 2)
        #expect(error(prompt) == .latentSizes(latent, prompt))
        let short = try AttentionShape(queryLength: 1, keyLength: 9, headDimension: 511)
        #expect(error(short) == .latentSizes(latent, short))
        #expect(throws: ProblemError.latentFormats(CacheFormats(key: .q8_0, value: .q4_0))) {
            try AttentionProblem(
                shape: shape, mask: .causal, cacheFormat: CacheFormats(key: .q8_0, value: .q4_0), latent: latent)
        }
        #expect(throws: ShapeError.notPositive(name: "valueDimension", value: 0)) { try LatentValues(dimension: 0) }
    }

    @Test func aResultsFileSaysWhereValuesAre() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let problem = try Self.problem()
        let text = String(decoding: try encoder.encode(problem), as: UTF8.self)
        for field in ["\"keyHeadDimension\":576", "\"valueHeadDimension\":512", "\"valuesInKeys\":true"] {
            #expect(text.contains(field), "\(field)")
        }
        func decoded(_ text: String) throws -> AttentionProblem {
            try JSONDecoder().decode(AttentionProblem.self, from: Data(text.utf8))
        }
        #expect(try decoded(text) == problem)
        // Values of a tensor of their own are as long as keys.
        #expect(throws: DecodingError.self) {
            try decoded(text.replacing("\"valuesInKeys\":true", with: "\"valuesInKeys\":false"))
        }
        #expect(throws: DecodingError.self) {
            try decoded(text.replacing("\"valueHeadDimension\":512", with: "\"valueHeadDimension\":577"))
        }
        #expect(throws: DecodingError.self) {
            try decoded(text.replacing("\"keyValueHeads\":1", with: "\"keyValueHeads\":2"))
        }
        // Files of earlier builds do not say it.
        let plain = try AttentionProblem(shape: Self.shape(), mask: .causal)
        let old = String(decoding: try encoder.encode(plain), as: UTF8.self)
            .replacing(",\"valuesInKeys\":false", with: "")
        #expect(!old.contains("valuesInKeys"))
        #expect(try decoded(old) == plain)
    }
}
