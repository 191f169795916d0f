/// What the system has counted, since it started, of others who had or wanted the CPUs. Two of them make what happened
/// in between.
struct Contention: Hashable {
    /// Of the CPUs in use, in ticks; nil where /proc/stat does not list them.
    let stolenTicks: Int?
    let totalTicks: Int
    /// Time in which some process waited for a CPU; nil where the kernel does not tell (no pressure stall information).
    let waitingNanoseconds: Int?
    /// Nil where no control group tells.
    let throttledPeriods: Int?

    struct Change: Hashable {
        let stolenTicks: Int?
        let totalTicks: Int
        let waitingNanoseconds: Int?
        let throttledPeriods: Int?

        /// Nil where nothing tells, or too little time has passed for a tick.
        var stolenShare: Double? {
            stolenTicks.flatMap { totalTicks > 0 ? Double($0) / Double(totalTicks) : nil }
        }
    }

    init(_ files: SystemFiles, cpus: [Int]) {
        var (stolen, total) = (0, 0)
        if var stat = files.text("proc/stat") {
            stat.withUTF8 { text in
                for cpu in cpus {
                    stolen += ProcessorTimes.stolenTicks(inStat: UnsafeRawBufferPointer(text), cpu: cpu) ?? 0
                    total += ProcessorTimes.totalTicks(inStat: UnsafeRawBufferPointer(text), cpu: cpu) ?? 0
                }
            }
        }
        stolenTicks = total > 0 ? stolen : nil
        totalTicks = total
        waitingNanoseconds = PressureStall.waitingMicroseconds(files).map { $0 * 1000 }
        throttledPeriods = ControlGroups(files).throttledPeriods
    }

    func change(since earlier: Contention) -> Change {
        func difference(_ later: Int?, since earlier: Int?) -> Int? {
            guard let later, let earlier else { return nil }
            return max(0, later - earlier)
        }
        return Change(
            stolenTicks: difference(stolenTicks, since: earlier.stolenTicks),
            totalTicks: max(0, totalTicks - earlier.totalTicks),
            waitingNanoseconds: difference(waitingNanoseconds, since: earlier.waitingNanoseconds),
            throttledPeriods: difference(throttledPeriods, since: earlier.throttledPeriods))
    }
}

/// /proc/pressure/cpu: `some avg10=0.15 avg60=0.10 avg300=0.05 total=123456`, the total in microseconds.
enum PressureStall {
    /// The share of the last ten seconds in which some process waited, in per cent.
    static func percentOfTenSeconds(_ files: SystemFiles) -> Double? { field("avg10", files).flatMap { Double($0) } }

    static func waitingMicroseconds(_ files: SystemFiles) -> Int? { field("total", files).flatMap { Int($0) } }

    private static func field(_ key: String, _ files: SystemFiles) -> Substring? {
        files.text("proc/pressure/cpu")?.split(separator: "\n").first { $0.hasPrefix("some ") }?
            .split(separator: " ").first { $0.hasPrefix(key + "=") }?.dropFirst(key.count + 1)
    }
}
