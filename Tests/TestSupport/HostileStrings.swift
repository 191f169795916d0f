import Foundation

/// Text as a stranger's file could hold it, each string an attack on some reader of what this program writes.
public enum HostileStrings {
    /// A file of this name appears in the working directory of a program that obeys one of the strings.
    public static let mark = "attnbench-was-here"

    public static let all: [String] = {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("hostile-strings.jsonl")
        let lines = ((try? String(contentsOf: file, encoding: .utf8)) ?? "").split(separator: "\n")
        return lines.map { line in
            do { return try JSONDecoder().decode(String.self, from: Data(line.utf8)) } catch {
                preconditionFailure("\(line) in hostile-strings.jsonl is no JSON string: \(error)")
            }
        }
    }()

    /// The value with every text in it replaced, wherever its type takes any text: each by the next string of the list,
    /// one after the other. The schema stays, since a reader refuses every other.
    public static func filling<Value: Codable>(_ value: Value, from start: Int = 0) throws -> Value {
        var next = start
        var filled = value
        var object = try JSONSerialization.jsonObject(
            with: JSONEncoder().encode(value), options: [.fragmentsAllowed])
        for path in textPaths(of: object) {
            let changed = replacing(path[...], in: object, by: all[next % all.count])
            guard let data = try? JSONSerialization.data(withJSONObject: changed),
                let decoded = try? JSONDecoder().decode(Value.self, from: data)
            else { continue }
            (object, filled) = (changed, decoded)
            next += 1
        }
        return filled
    }

    /// A step into an object or an array.
    private enum Step {
        case key(String)
        case index(Int)
    }

    private static func textPaths(of object: Any) -> [[Step]] {
        switch object {
        case is String: [[]]
        case let object as [String: Any]:
            object.keys.sorted().filter { $0 != "schema" }.flatMap { key in
                textPaths(of: object[key]!).map { [.key(key)] + $0 }
            }
        case let array as [Any]:
            array.indices.flatMap { index in textPaths(of: array[index]).map { [.index(index)] + $0 } }
        default: []
        }
    }

    private static func replacing(_ path: ArraySlice<Step>, in object: Any, by text: String) -> Any {
        switch path.first {
        case .key(let key):
            guard var changed = object as? [String: Any], let old = changed[key] else { return object }
            changed[key] = replacing(path.dropFirst(), in: old, by: text)
            return changed
        case .index(let index):
            guard var changed = object as? [Any] else { return object }
            changed[index] = replacing(path.dropFirst(), in: changed[index], by: text)
            return changed
        case nil: return text
        }
    }
}
