import Attention
import Quantities
import Yams

/// One value of a sweep file, with the place to name when it is wrong.
struct SweepField {
    enum Source: Hashable {
        case file(String)
        case commandLine
    }

    let node: Node
    let source: Source
    /// Such as `kernels[2]`; empty for the whole file.
    let path: String

    init(node: Node, source: Source, path: String) {
        self.node = node
        self.source = source
        self.path = path
    }

    init(yaml: String, source: Source, path: String) throws(SweepError) {
        let composed: Node?
        do {
            composed = try Yams.compose(yaml: yaml)
        } catch {
            throw Self.syntaxError(error, source: source, path: path)
        }
        guard let node = composed else {
            throw .located(source, line: nil, path: path, message: "the file is empty")
        }
        self.init(node: node, source: source, path: path)
    }

    func error(_ message: String) -> SweepError {
        .located(source, line: node.mark?.line, path: path, message: message)
    }

    /// The items of a list; a single value is a list of one.
    func items() throws(SweepError) -> [SweepField] {
        guard let sequence = node.sequence else { return [self] }
        if sequence.isEmpty { throw error("the list is empty; give at least one value or leave the key out") }
        return sequence.enumerated().map { SweepField(node: $1, source: source, path: "\(path)[\($0)]") }
    }

    /// The entries of a map, whose keys are all in `known`, in the order of the file.
    func entries(known: [String]) throws(SweepError) -> [(key: String, value: SweepField)] {
        guard let mapping = node.mapping else {
            throw error("this has to be a map of keys to values, with any of \(known.joined(separator: ", "))")
        }
        var entries: [(key: String, value: SweepField)] = []
        for (key, value) in mapping {
            let name = key.string ?? ""
            let inner = path.isEmpty ? name : "\(path).\(name)"
            guard known.contains(name) else {
                throw SweepField(node: key, source: source, path: inner).unknown(name, isNot: "a key", among: known)
            }
            entries.append((name, SweepField(node: value, source: source, path: inner)))
        }
        return entries
    }

    func text() throws(SweepError) -> String {
        guard let text = node.scalar?.string, !text.isEmpty else { throw error("this has to be one value") }
        return text
    }

    /// A whole number, written as token counts are.
    func count(minimum: Int) throws(SweepError) -> Int {
        let text = try text()
        guard let count = TokenCount.parse(text) else {
            throw error("\"\(text)\" is not a whole number; write it as 4096, 128K or 10M")
        }
        guard count >= minimum else { throw error("\(text) is too small; it must be at least \(minimum)") }
        return count
    }

    func choice<Choice: RawRepresentable & CaseIterable>(
        _ type: Choice.Type, called noun: String
    ) throws(SweepError) -> Choice where Choice.RawValue == String {
        let text = try text()
        guard let choice = Choice(rawValue: text) else {
            throw unknown(text, isNot: noun, among: Choice.allCases.map(\.rawValue))
        }
        return choice
    }

    func unknown(_ name: String, isNot noun: String, among known: [String]) -> SweepError {
        error("\(UnknownName(name, isNot: noun, known: known))")
    }

    private static func syntaxError(_ error: any Error, source: Source, path: String) -> SweepError {
        switch error {
        case YamlError.scanner(_, let problem, let mark, _), YamlError.parser(_, let problem, let mark, _),
            YamlError.composer(_, let problem, let mark, _):
            .located(source, line: mark.line, path: path, message: "this is not YAML: \(problem)")
        case YamlError.duplicatedKeysInMapping(let duplicates, let context):
            .located(
                source, line: context.mark.line, path: path,
                message: "\"\(duplicates.joined(separator: "\", \""))\" occurs twice; keep one")
        default:
            .located(source, line: nil, path: path, message: "this is not YAML: \(error)")
        }
    }
}
