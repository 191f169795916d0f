import Foundation
import Records

/// The counters of all threads of another process at one instant: two of them around a sample say what happened to it.
///
/// Threads are listed again each time, since an engine may start some for a call. One that ends in between takes its
/// counters with it, which makes its process look less busy than it was, and so more contaminated, never less.
public struct ProcessEvidence: Sendable, Hashable {
    private struct Thread: Sendable, Hashable {
        let cpuNanoseconds: Int
        let runDelayNanoseconds: Int
        let involuntarySwitches: Int
    }

    private let threads: [Int: Thread]
    private let stolenTicks: Int

    private static let nanosecondsPerTick = 1_000_000_000 / max(Int(sysconf(Int32(_SC_CLK_TCK))), 1)

    /// - Parameter cpus: that the process is bound to; steal of others is not its own.
    public init(of process: Int32, cpus: [Int], _ files: SystemFiles = SystemFiles()) {
        let folder = "proc/\(process)/task"
        var threads: [Int: Thread] = [:]
        for name in files.names(in: folder) {
            guard let number = Int(name), let times = files.text("\(folder)/\(name)/schedstat") else { continue }
            let numbers = times.split(separator: " ").compactMap { Int($0) }
            guard numbers.count >= 2 else { continue }
            let status = files.text("\(folder)/\(name)/status").map { KeyedLines($0) }
            threads[number] = Thread(
                cpuNanoseconds: numbers[0], runDelayNanoseconds: numbers[1],
                involuntarySwitches: status?["nonvoluntary_ctxt_switches"].flatMap { Int($0) } ?? 0)
        }
        self.threads = threads
        let stat = files.text("proc/stat") ?? ""
        let lines = stat.split(separator: "\n").map { $0.split(separator: " ") }
        stolenTicks = cpus.reduce(0) { sum, cpu in
            let line = lines.first { $0.first == "cpu\(cpu)" }
            return sum + (line.flatMap { $0.count > 8 ? Int($0[8]) : nil } ?? 0)
        }
    }

    /// CPU time of all threads.
    public var cpuNanoseconds: Int { threads.values.reduce(0) { $0 + $1.cpuNanoseconds } }

    /// What happened between `earlier` and this. Time off the CPU is that of the busiest thread: the others of a team may
    /// well wait for it.
    public func contamination(since earlier: ProcessEvidence, wallNanoseconds: Int) -> Contamination {
        var (busiest, delay, switches) = (0, 0, 0)
        for (number, thread) in threads {
            let before = earlier.threads[number]
            busiest = max(busiest, thread.cpuNanoseconds - (before?.cpuNanoseconds ?? 0))
            delay += thread.runDelayNanoseconds - (before?.runDelayNanoseconds ?? 0)
            switches += thread.involuntarySwitches - (before?.involuntarySwitches ?? 0)
        }
        return Contamination(
            migrated: false, runDelayNanoseconds: max(0, delay), offCPUNanoseconds: max(0, wallNanoseconds - busiest),
            stealNanoseconds: max(0, stolenTicks - earlier.stolenTicks) * Self.nanosecondsPerTick,
            involuntarySwitches: max(0, switches))
    }
}
