import Analysis
import Records

/// A cell of results that has a time, as exports name it.
struct MeasuredCell {
    /// What tables of a gate call the cell. It says nothing of the other cells, unlike a series' label, so that it is the
    /// same in every run and a history can follow it.
    let name: String
    let series: Series
    let point: Point
    /// Of each launch, in order.
    let records: [Records.Measurement.Record]

    private struct Place: Hashable {
        let kernel: String
        let parameters: SeriesParameters
        let keyLength: Int
    }

    /// Series by series, lengths ascending; names differ.
    static func all(in source: ReportSource) -> [MeasuredCell] {
        let launches = Dictionary(grouping: source.results.measurements) { measurement in
            let workload = measurement.workload
            return Place(
                kernel: workload.kernel, parameters: SeriesParameters(workload),
                keyLength: workload.problem.shape.keyLength)
        }
        var taken = Set<String>()
        return source.analysis.series.flatMap { series in
            series.points.compactMap { point -> MeasuredCell? in
                let place = Place(kernel: series.kernel, parameters: series.parameters, keyLength: point.keyLength)
                guard let found = launches[place]?.sorted(by: { $0.launch < $1.launch }) else { return nil }
                let records = found.compactMap { measurement in
                    if case .measured(let record) = measurement.outcome { record } else { nil }
                }
                return MeasuredCell(
                    name: unique("\(found[0].workload)", among: &taken), series: series, point: point, records: records)
            }
        }
    }

    /// Masks that one kernel takes may print alike; only its second cell of a name is numbered.
    private static func unique(_ name: String, among taken: inout Set<String>) -> String {
        var candidate = name
        var number = 2
        while !taken.insert(candidate).inserted {
            candidate = "\(name) #\(number)"
            number += 1
        }
        return candidate
    }
}
