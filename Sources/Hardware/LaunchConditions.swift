/// What the machine did while one process measured: how fast its clock ran, and who else had the CPUs.
public struct LaunchConditions: Codable, Hashable, Sendable {
    public let seconds: Double
    /// Cycles a second of the measuring core before and after, by a chain of dependent additions.
    public let hertzBefore: Double
    public let hertzAfter: Double
    /// Share of the measuring CPUs' time that the hypervisor gave away; nil where the system does not tell.
    public let stolenShare: Double?
    /// Share of the time in which some process of the system waited for a CPU; nil where the kernel does not tell.
    public let waitingShare: Double?
    /// How often the control group was stopped for having used its CPU quota; nil where none tells.
    public let throttledPeriods: Int?

    public init(
        seconds: Double, hertzBefore: Double, hertzAfter: Double, stolenShare: Double?, waitingShare: Double?,
        throttledPeriods: Int?
    ) {
        self.seconds = seconds
        self.hertzBefore = hertzBefore
        self.hertzAfter = hertzAfter
        self.stolenShare = stolenShare
        self.waitingShare = waitingShare
        self.throttledPeriods = throttledPeriods
    }

    /// A change of the clock rate by more than this spoils comparisons between launches.
    public static let tolerableClockChange = 0.03

    /// Relative, of the clock rate from before to after.
    public var clockChange: Double { hertzAfter / hertzBefore - 1 }
}

/// Watches a process measure, from now until it is asked.
public struct ConditionsWatch {
    private let clock: any NanosecondClock
    private let files: SystemFiles
    private let cpus: [Int]
    private let startNanoseconds: Int
    private let hertzBefore: Double
    private let before: Contention

    /// - Parameter cpus: on which the threads run. The calling thread is on one of them.
    public init(cpus: [Int], clock: any NanosecondClock = SystemClock(), files: SystemFiles = SystemFiles()) {
        self.clock = clock
        self.files = files
        self.cpus = cpus
        startNanoseconds = clock.nanoseconds
        hertzBefore = ClockRate.measure(clock).hertz
        before = Contention(files, cpus: cpus)
    }

    public func conditions() -> LaunchConditions {
        let change = Contention(files, cpus: cpus).change(since: before)
        let nanoseconds = clock.nanoseconds - startNanoseconds
        return LaunchConditions(
            seconds: Double(nanoseconds) / 1e9, hertzBefore: hertzBefore, hertzAfter: ClockRate.measure(clock).hertz,
            stolenShare: change.stolenShare,
            waitingShare: change.waitingNanoseconds.map { min(1, Double($0) / Double(max(1, nanoseconds))) },
            throttledPeriods: change.throttledPeriods)
    }
}
