import Foundation
import Testing

@testable import Attention

@Suite struct MaskCodingTests {
    @Test(arguments: [
        (Mask.full, #"{"kind":"full"}"#),
        (.causal, #"{"kind":"causal"}"#),
        (.slidingWindow(1024), #"{"kind":"sliding-window","window":1024}"#),
        (.symmetricWindow(radius: 256), #"{"kind":"symmetric-window","radius":256}"#),
        (.attentionSink(sinks: 4, window: 1020), #"{"kind":"attention-sink","sinks":4,"window":1020}"#),
        (.chunkedLocal(8192), #"{"chunk":8192,"kind":"chunked-local"}"#),
    ]) func roundTrip(mask: Mask, json: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        #expect(String(decoding: try encoder.encode(mask), as: UTF8.self) == json)
        #expect(try JSONDecoder().decode(Mask.self, from: Data(json.utf8)) == mask)
    }

    @Test(arguments: [
        #"{"kind":"dilated"}"#, #"{"kind":"sliding-window"}"#, #"{"kind":"attention-sink","window":8}"#, #"{}"#,
        #"{"kind":"chunked-local","chunk":"8"}"#,
    ]) func incompleteMasksAreRefused(json: String) {
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(Mask.self, from: Data(json.utf8)) }
    }
}
