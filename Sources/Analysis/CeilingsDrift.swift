import Foundation
import Records
import Statistics

/// Whether the machine's own speed moved while a launch measured: its clock's rate, or a neighbour that never rested. The
/// ceilings are measured before a run, so a share of peak is then one of a peak that was there no more.
struct CeilingsDrift: Hashable {
    let launch: Int
    /// Of the tile's quiet level, from the first third of the readings to the last; 0.05 for 5 % slower.
    let change: Double

    /// A smaller change is within what levels of a third of the readings differ by.
    static let tolerable = 0.03

    /// Those that are worth telling, by launch.
    static func found(in measurements: [Records.Measurement]) -> [CeilingsDrift] {
        Dictionary(grouping: measurements) { [$0.launch, $0.workload.threads] }.compactMap { team, cells in
            Self.relativeChange(cells).flatMap {
                abs($0) > tolerable ? CeilingsDrift(launch: team[0], change: $0) : nil
            }
        }.sorted { ($0.launch, $0.change) < ($1.launch, $1.change) }
    }

    /// The CPU that changed most counts. Nil where the readings of a third are too few.
    private static func relativeChange(_ cells: [Records.Measurement]) -> Double? {
        var readings: [(round: Int, reading: SentinelReading)] = []
        for cell in cells {
            guard case .measured(let record) = cell.outcome, let sentinels = record.sentinels else { continue }
            for (round, neighbours) in zip(record.rounds, sentinels) {
                readings += [(round, neighbours.before), (round, neighbours.after)]
            }
        }
        // Where one round has readings of several cells, their order within it does not matter to thirds.
        let inOrder = readings.sorted { $0.round < $1.round }.map(\.reading)
        let third = inOrder.count / 3
        guard let first = QuietLevel(Array(inOrder.prefix(third))), let last = QuietLevel(Array(inOrder.suffix(third)))
        else { return nil }
        return zip(first.tileNanoseconds, last.tileNanoseconds).map { $1 / $0 - 1 }.max { abs($0) < abs($1) }
    }

    var caution: Caution {
        let percent = String(format: "%.0f", abs(change) * 100)
        return Caution(
            "launch \(launch): at its quietest the machine was \(percent) % \(change > 0 ? "slower" : "faster") in the last "
                + "third of the rounds than in the first; shares of peak are those of the peak before the run")
    }
}
