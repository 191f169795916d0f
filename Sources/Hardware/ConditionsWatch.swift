import Records

/// Watches a process measure, from now until it is asked.
public struct ConditionsWatch {
    private let clock: any NanosecondClock
    private let files: SystemFiles
    private let cpus: [Int]
    private let watch: Stopwatch
    private let hertzBefore: Double
    private let before: Contention

    /// - Parameter cpus: on which the threads run. The calling thread is on one of them.
    public init(cpus: [Int], clock: any NanosecondClock = SystemClock(), files: SystemFiles = SystemFiles()) {
        self.clock = clock
        self.files = files
        self.cpus = cpus
        watch = Stopwatch(clock)
        hertzBefore = ClockRate.measure(clock).hertz
        before = Contention(files, cpus: cpus)
    }

    public func conditions() -> LaunchConditions {
        let change = Contention(files, cpus: cpus).change(since: before)
        let nanoseconds = watch.nanoseconds
        return LaunchConditions(
            seconds: Double(nanoseconds) / 1e9, hertzBefore: hertzBefore, hertzAfter: ClockRate.measure(clock).hertz,
            stolenShare: change.stolenShare,
            waitingShare: change.waitingNanoseconds.map { min(1, Double($0) / Double(max(1, nanoseconds))) },
            throttledPeriods: change.throttledPeriods)
    }
}
