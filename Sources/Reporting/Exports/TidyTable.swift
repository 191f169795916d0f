import Escaping
import Foundation

/// Data for other programs: one thing a row, one quantity a column with its unit in the name, numbers in full.
struct TidyTable {
    enum Value: Encodable {
        case text(String)
        case whole(Int)
        case number(Double)
        case flag(Bool)
        /// Does not apply, or was not measured: an empty field, in JSON null.
        case missing

        init(_ value: Int?) { self = value.map(Value.whole) ?? .missing }
        init(_ value: Double?) { self = value.map(Value.number) ?? .missing }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .text(let text): try container.encode(text)
            case .whole(let value): try container.encode(value)
            case .number(let value): try container.encode(value)
            case .flag(let value): try container.encode(value)
            case .missing: try container.encodeNil()
            }
        }

        /// As RFC 4180 writes a field.
        fileprivate var field: String {
            switch self {
            case .text(let text): CSV.escaped(text)
            case .whole(let value): "\(value)"
            case .number(let value): "\(value)"
            case .flag(let value): value ? "true" : "false"
            case .missing: ""
            }
        }
    }

    let columns: [String]
    let rows: [[Value]]

    init(columns: [String], rows: [[Value]]) {
        precondition(rows.allSatisfy { $0.count == columns.count }, "each row has one value for each column")
        self.columns = columns
        self.rows = rows
    }

    var csv: String {
        ([columns.joined(separator: ",")] + rows.map { $0.map(\.field).joined(separator: ",") })
            .joined(separator: "\n") + "\n"
    }

    /// An array of objects, one a line.
    var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let lines = rows.compactMap { row in
            (try? encoder.encode(Dictionary(uniqueKeysWithValues: zip(columns, row))))
                .map { JSONEscapes.visible(String(decoding: $0, as: UTF8.self)) }
        }
        return "[\n" + lines.joined(separator: ",\n") + "\n]\n"
    }
}
