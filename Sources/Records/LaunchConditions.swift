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
