import Analysis
import Attention

extension TidyTable {
    private static let shape = [
        "results", "series", "kernel", "weighting", "mask", "windowTokens", "sinkTokens", "chunkTokens",
        "selectedBlocks", "blockTokens", "scores", "batch",
        "queryHeads",
        "keyValueHeads", "headDimension", "valueDimension", "elementType", "threads", "ranks", "queryTokens",
        "keyTokens",
    ]

    /// One row a cell; a cell without a time has its reason.
    static func cells(of sources: [ReportSource]) -> TidyTable {
        let columns =
            shape + [
                "outcome", "reason", "medianNanoseconds", "medianLowNanoseconds", "medianHighNanoseconds",
                "intervalLevel", "minimumNanoseconds", "samples", "contaminatedSamples", "usefulPairs", "computedPairs",
                "usefulFLOPs", "leastBytes", "usefulFLOPsPerSecond", "fractionOfPeak", "peakResidentBytes",
                "predictedBytes", "startSeconds", "compileSeconds",
            ]
        let rows = sources.flatMap { source in
            source.analysis.series.flatMap { series in series.points.map { row(source.label, series, $0) } }
                + source.analysis.absent.map { row(source, $0, columns: columns.count) }
        }
        return TidyTable(columns: columns, rows: rows)
    }

    private static func row(_ results: String, _ series: Series, _ point: Point) -> [Value] {
        let (median, sampling, work) = (point.median, point.sampling, point.work)
        return shape(of: series, in: results)
            + [
                .whole(point.queryLength), .whole(point.keyLength), .text("measured"), .missing,
                .number(median.value), .number(median.low), .number(median.high), .number(median.level),
                .number(sampling.minimumNanoseconds), .whole(sampling.samples), .whole(sampling.contaminatedSamples),
                .whole(work.usefulPairs), Value(work.computedPairs), .whole(work.flops), .whole(work.bytes),
                .number(point.flopsPerSecond.value), .number(point.utilisation.fractionOfPeak),
                .whole(point.memory.peakResidentBytes), Value(point.memory.predictedBytes),
                Value(point.engine.startup?.engineSeconds), Value(point.engine.startup?.compileSeconds),
            ]
    }

    private static func row(_ source: ReportSource, _ cell: AbsentCell, columns: Int) -> [Value] {
        let series = source.analysis.series(labelled: cell.series)
        let known =
            series.map { shape(of: $0, in: source.label) }
            ?? [.text(source.label), .text(cell.series)] + Array(repeating: .missing, count: shape.count - 4)
        let values =
            known + [
                .whole(cell.queryLength), .whole(cell.keyLength), .text(cell.state == .skipped ? "skipped" : "failed"),
                .text(cell.reason),
            ]
        return values + Array(repeating: .missing, count: columns - values.count)
    }

    private static func shape(of series: Series, in results: String) -> [Value] {
        let (parameters, mask) = (series.parameters, series.parameters.mask)
        let window = mask.left == nil || mask.right == nil ? nil : mask.bandWidth
        let valueDimension = parameters.latent?.dimension ?? parameters.headDimension
        return [
            .text(results), .text(series.label), .text(series.kernel),
            .text((parameters.weighting ?? .softmax).rawValue),
            .text(mask.name), Value(window),
            Value(mask.sinks > 0 ? mask.sinks : nil), Value(mask.chunk),
            Value(parameters.selection?.blocks), Value(parameters.selection?.blockLength),
            .text(parameters.scoreForm?.text ?? "plain"),
            .whole(parameters.batch), .whole(parameters.queryHeads), .whole(parameters.keyValueHeads),
            .whole(parameters.headDimension), .whole(valueDimension),
            .text(parameters.elementType.rawValue), .whole(parameters.threads),
            .whole(series.ranks?.count ?? 1),
        ]
    }

    /// One row a sample, as it was taken: time of one call, and whether the rule calls it contaminated.
    static func samples(of sources: [ReportSource]) -> TidyTable {
        let rows = sources.flatMap { source in
            source.results.measurements.flatMap { measurement -> [[Value]] in
                guard case .measured(let record) = measurement.outcome else { return [] }
                let workload = measurement.workload
                let parameters = SeriesParameters(workload)
                let series = source.analysis.series.first {
                    $0.kernel == workload.kernel && $0.parameters == parameters
                }
                let lengths = workload.problem.shape
                return record.samplesNanoseconds.indices.map { index in
                    let wall = record.samplesNanoseconds[index]
                    return [
                        .text(source.label), .text(series?.label ?? workload.kernel), .whole(lengths.queryLength),
                        .whole(lengths.keyLength), .whole(measurement.launch), .whole(record.rounds[index]),
                        .whole(record.iterationsPerSample),
                        .number(Double(wall) / Double(record.iterationsPerSample)),
                        .flag(record.isContaminated(index)),
                    ]
                }
            }
        }
        return TidyTable(
            columns: [
                "results", "series", "queryTokens", "keyTokens", "launch", "round", "callsInSample",
                "callNanoseconds", "contaminated",
            ], rows: rows)
    }
}
