import Reporting
import Serving

/// `docs/claims.md`: what articles claim of long context, and what comes out when a program computes it.
enum ClaimsPage {
    static func text() -> String { MarkdownDocument.text(document) }

    static var document: Document {
        let claims = ClaimedArticle.all.flatMap(\.claims)
        let computed = claims.filter { $0.verdict != nil }
        func count(_ verdict: Claim.Verdict) -> Int { computed.count { $0.verdict == verdict } }
        let introduction =
            "\(claims.count) claims of four texts on long context. \(computed.count) are computed here from the "
            + "dimensions of real models and exact pair counts: \(count(.right)) are right, \(count(.caveat)) right with "
            + "a caveat, \(count(.wrong)) wrong. The rest need a model's answers, a source or another machine, and say so."
        return Document(
            title: "Claims about long context, computed", subtitle: introduction,
            blocks: [
                .paragraph(
                    "Printed by the command below and compared with it by a test. Contexts in K and M are binary, those of the "
                        + "articles' own tables (1M, 10M) decimal; GB are 10⁹ bytes."),
                .command("scripts/claims"),
            ] + ClaimedArticle.all.flatMap(blocks) + ClaimsTables.blocks)
    }

    private static func blocks(_ article: ClaimedArticle) -> [Document.Block] {
        let claims = article.claims.sorted { $0.number < $1.number }
        let rows = claims.map { claim -> [String] in
            switch claim.finding {
            case .computed(let figure, let verdict, let because):
                ["\(claim.number)", claim.text, figure, verdict.rawValue, because]
            case .notComputed(let because):
                ["\(claim.number)", claim.text, "-", "not computed", because]
            }
        }
        let table = Table(
            columns: [
                .init("#"), .init("claim", .left), .init("our figure", .left), .init("verdict", .left),
                .init("why", .left),
            ], rows: rows)
        return [
            .heading(article.title),
            .table(caption: "Claims \(claims.first?.number ?? 0) to \(claims.last?.number ?? 0)", table),
        ]
    }
}

extension Claim {
    /// Nil where the claim is not computed.
    var verdict: Verdict? {
        if case .computed(_, let verdict, _) = finding { verdict } else { nil }
    }
}
