import Foundation

/// A Swift file as far as a test of habits reads it: functions and their parameters.
struct SwiftSource {
    struct Function: Equatable {
        /// Counted from 1.
        let line: Int
        let name: String
        let parameters: [Parameter]
        /// An initialiser that puts each of its parameters into a property, as the one that Swift writes for a struct does.
        /// It may check them.
        let isMemberwise: Bool
    }

    struct Parameter: Equatable {
        /// Nil where the caller writes none.
        let label: String?
        /// As the body calls it.
        let name: String
        let type: String
    }

    let functions: [Function]

    init(_ text: String) {
        let code = Self.withoutTextAndComments(Array(text.utf8))
        functions = Self.declarations(in: code)
    }

    // MARK: What is not code

    /// The same bytes, with blanks for comments and for what stands in quotes, so that neither looks like code.
    private static func withoutTextAndComments(_ bytes: [UInt8]) -> [UInt8] {
        var code = bytes
        var place = 0
        func starts(_ text: StaticString) -> Bool {
            bytes[place...].prefix(text.utf8CodeUnitCount).elementsEqual("\(text)".utf8)
        }
        func blank(until end: String, from offset: Int, escapes: Bool) {
            let end = Array(end.utf8)
            var next = place + offset
            while next < bytes.count, !bytes[next...].starts(with: end) {
                next += escapes && bytes[next] == UInt8(ascii: "\\") ? 2 : 1
            }
            let last = min(bytes.count, next + end.count)
            for index in place..<last where bytes[index] != UInt8(ascii: "\n") { code[index] = UInt8(ascii: " ") }
            place = max(place + 1, last)
        }
        while place < bytes.count {
            if starts("//") {
                blank(until: "\n", from: 2, escapes: false)
            } else if starts("/*") {
                blank(until: "*/", from: 2, escapes: false)
            } else if starts("#/") {
                blank(until: "/#", from: 2, escapes: false)
            } else if starts("#\"") {
                blank(until: "\"#", from: 2, escapes: false)
            } else if starts("\"\"\"") {
                blank(until: "\"\"\"", from: 3, escapes: true)
            } else if starts("\"") {
                blank(until: "\"", from: 1, escapes: true)
            } else {
                place += 1
            }
        }
        return code
    }

    // MARK: Declarations

    private static func declarations(in code: [UInt8]) -> [Function] {
        let text = String(decoding: code, as: UTF8.self)
        // A call such as `self.init(` has a dot before it.
        let head = #/(?:^|[\s(])(?<name>func\s+[^\s(<]+|init[?!]?|subscript)\s*(?:<[^(]*>)?\s*\(/#
        return text.matches(of: head).compactMap { match in
            let name = match.output.name.split(whereSeparator: \.isWhitespace).last.map(String.init) ?? ""
            let open = text.utf8.distance(from: text.startIndex, to: match.range.upperBound) - 1
            guard let close = closing(of: open, in: code) else { return nil }
            let parameters = split(code[(open + 1)..<close]).map {
                Parameter($0, labelsAreExplicit: name == "subscript")
            }
            let body = self.body(after: close, in: code)
            return Function(
                line: 1 + text[..<match.output.name.startIndex].count { $0 == "\n" }, name: name,
                parameters: parameters,
                isMemberwise: name.hasPrefix("init") && body.map { stores(parameters, in: $0) } ?? false)
        }
    }

    private static let brackets: [UInt8: UInt8] = [
        UInt8(ascii: "("): UInt8(ascii: ")"), UInt8(ascii: "["): UInt8(ascii: "]"),
        UInt8(ascii: "{"): UInt8(ascii: "}"),
    ]

    /// Where the bracket at `open` closes.
    private static func closing(of open: Int, in code: [UInt8]) -> Int? {
        var depth = 0
        for place in open..<code.count {
            if brackets[code[place]] != nil { depth += 1 }
            if brackets.values.contains(code[place]) { depth -= 1 }
            if depth == 0 { return place }
        }
        return nil
    }

    /// Parameters are parted by commas that no bracket holds, angle brackets among them.
    private static func split(_ code: ArraySlice<UInt8>) -> [String] {
        var parts: [[UInt8]] = [[]]
        var depth = 0
        var previous: UInt8 = 0
        for byte in code {
            if brackets[byte] != nil || byte == UInt8(ascii: "<") { depth += 1 }
            if brackets.values.contains(byte) { depth -= 1 }
            if byte == UInt8(ascii: ">"), previous != UInt8(ascii: "-") { depth -= 1 }
            if byte == UInt8(ascii: ","), depth == 0 { parts.append([]) } else { parts[parts.count - 1].append(byte) }
            previous = byte
        }
        return parts.map { String(decoding: $0, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines) }
            .filter { !$0.isEmpty }
    }

    /// Between the braces of a function; nil for a requirement of a protocol, which has none.
    private static func body(after close: Int, in code: [UInt8]) -> String? {
        guard let open = code[close...].firstIndex(of: UInt8(ascii: "{")) else { return nil }
        let between = String(decoding: code[(close + 1)..<open], as: UTF8.self)
        guard between.wholeMatch(of: #/\s*(?:throws(?:\([^)]*\))?)?\s*(?:where[^\n]*)?\s*/#) != nil else { return nil }
        return closing(of: open, in: code).map { String(decoding: code[(open + 1)..<$0], as: UTF8.self) }
    }

    /// Whether each parameter goes into a property, as it is or with a value in place of nil.
    private static func stores(_ parameters: [Parameter], in body: String) -> Bool {
        let statements = body.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
        return parameters.allSatisfy { parameter in
            statements.contains { statement in
                guard let equals = statement.range(of: " = ") else { return false }
                let value = statement[equals.upperBound...]
                let tuple = value.hasPrefix("(") ? value.dropFirst().dropLast().split(separator: ", ") : []
                return value == parameter.name || value.hasPrefix(parameter.name + " ?? ")
                    || tuple.contains { $0 == parameter.name }
            }
        }
    }
}

extension SwiftSource.Parameter {
    /// - Parameters:
    ///   - text: one parameter as it is declared.
    ///   - labelsAreExplicit: whether a lone name is no label, as in a subscript.
    fileprivate init(_ text: String, labelsAreExplicit: Bool) {
        let plain = text.replacing(#/^(?:@\w+(?:\([^)]*\))?\s+)+/#, with: "")
        let colon = plain.firstIndex(of: ":") ?? plain.endIndex
        let names = plain[..<colon].split(whereSeparator: \.isWhitespace)
        let isLabelled = names.first != "_" && (names.count > 1 || !labelsAreExplicit)
        label = isLabelled ? names.first.map(String.init) : nil
        name = names.last.map(String.init) ?? ""
        type = plain[colon...].dropFirst().split(separator: #/\s=(?:\s|$)/#)[0]
            .replacing(#/\b(?:inout|borrowing|consuming|sending)\s|@\w+\s/#, with: "")
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
