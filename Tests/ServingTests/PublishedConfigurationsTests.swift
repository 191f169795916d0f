import Foundation
import Testing

@testable import Serving

/// Published configurations, as far as they matter, against a count in Python from the classes' definitions
/// (`Configurations/count.py`).
@Suite struct PublishedConfigurationsTests {
    struct Row: Decodable, CustomTestStringConvertible {
        struct Expected: Decodable {
            let parameters: Int
            let cacheBytesPerToken: Int
            let cacheBytesAt128K: Int
        }

        let name: String
        let source: String
        let expected: Expected?
        /// Which error; nil where the file is read.
        let refused: String?

        var testDescription: String { name }
    }

    private static let folder = Bundle.module.url(forResource: "Configurations", withExtension: nil)
    private static let file: Data =
        folder.flatMap { try? Data(contentsOf: $0.appendingPathComponent("published.json")) } ?? Data()
    static let rows: [Row] = (try? JSONDecoder().decode([Row].self, from: file)) ?? []

    /// Accepted, refused with the reason, and wrong, as a reader of the log wants to see it.
    private func printTable() throws {
        var refused: [String: [String]] = [:]
        var wrong: [String] = []
        for (index, row) in Self.rows.enumerated() {
            do {
                let model = try Model(Model.Configuration(file: row.name, json: try Self.given(index)))
                let cache = KVCache(model, type: .bf16)
                let found = [Double(model.parameterCount.total), cache.bytesPerToken, cache.bytes(tokens: 131_072)]
                let expected = row.expected.map {
                    [$0.parameters, $0.cacheBytesPerToken, $0.cacheBytesAt128K].map(Double.init)
                }
                if found != expected { wrong.append(row.name) }
            } catch {
                let reason = "\(error)".split(separator: ": ", maxSplits: 1).last.map(String.init) ?? ""
                refused[reason, default: []].append(row.name)
            }
        }
        let refusals = refused.values.reduce(0) { $0 + $1.count }
        print("published configurations: \(Self.rows.count)")
        print("accepted: \(Self.rows.count - refusals), of them wrong: \(wrong.count) \(wrong)")
        for (reason, names) in refused.sorted(by: { $0.key < $1.key }) {
            print("refused: \(names.joined(separator: ", ")): \(reason)")
        }
    }

    /// The row's fields as a file of their own.
    private static func given(_ index: Int) throws -> Data {
        let rows = try #require(try JSONSerialization.jsonObject(with: file) as? [[String: Any]])
        return try JSONSerialization.data(withJSONObject: try #require(rows[index]["given"]))
    }

    @Test(arguments: rows.indices) func aPublishedConfigurationIsCountedAsItsClassDefinesIt(index: Int) throws {
        let row = Self.rows[index]
        let configuration = Model.Configuration(file: row.name, json: try Self.given(index))
        if let refused = row.refused {
            let error = try #require(throws: ConfigurationError.self) { try Model(configuration) }
            switch error {
            case .notADecoder: #expect(refused == "notADecoder")
            case .unknownType: #expect(refused == "unknownType")
            default: Issue.record("\(error)")
            }
            return
        }
        let expected = try #require(row.expected)
        let model = try Model(configuration)
        let cache = KVCache(model, type: .bf16)
        #expect(model.parameterCount.total == expected.parameters)
        #expect(cache.bytesPerToken == Double(expected.cacheBytesPerToken))
        #expect(cache.bytes(tokens: 131_072) == Double(expected.cacheBytesAt128K))
    }

    /// Of the decoders, at least 95 in a hundred are read; what is refused says why.
    @Test func nearlyAllDecodersAreRead() throws {
        try printTable()
        let decoders = Self.rows.filter { $0.refused != "notADecoder" }
        let read = decoders.count { $0.refused == nil }
        #expect(Self.rows.count >= 150)
        #expect(Double(read) >= 0.95 * Double(decoders.count))
    }
}
