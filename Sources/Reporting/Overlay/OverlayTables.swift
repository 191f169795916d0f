import Analysis
import Quantities
import Statistics

/// Tables with a column for each source.
enum OverlayTables {
    /// One row a series; exponent and cost of each source.
    static func series(_ sources: [ReportSource]) -> Table {
        var names: [String] = []
        for series in sources.flatMap(\.analysis.series) where !names.contains(series.label) {
            names.append(series.label)
        }
        let rows = names.map { name in
            [name]
                + sources.flatMap { source -> [String] in
                    guard let series = source.analysis.series(labelled: name) else { return ["–", "–", "–"] }
                    return [
                        series.exponent.map(Quantity.estimate) ?? "–",
                        series.nanosecondsPerPair.map(Quantity.estimate) ?? "–",
                        source.analysis.lastPoint(of: series).map { Quantity.percent($0.utilisation.fractionOfPeak) }
                            ?? "–",
                    ]
                }
        }
        return Table(
            columns: [.init("series", .left)]
                + sources.flatMap { source in
                    ["exponent", "ns/pair", "peak"].map { Table.Column("\($0), \(source.label)") }
                }, rows: rows)
    }

    /// One row a cell of the first that any other has too.
    static func cells(_ sources: [ReportSource]) -> Table {
        guard let base = sources.first else { return Table(columns: [], rows: []) }
        let others = sources.dropFirst().map { TimeRatio.all(of: $0.analysis, over: base.analysis) }
        let rows = base.analysis.series.flatMap { series in
            series.points.compactMap { point -> [String]? in
                let ratios = others.map { ratios in
                    ratios.first { ratio in
                        ratio.keyLength == point.keyLength && ratio.queryLength == point.queryLength
                            && ratio.baseSeries == series.label
                    }
                }
                guard ratios.contains(where: { $0 != nil }) else { return nil }
                return [series.label, Quantity.tokens(point.keyLength), time(point.median)]
                    + ratios.flatMap { ratio in
                        ratio.map { [time($0.median), Quantity.interval($0.ratio, unit: "×")] } ?? ["–", "–"]
                    }
            }
        }
        return Table(
            columns: [.init("series", .left), .init("n"), .init("median, \(base.label)")]
                + sources.dropFirst().flatMap { source in
                    [Table.Column("median, \(source.label)"), .init("over \(base.label)")]
                }, rows: rows)
    }

    private static func time(_ median: Estimate) -> String {
        Quantity.time(median)
    }

    static func environment(_ sources: [ReportSource]) -> Table {
        let facts = sources.map { source in
            Document.facts(source.results.header, source.analysis)
                + [
                    Document.Fact(term: "Started", value: source.results.header.startedAt),
                    Document.Fact(term: "Commit", value: source.results.header.build.commit),
                ]
        }
        let terms = facts.first?.map(\.term) ?? []
        return table(terms, sources) { term, index in facts[index].first { $0.term == term }?.value ?? "–" }
    }

    static func checks(_ sources: [ReportSource]) -> Table {
        var names: [String] = []
        for check in sources.flatMap(\.results.header.machine.checks) where !names.contains(check.name) {
            names.append(check.name)
        }
        return table(names, sources) { name, index in
            sources[index].results.header.machine.checks.first { $0.name == name }
                .map { "\($0.state.rawValue): \($0.detail)" } ?? "–"
        }
    }

    private static func table(
        _ terms: [String], _ sources: [ReportSource], value: (String, Int) -> String
    ) -> Table {
        Table(
            columns: [.init("", .left)] + sources.map { .init($0.label, .left) },
            rows: terms.map { term in [term] + sources.indices.map { value(term, $0) } })
    }
}
