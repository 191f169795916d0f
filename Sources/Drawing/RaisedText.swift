import Escaping

/// Text in which `^` raises the number or letter after it, its interval included: "pairs^1.00 ± 0.02" is how the
/// terminal shows it, and everything that can set an exponent does.
package enum RaisedText {
    package struct Part: Hashable {
        package let text: String
        package let isRaised: Bool
    }

    package static func parts(_ text: String) -> [Part] {
        var parts: [Part] = []
        var rest = Substring(text)
        while let caret = rest.firstIndex(of: "^") {
            var raised = rest[rest.index(after: caret)...].prefix { "0123456789.±− \u{A0}β".contains($0) }
            while let last = raised.last, " \u{A0}.".contains(last) { raised.removeLast() }
            let plain = raised.isEmpty ? rest[...caret] : rest[..<caret]
            parts.append(Part(text: String(plain), isRaised: false))
            if !raised.isEmpty { parts.append(Part(text: String(raised), isRaised: true)) }
            rest = rest[(raised.isEmpty ? rest.index(after: caret) : raised.endIndex)...]
        }
        return (parts + [Part(text: String(rest), isRaised: false)]).filter { !$0.text.isEmpty }
    }

    /// In another language, which raises text in its own way.
    package static func set<Language>(
        _ text: String, raised: (Escaped<Language>) -> Escaped<Language>
    ) -> Escaped<Language> {
        parts(text).map { part in
            let plain = Escaped<Language>(plain: part.text)
            return part.isRaised ? raised(plain) : plain
        }.joined()
    }
}
