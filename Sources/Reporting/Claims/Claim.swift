/// A sentence that an article prints, and what a program finds when it computes it.
public struct Claim: Sendable, Hashable {
    public enum Verdict: String, Sendable, Hashable {
        case right, caveat = "right, with a caveat", wrong

        /// A claim may be right as arithmetic and not for the thing that it is about.
        init(asStated: Bool, ofTheRealThing: Bool) {
            self = asStated && ofTheRealThing ? .right : asStated || ofTheRealThing ? .caveat : .wrong
        }
    }

    public enum Finding: Sendable, Hashable {
        /// Our figure, what follows from it, and why in a sentence.
        case computed(String, Verdict, because: String)
        /// Needs a model, a source or another machine.
        case notComputed(because: String)
    }

    public let number: Int
    public let text: String
    public let finding: Finding

    static func computed(
        _ number: Int, _ text: String, _ figure: String, asStated: Bool, ofTheRealThing: Bool, because: String
    ) -> Claim {
        Claim(
            number: number, text: text,
            finding: .computed(
                figure, Verdict(asStated: asStated, ofTheRealThing: ofTheRealThing), because: because))
    }

    /// A claim with nothing between right and wrong.
    static func computed(
        _ number: Int, _ text: String, _ figure: String, holds: Bool, because: String
    ) -> Claim {
        computed(number, text, figure, asStated: holds, ofTheRealThing: holds, because: because)
    }

    static func notComputed(_ number: Int, _ text: String, because: String) -> Claim {
        Claim(number: number, text: text, finding: .notComputed(because: because))
    }
}

/// A text whose claims are numbered through all of them.
public struct ClaimedArticle: Sendable, Hashable {
    public let title: String
    public let claims: [Claim]

    public static let all = [
        ContextCostClaims.article, RealityCheckClaims.article, TokenPriceClaims.article, TrainingClaims.article,
    ]
}
