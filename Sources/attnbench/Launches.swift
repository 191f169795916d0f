import Attention
import Benchmarking
import Foundation
import Hardware
import Records

/// Several launches of one run, one after the other, each with a fair share of the time that is left.
///
/// Where code and data lie in memory, how the pages fell, and what the machine was doing differ between processes and
/// stay for the life of one; a single launch cannot see that part of its error. So each launch is a new process, with
/// another order of cells, another size of the environment and the system's own randomised addresses.
///
/// The machine's ceilings are measured once, before: they are the best of many short rounds, which another launch does
/// not change by much, and would cost each launch two seconds. The clock's rate, which may change, is measured
/// before and after each.
struct Launches {
    let count: Int
    /// The file, and the right to write it, which each launch shares.
    let results: ResultsLock
    let workloads: [Workload]
    let seed: UInt64
    let rounds: Int
    /// Infinite where only `rounds` ends the launches.
    let timeBudgetSeconds: Double
    /// Started when the budget began.
    let sinceStart: Stopwatch
    /// Flags that place the threads.
    let pinning: [String]

    static let samplesPerVisit = 2

    enum Outcome: Equatable {
        case done
        case interrupted
        /// The budget was used up; so many launches ran.
        case outOfTime(launches: Int)
    }

    /// Runs what the results file does not have.
    func run(_ progress: any ProgressObserver) throws -> Outcome {
        let cancellation = Interrupts.cancellation()
        let numbers = try unfinished()
        for (index, number) in numbers.enumerated() {
            if cancellation.isCancelled { return .interrupted }
            let left = timeBudgetSeconds - sinceStart.seconds
            guard left > 0 else { return .outOfTime(launches: number - 1) }
            let share = left / Double(numbers.count - index)
            let later = share.isFinite ? share * Double(numbers.count - index - 1) : 0
            let child = ChildLaunch(
                number: number, arguments: arguments(number, share), environment: environment(number),
                input: results.descriptor)
            let result = Result { () throws(LaunchFailed) in
                try child.run { event in
                    progress.report(event.of(.init(number: number, of: count), laterSeconds: later))
                }
            }
            // A signal that comes before the child listens ends it; that is no failure of the launch.
            if cancellation.isCancelled { return .interrupted }
            if try result.get() { return .interrupted }
        }
        return .done
    }

    /// Launches that have not a line for each cell, or whose journal says that they were cut short.
    private func unfinished() throws -> [Int] {
        let written = Dictionary(grouping: try ResultsFile.load(results.path).measurements) { $0.launch }
        return (1...count).filter { number in
            RunLog.isOpen(results.path, launch: number)
                || !Set(workloads).isSubset(of: (written[number] ?? []).map(\.workload))
        }
    }

    private func arguments(_ number: Int, _ seconds: Double) -> [String] {
        var words = ["launch", results.path, "--number", "\(number)", "--rounds", "\(rounds)"]
        words += ["--samples-per-visit", "\(Self.samplesPerVisit)"]
        if seconds.isFinite { words += ["--time-budget", "\(seconds)s"] }
        return words + pinning
    }

    private func environment(_ number: Int) -> [String: String] {
        var generator = SplitMix64(seed: seed &+ UInt64(number) << 32)
        return EnvironmentPadding.pad(BLASRestart.originalEnvironment, using: &generator)
    }
}
