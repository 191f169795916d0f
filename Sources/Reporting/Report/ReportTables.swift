import Analysis
import Quantities
import Statistics

/// The tables of a report; the terminal prints the summaries.
public enum ReportTables {
    /// One row a series, prompts and steps apart; without those that have no row.
    public static func summaries(_ analysis: ScalingAnalysis) -> [(caption: String, table: Table)] {
        [
            ("Growth and cost by series", series(analysis)),
            ("Decode: how the time of a token grows, and its cost at the longest context", decodeSeries(analysis)),
        ].filter { !$0.1.rows.isEmpty }
    }

    /// One row a series: how it grows and what it costs.
    public static func series(_ analysis: ScalingAnalysis) -> Table {
        let prefill = analysis.only(.prefill)
        var notes = Footnotes()
        let rows = prefill.series.map { series -> [String] in
            let last = prefill.lastPoint(of: series)
            return [
                series.label,
                series.exponent.map(Quantity.estimate) ?? "–",
                series.law == nil ? "not fitted" : series.verdict.rawValue,
                series.nanosecondsPerPair.map(Quantity.estimate) ?? "–",
                last.map { Quantity.percent($0.fractionOfPeak) } ?? "–",
                wins(series, prefill.crossovers),
                series.cautions.map { notes.mark($0.description) }.joined(separator: " "),
            ]
        }
        return Table(
            columns: [
                .init("series", .left), .init("exponent"), .init("verdict", .left), .init("ns/pair"), .init("peak"),
                .init("wins from (tokens)", .left, .whenWide), .init("notes", .left),
            ], rows: rows, footnotes: notes
        ).droppingEmptyColumns()
    }

    /// "full: 1,410 [1,360, 1,480]".
    static func wins(_ series: Series, _ crossovers: [Crossover]) -> String {
        crossovers.filter { $0.faster == series.label }.map { crossover in
            switch crossover.place {
            case .at(let tokens, let bracketed):
                "\(crossover.slower): \(Quantity.interval(tokens))" + (bracketed ? "" : " (outside)")
            case .notCrossedInRange: "\(crossover.slower): throughout"
            }
        }.joined(separator: "; ")
    }

    /// One row a cell: a series at a length.
    public static func cells(_ analysis: ScalingAnalysis) -> Table {
        var notes = Footnotes()
        let rows = analysis.only(.prefill).series.flatMap { series in
            series.points.map { point in cell(series, point, &notes) }
        }
        return Table(
            columns: [
                .init("series", .left), .init("n"), .init("median"), .init("95 % interval", .right, .whenWide),
                .init("GFLOP/s"), .init("peak"), .init("overhead"), .init("memory", .right, .whenWide),
                .init("samples", .right, .whenWide), .init("start + compile", .right, .whenWide), .init("notes", .left),
            ], rows: rows, footnotes: notes
        ).droppingEmptyColumns()
    }

    /// Of the engine and of the kernel in it; empty for kernels of this program.
    static func startup(of point: Point) -> String {
        guard let startup = point.startup else { return "" }
        return [startup.engineSeconds, startup.compileSeconds].map { Quantity.time(nanoseconds: $0 * 1e9) }
            .joined(separator: " + ")
    }

    private static func cell(_ series: Series, _ point: Point, _ notes: inout Footnotes) -> [String] {
        let (median, low, high) = (point.medianNanoseconds, point.low, point.high)
        let rate = point.flopsPerSecond
        let place = Quantity.supportedPlace(
            value: rate.value / 1e9, halfWidth: max(rate.high - rate.value, rate.value - rate.low) / 1e9)
        return [
            series.label, Quantity.tokens(point.keyLength), Quantity.time(nanoseconds: median, low: low, high: high),
            Quantity.timeInterval(nanoseconds: median, low: low, high: high),
            Quantity.number(rate.value / 1e9, place: place), Quantity.percent(point.fractionOfPeak),
            point.overhead.map(Quantity.ratio) ?? "–", Quantity.bytes(point.peakResidentBytes),
            samples(of: point), startup(of: point),
            point.cautions.map { notes.mark($0.description) }.joined(separator: " "),
        ]
    }

    static func samples(of point: Point) -> String {
        point.contaminatedSamples == 0
            ? Quantity.count(point.samples)
            : "\(Quantity.count(point.samples)) (\(Quantity.count(point.contaminatedSamples)) noisy)"
    }

    public static func forecasts(_ analysis: ScalingAnalysis) -> Table {
        var notes = Footnotes()
        let rows = analysis.forecasts.map { forecast -> [String] in
            let (time, low, high) = (forecast.seconds * 1e9, forecast.low * 1e9, forecast.high * 1e9)
            let factor = Quantity.factor(low: forecast.low, high: forecast.high)
            let basis =
                switch forecast.basis {
                case .measured: "measured"
                case .interpolated: "interpolated \(factor)"
                case .extrapolated: "forecast \(factor)"
                }
            return [
                forecast.series, Quantity.tokens(forecast.tokens),
                Quantity.time(nanoseconds: time, low: low, high: high),
                Quantity.timeInterval(nanoseconds: time, low: low, high: high),
                basis,
                forecast.basis == .extrapolated
                    ? Quantity.significant(forecast.multipleOfMeasured, digits: 2) + "×" : "–",
                forecast.cautions.map { notes.mark($0.description) }.joined(separator: " "),
            ]
        }
        return Table(
            columns: [
                .init("series", .left), .init("tokens"), .init("time"), .init("interval"), .init("basis", .left),
                .init("beyond measured", .right, .whenWide), .init("notes", .left),
            ], rows: rows, footnotes: notes
        ).droppingEmptyColumns()
    }

    /// Work functions against each other, the best two of each series and all that cannot be told from them.
    static func candidates(_ analysis: ScalingAnalysis) -> Table {
        Table(
            columns: [
                .init("series", .left), .init("function", .left), .init("ΔAICc"), .init("weight"), .init("", .left),
            ],
            rows: analysis.series.flatMap { series in
                series.candidates.enumerated().filter { $0.offset < 2 || $0.element.indistinguishable }.map {
                    rank, one in
                    [
                        series.label, one.name, Quantity.number(one.deltaAICc, place: -1), Quantity.percent(one.weight),
                        rank == 0 ? "best" : one.indistinguishable ? "indistinguishable" : "",
                    ]
                }
            })
    }

    /// How steeply time grows between neighbouring lengths, against what the pairs say there.
    static func localExponents(_ analysis: ScalingAnalysis) -> Table {
        Table(
            columns: [.init("series", .left), .init("from"), .init("to"), .init("measured"), .init("theory")],
            rows: analysis.series.flatMap { series in
                series.localExponents.map { local in
                    [
                        series.label, Quantity.tokens(local.fromLength), Quantity.tokens(local.toLength),
                        Quantity.estimate(local.measured), Quantity.number(local.theory, place: -2),
                    ]
                }
            })
    }
}
