import CProcessor
import Foundation
import Records

/// Reads the counters of some teams around a sample. The files stay open and are read at their start into one buffer, so a
/// reading costs a few system calls and no allocation.
///
/// CPU, CPU time and involuntary switches are those of the calling thread, which is worker 0 of each team. Run delay is
/// summed over all workers and steal over their CPUs, because one delayed worker delays the call. A sweep over numbers of
/// threads has a team for each, of which all but one sleep: they add no run delay. What cannot be read counts as 0; the
/// environment checks tell of it.
///
/// A reading itself takes some 10 µs of the thread's time, which is 1 % of a short sample. So the CPU time told is less
/// what all readings so far took, and a difference of two readings is exactly what lies between them. It is the same with the
/// CPU's own counters of cycles and instructions, where these can be read.
public final class ThreadEvidenceReader {
    /// Of every thread, once: the calling thread is in each team.
    let watchedFolders: [String]
    private let runDelays: [OpenFile]
    private let processorTimes: OpenFile?
    private let stolenCPUs: [Int]
    private var ownNanoseconds = 0
    private let counter: (any ProcessorCounter)?
    private var ownCounts = ProcessorCounts(cycles: 0, instructions: 0)
    private let buffer: UnsafeMutableRawBufferPointer

    /// USER_HZ: the unit of /proc/stat, 10 ms on Linux as it is built everywhere.
    private static let nanosecondsPerTick = 1_000_000_000 / max(Int(sysconf(Int32(_SC_CLK_TCK))), 1)
    /// Enough for the lines of some hundred CPUs, which come first in /proc/stat.
    private static let bufferBytes = 1 << 16
    /// RUSAGE_THREAD, which Swift's Glibc leaves out.
    private static let currentThreadUsage: Int32 = 1

    /// - Parameters:
    ///   - teams: whose threads are watched; `read` must be called on the thread that made them.
    ///   - counter: of that thread; nil where there is none.
    public init(
        teams: [WorkerTeam] = [WorkerTeam()], counter: (any ProcessorCounter)? = KernelCounter()
    ) {
        self.counter = counter
        watchedFolders = Set(teams.flatMap(\.taskFolders)).sorted()
        runDelays = watchedFolders.compactMap { OpenFile(path: "/proc/\($0)/schedstat") }
        processorTimes = OpenFile(path: "/proc/stat")
        stolenCPUs = Set(teams.flatMap(\.pinnedCPUs)).sorted()
        buffer = .allocate(byteCount: Self.bufferBytes, alignment: 64)
    }

    deinit { buffer.deallocate() }

    public func read() -> ThreadEvidence {
        let countsBefore = counter?.read()
        let start = Self.cpuTime()
        let cpu = Int(processor_current_cpu())
        var usage = rusage()
        getrusage(Self.currentThreadUsage, &usage)
        let runDelay = runDelays.reduce(0) { sum, file in
            sum + (file.read(into: buffer).flatMap(RunDelay.nanoseconds(inSchedstat:)) ?? 0)
        }
        var stolenTicks = 0
        if let stat = processorTimes?.read(into: buffer) {
            for watched in stolenCPUs.isEmpty ? [cpu] : stolenCPUs {
                stolenTicks += ProcessorTimes.stolenTicks(inStat: stat, cpu: watched) ?? 0
            }
        }
        let end = Self.cpuTime()
        ownNanoseconds += end - start
        return ThreadEvidence(
            cpu: cpu, cpuTimeNanoseconds: end - ownNanoseconds, runDelayNanoseconds: runDelay,
            stealNanoseconds: stolenTicks * Self.nanosecondsPerTick,
            involuntarySwitches: usage.ru_nivcsw, counts: countsBefore.flatMap(counts))
    }

    /// Less what this reading has cost, like all before it.
    private func counts(since before: ProcessorCounts) -> ProcessorCounts? {
        guard let now = counter?.read() else { return nil }
        ownCounts = ownCounts + (now - before)
        return now - ownCounts
    }

    private static func cpuTime() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }
}
