import Foundation
import Testing

@testable import Records

/// Files of today's version that were written before some axes were there.
@Suite struct OlderFileTests {
    @Test func anAxisThatIsMissingHasItsDefault() throws {
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("version2-few-axes.jsonl").path
        let results = try ResultsFile.load(path)
        #expect(results.header.sweep.groups == [Sweep.Axes(kernels: ["full"], lengths: [16, 32])])
        #expect(results.measurements.count == 1)
    }

    @Test func kernelsAndLengthsHaveNone() {
        for text in [#"{"kernels":["full"]}"#, #"{"lengths":[1]}"#] {
            #expect(throws: DecodingError.self) { try JSONDecoder().decode(Sweep.Axes.self, from: Data(text.utf8)) }
        }
    }
}
