/// What stands within a workflow command of GitHub, escaped as its own toolkit does (`packages/core/src/command.ts` of
/// actions/toolkit).
public enum WorkflowMessage: TargetLanguage {
    public static func escaped(_ plain: String) -> String { escaped(plain, [:]) }

    fileprivate static func escaped(_ plain: String, _ others: [Unicode.Scalar: String]) -> String {
        let references = ["%": "%25", "\r": "%0D", "\n": "%0A"].merging(others) { $1 }
        return plain.unicodeScalars.map { scalar in
            references[scalar] ?? (VisibleText.isUnseen(scalar) ? VisibleText.line(String(scalar)) : String(scalar))
        }.joined()
    }
}

/// The value of a property: it ends at a comma, and the list of properties at a colon.
public enum WorkflowProperty: TargetLanguage {
    public static func escaped(_ plain: String) -> String {
        WorkflowMessage.escaped(plain, [":": "%3A", ",": "%2C"])
    }
}
