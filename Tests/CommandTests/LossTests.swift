import Attention
import Benchmarking
import Foundation
import Testing

@testable import attnbench

@Suite struct LossTests {
    @Test func printsEachPassOfEachKernel() throws {
        let session = Session("loss --tokens 40 --vocabulary 50,90 --hidden-size 8 --rounds 1 --no-pin")
        #expect(session.status == .done, "\(session.messages)")
        for kernel in ["cross-entropy-logits", "cross-entropy-cut", "cross-entropy-cut-filtered"] {
            let rows = session.output.matches(of: try Regex("(50|90) +8 +\(kernel) +(forward|backward) "))
            #expect(rows.count == 4, "\(kernel)\n\(session.output)")
        }
        #expect(session.output.contains("left out"))
        #expect(session.messages.contains("measuring 40 tokens, 90 words, 8 elements\n"))
    }

    @Test func jsonReadsBack() throws {
        let session = Session("loss --tokens 9 --vocabulary 30 --hidden-size 4 --rounds 1 --no-pin --quiet --json")
        #expect(session.messages.isEmpty)
        let study = try JSONDecoder().decode(LossStudy.self, from: Data(session.output.utf8))
        #expect(study.costs.count == 6 && study.skipped.isEmpty)
        #expect(study.costs.allSatisfy { $0.seconds > 0 && $0.tokens == 9 })
        #expect(study.costs.filter { $0.filter != nil }.map(\.kernel) == ["cross-entropy-cut-filtered"])
    }

    @Test func whatAKernelDoesNotTakeIsSaid() {
        let session = Session(
            "loss --tokens 9 --vocabulary 30 --hidden-size 4 --rounds 1 --no-pin --element-type bfloat16")
        #expect(session.status == .done)
        #expect(session.output.contains("cross-entropy-logits takes float32, not bfloat16"))
    }

    @Test(arguments: [
        ("loss --vocabulary many", "write a size like 1024"), ("loss --vocabulary 0", "vocabulary is 0"),
        ("loss --rounds 0", "--rounds is 0; it must be from 1 to 1000"),
    ]) func mistakesAreNamed(line: String, complaint: String) {
        let session = Session(line + " --no-pin")
        #expect(session.status == .usage)
        #expect(session.messages.contains(complaint), "\(session.messages)")
    }
}
