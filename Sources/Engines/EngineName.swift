import Faults

/// A name that a sweep or a results file may hold: it can stand in a path, in a shell and in a kernel's full name as it is.
public struct EngineName: Hashable, Sendable, CustomStringConvertible {
    public let text: String

    public init(_ text: String) throws(EngineNameError) {
        guard Self.isName(text) else { throw EngineNameError(text: text) }
        self.text = text
    }

    public var description: String { text }

    static func isName(_ text: String) -> Bool {
        text.wholeMatch(of: #/[A-Za-z0-9._\-]{1,64}/#) != nil && !text.allSatisfy { $0 == "." }
    }
}

public struct EngineNameError: Fault, Hashable {
    public let text: String

    public var exitStatus: ExitStatus { .usage }

    public var description: String {
        "\(WireLine.quoted(text)) is not a valid name of an engine; use 1 to 64 letters, digits, points, - and _"
    }
}
