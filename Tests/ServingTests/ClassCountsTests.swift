import Foundation
import Testing

@testable import Serving

/// Every default of the table, and the published configurations, against the classes of transformers themselves, which
/// `Configurations/classes.py` has built without memory and measured.
@Suite struct ClassCountsTests {
    struct Row: Decodable, CustomTestStringConvertible {
        /// The type whose defaults were measured; nil where a published configuration was.
        let defaults: String?
        let published: String?
        let parameters: Int?
        let cacheBytesPerToken: Int?
        let cacheBytesAt128K: Int?

        var testDescription: String { defaults ?? published ?? "" }
    }

    private static let folder = Bundle.module.url(forResource: "Configurations", withExtension: nil)
    private static func contents(_ name: String) -> Data {
        folder.flatMap { try? Data(contentsOf: $0.appendingPathComponent(name)) } ?? Data()
    }

    static let rows = ((try? JSONDecoder().decode([Row].self, from: contents("classes.json"))) ?? [])
        .filter { $0.parameters != nil }
    private static let published: [String: Data] = {
        let rows = (try? JSONSerialization.jsonObject(with: contents("published.json"))) as? [[String: Any]] ?? []
        return Dictionary(
            rows.compactMap { row in
                guard let name = row["name"] as? String, let given = row["given"] else { return nil }
                return (try? JSONSerialization.data(withJSONObject: given)).map { (name, $0) }
            }, uniquingKeysWith: { first, _ in first })
    }()

    /// What a class takes by itself and a plan asks for: lists of layers, mostly. Two classes have defaults that do not fit
    /// together.
    static let refusedDefaults: Set<String> = [
        "bamba", "deepseek_v2", "glm4_moe", "granitemoehybrid", "kimi_linear", "minimax", "nemotron_h", "zamba2",
    ]

    @Test(arguments: rows.indices) func aClassIsCountedAsItIsBuilt(index: Int) throws {
        let row = Self.rows[index]
        let json = row.defaults.map { Data("{\"model_type\": \"\($0)\"}".utf8) } ?? Self.published[row.published ?? ""]
        let configuration = Model.Configuration(file: row.testDescription, json: try #require(json))
        guard !Self.refusedDefaults.contains(row.defaults ?? "") else {
            #expect(throws: ConfigurationError.self) { try Model(configuration) }
            return
        }
        let model = try Model(configuration)
        // Towers are counted by their usual parts, a class by what it has.
        let towers = model.architecture.components.filter { $0.name.hasSuffix("tower") }
        let language = Double(model.parameterCount.total - towers.reduce(0) { $0 + $1.parameters })
        let expected = Double(try #require(row.parameters))
        #expect(abs(language - expected) <= 0.001 * expected)
        let cache = KVCache(model, type: .bf16)
        if let bytes = row.cacheBytesPerToken { #expect(cache.bytesPerToken == Double(bytes)) }
        if let bytes = row.cacheBytesAt128K { #expect(cache.bytes(tokens: 131_072) == Double(bytes)) }
    }

    @Test func mostOfTheTableIsHeldAgainstItsClass() {
        #expect(Self.rows.count >= 200)
        #expect(Self.rows.count { $0.defaults != nil } >= 90)
        #expect(Self.rows.count { $0.cacheBytesAt128K != nil } >= 160)
    }
}
