import Quantities
import Reporting
import Serving

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
