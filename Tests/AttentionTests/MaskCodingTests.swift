import Foundation
import Testing

@testable import Attention

@Suite struct MaskCodingTests {
    private static func json(_ mask: Mask, userInfo: [CodingUserInfoKey: any Sendable] = [:]) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        encoder.userInfo = userInfo
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

    /// The form of version 1.
    @Test(arguments: [
        (Mask.full, #"{"kind":"full"}"#),
        (.causal, #"{"kind":"causal"}"#),
        (.slidingWindow(1024), #"{"kind":"sliding-window","window":1024}"#),
        (.symmetricWindow(radius: 256), #"{"kind":"symmetric-window","radius":256}"#),
        (.attentionSink(sinks: 4, window: 1020), #"{"kind":"attention-sink","sinks":4,"window":1020}"#),
        (.chunkedLocal(8192), #"{"chunk":8192,"kind":"chunked-local"}"#),
    ]) func kindsAreStillRead(mask: Mask, json: String) throws {
        #expect(try Self.mask(json) == mask)
        #expect(try Self.json(mask, userInfo: [.masksByKind: true]) == json)
    }

    @Test func masksWithoutANameHaveNoKind() throws {
        let mask = try Mask(sinks: 4, left: nil, right: 0, chunk: 64)
        #expect(
            try Self.json(mask, userInfo: [.masksByKind: true])
                == #"{"chunk":64,"left":null,"right":0,"sinks":4}"#)
    }

    @Test(arguments: [
        #"{"kind":"dilated"}"#, #"{"kind":"sliding-window"}"#, #"{"kind":"attention-sink","window":8}"#, #"{}"#,
        #"{"kind":"chunked-local","chunk":"8"}"#, #"{"kind":"sliding-window","window":0}"#,
        #"{"sinks":0,"left":null,"right":0}"#, #"{"sinks":0,"left":-1,"right":0,"chunk":null}"#,
    ]) func incompleteMasksAreRefused(json: String) {
        #expect(throws: DecodingError.self) { try Self.mask(json) }
    }
}
