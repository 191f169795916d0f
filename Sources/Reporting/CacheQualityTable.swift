import Analysis

extension ReportTables {
    /// One row a cache format: relative errors of keys, values and outputs. Empty where no format gives up accuracy.
    static func cacheQuality(_ analysis: ScalingAnalysis) -> Table {
        let samples = CacheSample.allCases.map { (sample: $0, name: CacheQualityFigure.name($0)) }
        return Table(
            columns: [.init("format", .left), .init("bits")]
                + samples.map { .init("keys: \($0.name)", .right, .whenWide) }
                + [.init("values: \(CacheQualityFigure.name(.realActivations))", .right, .whenWide)]
                + samples.map { .init("output: \($0.name)") },
            rows: analysis.cacheQuality.map { scheme in
                [scheme.scheme, PlanMemory.bits(scheme.bitsPerElement)]
                    + samples.map { percent(scheme[$0.sample]?.keys) }
                    + [percent(scheme[.realActivations]?.values)]
                    + samples.map { percent(scheme[$0.sample]?.output) }
            })
    }

    private static func percent(_ error: Double?) -> String { error.map(Quantity.percent) ?? "–" }
}
