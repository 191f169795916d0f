import Analysis
import Quantities
import Statistics

extension ReportTables {
    /// One row a decode series: how a token's time grows, and what a token costs at the longest context.
    public static func decodeSeries(_ analysis: ScalingAnalysis) -> Table {
        let decode = analysis.only(.decode)
        var notes = Footnotes()
        let rows = decode.series.map { series -> [String] in
            let last = decode.lastPoint(of: series)
            return [
                series.label, series.exponent.map(Quantity.estimate) ?? "",
                series.lengthSlope.map { Quantity.aboutZero($0.exponent) } ?? "",
                series.law == nil && series.lengthSlope == nil ? "not fitted" : series.verdict.rawValue,
                last.map { Quantity.tokens($0.keyLength) } ?? "–",
                last.map { Quantity.time(nanoseconds: $0.medianNanoseconds, low: $0.low, high: $0.high) } ?? "–",
                series.recomputes ? "–" : last?.fractionOfBandwidth.map(Quantity.percent) ?? "–",
                wins(series, decode.crossovers),
                series.cautions.map { notes.mark($0.description) }.joined(separator: " "),
            ]
        }
        return Table(
            columns: [
                .init("series", .left), .init("on bytes"), .init("on length"), .init("verdict", .left),
                .init("cached"), .init("a token"), .init("bandwidth"),
                .init("wins from (tokens)", .left, .whenWide), .init("notes", .left),
            ], rows: rows, footnotes: notes
        ).droppingEmptyColumns()
    }

    /// One row a decode cell, and where what it reads can lie between two steps.
    public static func decodeCells(_ analysis: ScalingAnalysis) -> Table {
        var notes = Footnotes()
        let rows = analysis.only(.decode).series.flatMap { series in
            series.points.map { point -> [String] in
                let (median, low, high) = (point.medianNanoseconds, point.low, point.high)
                return [
                    series.label, Quantity.tokens(point.keyLength), Quantity.bytes(point.bytes),
                    point.cacheLevel.map { "L\($0)" } ?? "memory",
                    Quantity.time(nanoseconds: median, low: low, high: high),
                    Quantity.timeInterval(nanoseconds: median, low: low, high: high),
                    series.recomputes ? "–" : Quantity.significant(point.bytesPerSecond.value / 1e9, digits: 3),
                    series.recomputes ? "–" : point.fractionOfBandwidth.map(Quantity.percent) ?? "–",
                    Quantity.bytes(point.peakResidentBytes), samples(of: point), startup(of: point),
                    point.cautions.map { notes.mark($0.description) }.joined(separator: " "),
                ]
            }
        }
        return Table(
            columns: [
                .init("series", .left), .init("cached"), .init("reads"), .init("fits", .left), .init("a token"),
                .init("95 % interval", .right, .whenWide), .init("GB/s"), .init("bandwidth"),
                .init("memory", .right, .whenWide), .init("samples", .right, .whenWide),
                .init("start + compile", .right, .whenWide), .init("notes", .left),
            ], rows: rows, footnotes: notes
        ).droppingEmptyColumns()
    }

    /// One row a window: what a token costs with each way to go on past it.
    static func streaming(_ streaming: Streaming) -> Table {
        func time(_ estimate: Estimate?) -> String {
            estimate.map { Quantity.time(nanoseconds: $0.value, low: $0.low, high: $0.high) } ?? "–"
        }
        return Table(
            columns: [
                .init("window"), .init("sinks"), .init("full cache"), .init("window alone"), .init("sinks + window"),
                .init("recompute"), .init("recompute / sinks + window"),
            ],
            rows: streaming.rows.map { row in
                [
                    Quantity.tokens(row.window), Quantity.count(row.sinks), time(streaming.full),
                    time(row.windowAlone), time(row.sinkWindow), time(row.recompute),
                    Quantity.interval(row.ratio, unit: "×"),
                ]
            })
    }

    /// Why the ratio is not the one that is quoted.
    static let streamingRemark =
        "StreamingLLM (Xiao et al., arXiv 2309.17453) reports up to \(Quantity.number(StreamingFigure.reported, place: -1))× "
        + "for recompute over sinks + window: whole models on an A6000. There every step also reads all weights, however the "
        + "cache is kept, and recomputing repeats projections and MLPs as well as attention; here is attention alone, on a "
        + "CPU. What is common is the shape: recomputing grows with the square of the window, keeping it with the window."

    /// One row a context: a token of the prompt beside a token written.
    static func tokenCosts(_ analysis: ScalingAnalysis) -> Table {
        Table(
            columns: [
                .init("prompt", .left), .init("step", .left), .init("n"), .init("input token"), .init("output token"),
                .init("output / input"), .init("basis", .left),
            ],
            rows: analysis.tokenCosts.flatMap { cost in
                cost.rows.map { row in
                    [
                        cost.prefill, cost.decode, Quantity.tokens(row.length), time(row.input), time(row.output),
                        Quantity.interval(row.ratio, unit: "×"),
                        row.inputBasis == .measured ? "measured" : "input by its law",
                    ]
                }
            })
    }

    private static func time(_ estimate: Estimate) -> String {
        Quantity.time(nanoseconds: estimate.value, low: estimate.low, high: estimate.high)
    }

    /// One row a format of a problem that was measured in several.
    static func cacheFormats(_ analysis: ScalingAnalysis) -> Table {
        Table(
            columns: [
                .init("kernel", .left), .init("cached"), .init("format", .left), .init("bits"), .init("reads"),
                .init("a token"), .init("time ratio"), .init("bytes ratio"), .init("bandwidth"),
            ],
            rows: analysis.cacheFormats.flatMap { cost in
                cost.rows.map { row in
                    [
                        cost.kernel, Quantity.tokens(cost.length), row.format.rawValue,
                        Quantity.number(row.bitsPerElement, place: -2), Quantity.bytes(row.bytes), time(row.median),
                        Quantity.interval(row.timeRatio, unit: "×"), Quantity.ratio(row.bytesRatio),
                        row.fractionOfBandwidth.map(Quantity.percent) ?? "–",
                    ]
                }
            })
    }
}
