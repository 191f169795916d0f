import Foundation
import Testing

@testable import Benchmarking

/// docs/writing-a-sweep.md: what it shows can be typed, and what can be typed is there.
@Suite struct SweepDocumentTests {
    private static let text: String = {
        let root = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        return (try? String(contentsOf: root.appendingPathComponent("docs/writing-a-sweep.md"), encoding: .utf8)) ?? ""
    }()

    private static let examples = text.matches(of: #/```yaml\n([\s\S]*?)```/#).map { String($0.1) }
    private static let settings = text.matches(of: #/--set (?:"([^"]+)"|(\S+))/#)
        .map { String($0.1 ?? $0.2!) }.filter { $0 != "key=value`" }
    private static let errors = text.matches(of: #/\n\| `([^`]+)` \| `([^`]+)` \|/#)
        .map { (written: String($0.1), said: String($0.2)) }

    /// A fragment with the keys that no sweep can do without.
    private static func completed(_ fragment: String) -> String {
        let needed = [("name", "example"), ("kernels", "full"), ("lengths", "1K")]
        let missing = needed.filter { key, _ in !"\n\(fragment)".contains("\n\(key):") }
        return missing.map { "\($0): \($1)\n" }.joined() + fragment
    }

    @Test func thePageIsRead() {
        #expect(Self.examples.count >= 6)
        #expect(Self.settings.count == 5)
        #expect(Self.errors.count >= 9)
    }

    @Test(arguments: examples) func examplesAreSweeps(yaml: String) throws {
        let sweep = try SweepFile.parse(Self.completed(yaml), file: "example.yaml")
        #expect(try !sweep.workloads().isEmpty)
    }

    @Test func theCrossingIsCountedRight() throws {
        let yaml = try #require(Self.examples.first { $0.contains("name: grouped") })
        let counts = Dictionary(
            grouping: try SweepFile.parse(yaml, file: "example.yaml").workloads(), by: \.kernel
        ).mapValues(\.count)
        #expect(counts == ["full": 20, "sliding-window": 40, "attention-sink": 40])
    }

    @Test(arguments: settings) func overridesAreRead(setting: String) throws {
        let override = try #require(SweepFile.Override(setting))
        let text = "name: example\nkernels: [full, sliding-window]\nlengths: 1K\nwindow: 256"
        #expect(try !SweepFile.parse(text, file: "example.yaml", overrides: [override]).workloads().isEmpty)
    }

    @Test(arguments: errors) func mistakesAreAnsweredSo(written: String, said: String) {
        let error = #expect(throws: SweepError.self) {
            _ = try SweepFile.parse(Self.completed(written), file: "example.yaml")
        }
        // The page cannot put code within code.
        let message = "\(error.map { "\($0)" } ?? "")".replacing("`", with: "")
        #expect(message.contains(said), "\(written) is answered by \(message)")
        #expect(message.hasPrefix("example.yaml:"))
    }

    /// An unknown key is answered with a list of all that there are.
    @Test func everyKeyIsThere() throws {
        let error = #expect(throws: SweepError.self) {
            _ = try SweepFile.parse("qqqqqqqqqqqq: 1", file: "example.yaml")
        }
        let list = try #require("\(error.map { "\($0)" } ?? "")".split(separator: "there are ").last)
        let keys = list.split(separator: ", ")
        #expect(keys.count >= 15)
        for key in keys { #expect(Self.text.contains("\n| `\(key)` | "), "\(key) is not in docs/writing-a-sweep.md") }
    }
}
