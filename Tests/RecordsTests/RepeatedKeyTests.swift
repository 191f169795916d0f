import Foundation
import TestSupport
import Testing

@testable import Records

/// Keys that an object has twice, and those that only look so.
@Suite struct RepeatedKeyTests {
    @Test(arguments: [
        (#"{"a":1,"a":2}"#, "a"), (#"{"b":{"a":1,"c":[{"a":1}],"b":2,"b":1}}"#, "b"),
        (#"[{"x":1},{"y":1,"y":2}]"#, "y"),
        (#"{"a" : 1, "\u0061" : 2}"#, "a"), (#"{"a\"b":1,"a\"b":1}"#, "a\"b"), (#"{"a":"a","a":"a"}"#, "a"),
    ]) func whatIsThereTwiceIsFound(text: String, key: String) {
        #expect(RepeatedKey.first(in: Data(text.utf8)) == "\"\(key)\"")
    }

    @Test(arguments: [
        #"{"a":1,"b":{"a":1}}"#, #"[{"a":1},{"a":1}]"#, #"{"a":"\"a\":1"}"#, #"["a","a"]"#, #"{"a":["a","a"],"b":"a"}"#,
        "", "{", "}", "]]", "\"", "\"\\", #"{"a"#, #"{"a""#,
    ]) func whatIsThereOnceIsLeftAlone(text: String) { #expect(RepeatedKey.first(in: Data(text.utf8)) == nil) }

    @Test func aLineThatSaysTwoThingsIsRefused() {
        let error = #expect(throws: ResultsError.self) {
            try JSONLines.value([String: Int].self, of: Data(#"{"a":1,"a":2}"#.utf8), number: 3, in: "r.jsonl")
        }
        #expect(
            error?.description
                == "r.jsonl:3: an object has the key \"a\" twice; delete the line to continue without it")
    }
}
