/// A language in which this program writes documents, and the rule by which plain text stands in it without becoming a
/// part of it.
public protocol TargetLanguage {
    /// Works by Unicode scalar: a quote with an accent on it is one `Character`, which is not equal to a quote.
    static func escaped(_ plain: String) -> String
}

/// Text of a target language. What is written in our sources is taken as it is; every other text is escaped on its way in,
/// so that no call can forget it:
///
///     let title: Escaped<HTML> = "<h1>\(document.title)</h1>"
///
/// Literals are `StaticString`s, because the compiler makes those from our sources alone: no text that is read at run
/// time can pass for one.
public struct Escaped<Language: TargetLanguage>: ExpressibleByStringInterpolation, Hashable, Sendable {
    /// What is written to a file.
    public let text: String

    /// For the files of this module alone, which build what no literal can hold.
    init(alreadyEscaped text: String) { self.text = text }

    public init(plain: String) { text = Language.escaped(plain) }

    public init(stringLiteral value: StaticString) { text = value.description }

    public init(stringInterpolation: Interpolation) { text = stringInterpolation.text }

    public struct Interpolation: StringInterpolationProtocol {
        fileprivate var text = ""

        public init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(literalCapacity) }

        public mutating func appendLiteral(_ literal: StaticString) { text += literal.description }

        public mutating func appendInterpolation(_ plain: String) { text += Language.escaped(plain) }

        public mutating func appendInterpolation(_ number: some BinaryInteger) { text += "\(number)" }

        public mutating func appendInterpolation(_ escaped: Escaped) { text += escaped.text }
    }

    public var isEmpty: Bool { text.isEmpty }

    public static func + (left: Escaped, right: Escaped) -> Escaped { Escaped(alreadyEscaped: left.text + right.text) }

    public static func += (left: inout Escaped, right: Escaped) { left = left + right }
}

extension Sequence {
    public func joined<Language>(separator: Escaped<Language> = "") -> Escaped<Language>
    where Element == Escaped<Language> {
        Escaped(alreadyEscaped: map(\.text).joined(separator: separator.text))
    }
}
