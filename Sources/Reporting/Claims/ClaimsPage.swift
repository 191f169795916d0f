import Serving

/// `docs/claims.md`: what articles claim of long context, and what comes out when a program computes it.
public enum ClaimsPage {
    public static func text() -> String { MarkdownDocument.text(document) }

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
                    "Printed by the command below and compared with it by a test. Sizes of context in K and M are binary "
                        + "where an article says 128K, decimal for its 1M and 10M; GB are 10⁹ bytes."),
                .command("attnbench plan --claims > docs/claims.md"),
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
    public var verdict: Verdict? {
        if case .computed(_, let verdict, _) = finding { verdict } else { nil }
    }
}

/// The articles' tables, under their assumptions and under the real ones.
enum ClaimsTables {
    static var blocks: [Document.Block] {
        [
            .heading("The articles' tables"),
            .table(caption: "KV cache of the second article, GB", cacheTable),
            .paragraph(
                "The article: 48 full layers, keys of 5120 / 8 = 640. All full: 48 layers, keys of 8 × 128. Real: 12 full "
                    + "layers and 36 that stop at chunks of 8,192."),
            .table(caption: "Longest context of Scout in bfloat16 and price of 10M tokens", hardwareTable),
            .paragraph(
                "90 % of memory is used. The article takes 34 GB for the weights, the others 218 GB. Dollars are the "
                    + "article's rents (April 2025) for reading one prompt of 10,000,000 tokens at 50 % of peak."),
        ]
    }

    private static var cacheTable: Table {
        let (real, full) = (Known.scout, Known.scout.withAllLayersFull)
        let rows = RealityCheckClaims.rows.map { row -> [String] in
            let type = row.bits == 16 ? StorageType.bf16 : .fp8
            func gigabytes(_ bytes: Double) -> String {
                Quantity.number(bytes / 1e9, place: bytes < 10e9 ? -3 : -1)
            }
            return [
                type.name, Quantity.count(row.tokens),
                gigabytes(RealityCheckClaims.napkin.with(bits: row.bits).cacheBytes(tokens: row.tokens)),
                gigabytes(KVCache(full, type: type).bytes(tokens: row.tokens)),
                gigabytes(KVCache(real, type: type).bytes(tokens: row.tokens)),
            ]
        }
        return Table(
            columns: [.init("type", .left), .init("tokens"), .init("article"), .init("all full"), .init("real")],
            rows: rows)
    }

    private static var hardwareTable: Table {
        let servers = [("h100-sxm", 8, 28.0), ("h200-sxm", 8, 47), ("h100-sxm", 32, 115), ("a100-80-sxm", 32, 72)]
        let caches = [KVCache(Known.scout.withAllLayersFull, type: .bf16), KVCache(Known.scout, type: .bf16)]
        let rows = servers.map { id, count, dollars -> [String] in
            let deployment = Known.servers(id, count, dollarsPerHour: dollars)
            let prefill = Prefill(Known.scout, tokens: Known.tenMillion)
            let fits = MemoryFit(caches[1]).fewestAccelerators(tokens: Known.tenMillion, like: deployment) <= count
            let price = prefill.dollars(on: deployment).map(Quantity.dollars) ?? "-"
            return [
                "\(count) × \(id)", Quantity.decimalBytes(Double(count) * deployment.accelerator.memoryBytes),
                Quantity.dollars(dollars),
                Quantity.rough(RealityCheckClaims.napkin.longestContext(on: deployment)),
            ]
                + caches.map { PlanFit.longest(MemoryFit($0).longestContext(on: deployment)) }
                + [fits ? price : "does not fit"]
        }
        return Table(
            columns: [
                .init("server", .left), .init("memory"), .init("an hour"), .init("article"), .init("all full"),
                .init("real"), .init("reading 10M"),
            ], rows: rows)
    }
}
