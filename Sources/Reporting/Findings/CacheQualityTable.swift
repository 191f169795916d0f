import Analysis
import Quantities
import Records

extension ReportTables {
    /// One row a cache format: relative errors of keys, values and outputs. "Per channel" are keys of which 32
    /// tokens share a scale in each channel.
    static func cacheQuality(_ schemes: [CacheQuality]) -> Table {
        let samples = CacheSample.allCases.map { (sample: $0, name: CacheQualityFigure.name($0)) }
        return Table(
            columns: [.init("format", .left), .init("bits")]
                + samples.map { .init("keys: \($0.name)", .right, .whenWide) }
                + [.init("values: \(CacheQualityFigure.name(.realActivations))", .right, .whenWide)]
                + samples.map { .init("output: \($0.name)") },
            rows: schemes.map { scheme in
                [scheme.scheme, Quantity.bits(scheme.bitsPerElement)]
                    + samples.map { percent(scheme[$0.sample]?.keys) }
                    + [percent(scheme[.realActivations]?.values)]
                    + samples.map { percent(scheme[$0.sample]?.output) }
            })
    }

    private static func percent(_ error: Double?) -> String { error.map(Quantity.percent) ?? "–" }
}
