import Quantities
import Records
import Statistics

/// What a run of several launches says of its launches.
public enum LaunchTables {
    /// One row a process.
    static func launches(_ results: Results) -> Table {
        Table(
            columns: [
                .init("launch"), .init("started", .left), .init("took"), .init("clock before"), .init("after"),
                .init("stolen"), .init("others waited"), .init("throttled"), .init("padding"),
            ],
            rows: results.launches.map { record in
                let conditions = record.conditions
                return [
                    "\(record.launch)", record.startedAt, Quantity.time(nanoseconds: conditions.seconds * 1e9),
                    gigahertz(conditions.hertzBefore), gigahertz(conditions.hertzAfter),
                    conditions.stolenShare.map(percent) ?? "unknown",
                    conditions.waitingShare.map(percent) ?? "unknown",
                    conditions.throttledPeriods.map { "\($0)×" } ?? "unknown", Quantity.bytes(record.paddingBytes),
                ]
            })
    }

    /// What the seconds of each process went into. Empty where the results do not say.
    static func timeSpent(_ results: Results) -> Table {
        let activities = TimeSpent.Activity.allCases
        return Table(
            columns: [.init("launch")] + activities.map { .init(name(of: $0)) } + [.init("all")],
            rows: results.launches.compactMap { record in
                record.secondsSpent.map { spent in
                    ["\(record.launch)"]
                        + (activities.map { spent[$0] } + [spent.total]).map {
                            $0 == 0 ? "–" : Quantity.time(nanoseconds: $0 * 1e9)
                        }
                }
            })
    }

    private static func name(of activity: TimeSpent.Activity) -> String {
        switch activity {
        case .ceilings: "ceilings"
        case .probing: "probing"
        case .preparing: "preparing"
        case .remaking: "making again"
        case .warmingUp: "warming up"
        case .sampling: "samples"
        case .checking: "checking"
        }
    }

    /// What the machine did during the launches that may have changed their times.
    public static func cautions(_ results: Results) -> [Caution] {
        results.launches.flatMap { record -> [Caution] in
            let conditions = record.conditions
            var doubts: [String] = []
            if abs(conditions.clockChange) > LaunchConditions.tolerableClockChange {
                doubts.append(
                    "the core's clock went from \(gigahertz(conditions.hertzBefore)) to "
                        + gigahertz(conditions.hertzAfter))
            }
            if let stolen = conditions.stolenShare, stolen > 0.005 {
                doubts.append("the hypervisor took \(percent(stolen)) of the CPU's time")
            }
            if let periods = conditions.throttledPeriods, periods > 0 {
                doubts.append("the container was stopped \(periods) times for its CPU quota")
            }
            return doubts.isEmpty
                ? [] : [Caution("launch \(record.launch): " + doubts.joined(separator: "; "))]
        }
    }

    static func percent(_ share: Double) -> String {
        Quantity.percent(share, place: share < 0.1 ? -1 : 0)
    }

    private static func gigahertz(_ hertz: Double) -> String { Quantity.number(hertz / 1e9, place: -2) + " GHz" }
}
