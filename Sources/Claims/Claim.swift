/// A sentence that an article prints, and what a program finds when it computes it.
struct Claim: Sendable, Hashable {
    enum Verdict: String, Sendable, Hashable {
        case right, caveat = "right, with a caveat", wrong

        /// A claim may be right as arithmetic and not for the thing that it is about.
        init(asStated: Bool, ofTheRealThing: Bool) {
            self = asStated && ofTheRealThing ? .right : asStated || ofTheRealThing ? .caveat : .wrong
        }
    }

    enum Finding: Sendable, Hashable {
        /// Our figure, what follows from it, and why in a sentence.
        case computed(String, Verdict, because: String)
        /// Needs a model, a source or another machine.
        case notComputed(because: String)
    }

    let number: Int
    let text: String
    let finding: Finding

    init(_ number: Int, _ text: String, _ finding: Finding) {
        self.number = number
        self.text = text
        self.finding = finding
    }
}

extension Claim.Finding {
    static func computed(_ figure: String, asStated: Bool, ofTheRealThing: Bool, because: String) -> Self {
        .computed(figure, Claim.Verdict(asStated: asStated, ofTheRealThing: ofTheRealThing), because: because)
    }

    /// Of a claim with nothing between right and wrong.
    static func computed(_ figure: String, holds: Bool, because: String) -> Self {
        computed(figure, asStated: holds, ofTheRealThing: holds, because: because)
    }
}

/// A text whose claims are numbered through all of them.
struct ClaimedArticle: Sendable, Hashable {
    let title: String
    let claims: [Claim]

    static let all = [
        ContextCostClaims.article, RealityCheckClaims.article, TokenPriceClaims.article, TrainingClaims.article,
    ]
}
