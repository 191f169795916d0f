import Attention
import Records
import Statistics

/// A cell without a time.
public struct AbsentCell: Sendable, Codable, Hashable {
    public enum State: String, Sendable, Codable {
        /// The kernel does not take the problem, or it did not fit into memory or time.
        case skipped
        /// The kernel computes something else than it is asked for.
        case wrong = "wrong result"
        /// The kernel's engine died, hung, or did not keep to the protocol.
        case broken = "engine failed"
    }

    public internal(set) var series: String
    public let queryLength: Int
    public let keyLength: Int
    public let reason: String
    public let state: State
    public let phase: Phase
    /// What theory says that a call would hold in memory; nil where the kernel does not say.
    public let predictedBytes: Int?
}

/// Measurements sorted into series: launches of one workload together, lengths ascending.
///
/// A workload that was wrong in any launch has no time, whatever its other launches took. One that was skipped in some
/// launches and measured in others has the time of these.
struct Cells {
    private(set) var series: [MeasuredSeries] = []
    private(set) var absent: [AbsentCell] = []

    init(_ measurements: [Measurement], ceilings: Ceilings, caches: [Machine.Cache]) {
        let drifts = CeilingsDrift.found(in: measurements)
        let byWorkload = Dictionary(grouping: measurements) { $0.workload }
        let bySeries = Dictionary(grouping: byWorkload.keys) { SeriesKey($0) }
        let keys = SeriesOrder(measurements).sorted(bySeries.keys)
        for (key, label) in zip(keys, SeriesLabels.labels(for: keys)) {
            let origin = byWorkload[bySeries[key]![0]]![0].origin
            let workloads = bySeries[key]!.sorted { $0.problem.shape.keyLength < $1.problem.shape.keyLength }
            let caches = origin.device == nil ? caches : []
            var points: [Point] = []
            for workload in workloads {
                let launches = byWorkload[workload]!
                var roof = Roof(
                    over: origin.device, ceilings, elementType: workload.problem.elementType,
                    cores: workload.threads * (origin.ranks?.coreCount ?? 1))
                roof.relativePeak = origin.device == nil ? drifts.relativePeak(of: launches) : nil
                switch Self.cell(of: launches, roof, caches) {
                case .point(let point): points.append(point)
                case .absent(let reason, let state):
                    let shape = workload.problem.shape
                    absent.append(
                        AbsentCell(
                            series: label, queryLength: shape.queryLength, keyLength: shape.keyLength, reason: reason,
                            state: state, phase: workload.phase,
                            predictedBytes: launches[0].predictedBytes))
                }
            }
            if !points.isEmpty {
                series.append(
                    MeasuredSeries(key: key, label: label, origin: origin, points: points, caches: caches))
            }
        }
    }

    private enum Cell {
        case point(Point)
        case absent(reason: String, AbsentCell.State)
    }

    private static func cell(
        of launches: [Measurement], _ roof: Roof, _ caches: [Machine.Cache]
    ) -> Cell {
        var records: [Measurement.Record] = []
        var skipped = ""
        for launch in launches.sorted(by: { $0.launch < $1.launch }) {
            switch launch.outcome {
            case .wrong(let reason, _): return .absent(reason: reason, .wrong)
            case .broken(let reason): return .absent(reason: reason, .broken)
            case .skipped(let reason): skipped = reason
            case .measured(let record): records.append(record)
            }
        }
        guard !records.isEmpty else { return .absent(reason: skipped, .skipped) }
        do {
            return .point(
                try Point(of: launches[0], launches: records, under: roof, caches: caches))
        } catch {
            return .absent(reason: error.description, .skipped)
        }
    }
}
