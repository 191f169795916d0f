import Attention
import Foundation
import Records
import Testing

@testable import Benchmarking

/// Soft caps, ALiBi and sink logits as axes.
struct ScoreFormSweepTests {
    private static func sweep(_ lines: String) throws -> Sweep {
        try SweepFile.parse("name: demo\nkernels: [full, full-blas]\nlengths: 64\n" + lines, file: "demo.yaml")
    }

    private static func forms(_ lines: String) throws -> [String] {
        try sweep(lines).workloads().filter { $0.kernel == "full" }.map { $0.problem.scoreForm.text ?? "plain" }
    }

    @Test func areCrossedLikeAnyAxis() throws {
        #expect(try Self.forms("") == ["plain"])
        #expect(try Self.forms("softCap: [none, 50]") == ["plain", "soft cap 50"])
        #expect(
            try Self.forms("softCap: [none, 30]\nsinkLogits: [false, true]")
                == ["plain", "sink logits", "soft cap 30", "soft cap 30, sink logits"])
        #expect(try Self.forms("alibi: true\nalso: [{alibi: false, softCap: 2.5}]") == ["ALiBi", "soft cap 2.5"])
    }

    /// A kernel that does not take a form has such cells too, which a run lists as unsupported.
    @Test func everyKernelHasTheCells() throws {
        let cells = try Self.sweep("softCap: 50").workloads().map(\.description)
        #expect(cells == ["full(soft cap 50) 64", "full-blas(soft cap 50) 64"])
    }

    @Test func areWrittenAndReadWithTheSweep() throws {
        let sweep = try Self.sweep("softCap: [none, 50]\nsinkLogits: true")
        let data = try JSONEncoder().encode(sweep)
        #expect(try JSONDecoder().decode(Sweep.self, from: data) == sweep)
        var fields = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        var group = try #require((fields["groups"] as? [[String: Any]])?.first)
        for axis in ["softCaps", "alibi", "sinkLogits"] { group[axis] = nil }
        fields["groups"] = [group]
        let older = try JSONDecoder().decode(Sweep.self, from: try JSONSerialization.data(withJSONObject: fields))
        #expect(older.groups[0].softCaps == [nil] && older.groups[0].sinkLogits == [false])
    }
}
