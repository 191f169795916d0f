import Foundation
import Testing

@testable import Attention

@Suite struct MaskCodingTests {
    private static func json(_ mask: Mask) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return String(decoding: try encoder.encode(mask), as: UTF8.self)
    }

    private static func mask(_ json: String) throws -> Mask {
        try JSONDecoder().decode(Mask.self, from: Data(json.utf8))
    }

    @Test(arguments: [
        (Mask.full, #"{"chunk":null,"left":null,"right":null,"sinks":0}"#),
        (.causal, #"{"chunk":null,"left":null,"right":0,"sinks":0}"#),
        (.slidingWindow(1024), #"{"chunk":null,"left":1023,"right":0,"sinks":0}"#),
        (.symmetricWindow(radius: 256), #"{"chunk":null,"left":256,"right":256,"sinks":0}"#),
        (.attentionSink(sinks: 4, window: 1020), #"{"chunk":null,"left":1019,"right":0,"sinks":4}"#),
        (.chunkedLocal(8192), #"{"chunk":8192,"left":null,"right":0,"sinks":0}"#),
    ]) func roundTrip(mask: Mask, json: String) throws {
        #expect(try Self.json(mask) == json)
        #expect(try Self.mask(json) == mask)
    }

    @Test func combinationsComeBack() throws {
        for mask in PairCountTests.combinations { #expect(try Self.mask(Self.json(mask)) == mask) }
    }

    @Test(arguments: [
        #"{}"#, #"{"kind":"causal"}"#, #"{"sinks":0,"left":null,"right":0}"#,
        #"{"sinks":0,"left":-1,"right":0,"chunk":null}"#,
    ]) func incompleteMasksAreRefused(json: String) {
        #expect(throws: DecodingError.self) { try Self.mask(json) }
    }
}
