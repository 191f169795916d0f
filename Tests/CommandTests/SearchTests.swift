import Benchmarking
import Foundation
import Testing

@testable import attnbench

@Suite struct SearchTests {
    @Test func printsEachPartAndTheOptionOfAPlan() throws {
        let session = Session("search --vectors 200 --dimensions 16 --rounds 6 --no-pin")
        #expect(session.status == .done, "\(session.messages)")
        for vectors in [6, 12, 25, 50, 100, 200] {
            #expect(session.output.contains(try Regex("(?m)^ *\(vectors) ")), "\(session.output)")
        }
        let option = try #require(session.output.firstMatch(of: /--search-time ([0-9.e-]+)ms/))
        let plan = Session(
            "plan --model llama-3.1-8b --context 128K --accelerator h100-sxm --rag --search-time \(option.1)ms")
        #expect(plan.status == .done, "\(plan.messages)")
    }

    @Test func jsonReadsBack() throws {
        let session = Session("search --vectors 9 --dimensions 4 --rounds 6 --no-pin --json --quiet")
        #expect(session.messages.isEmpty)
        let study = try JSONDecoder().decode(SearchStudy.self, from: Data(session.output.utf8))
        #expect(study.costs.map(\.vectors) == [1, 2, 4, 9] && study.dimensions == 4 && study.wrong == nil)
    }

    @Test(arguments: [
        ("search --vectors many", "write a size like 1024"), ("search --vectors 0", "vectors is 0"),
        ("search --dimensions 0", "dimensions is 0"), ("search --rounds 5", "--rounds is 5; it must be from 6"),
        ("search --passages 5000", "passages is 5000"),
    ]) func mistakesAreNamed(line: String, complaint: String) {
        let session = Session(line + " --no-pin")
        #expect(session.status == .usage)
        #expect(session.messages.contains(complaint), "\(session.messages)")
    }
}
