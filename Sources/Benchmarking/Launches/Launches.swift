import Attention
import Foundation
import Hardware
import Kernels
import Records

/// Several launches of one run, one after the other, each with a fair share of the time that is left.
///
/// Where code and data lie in memory, how the pages fell, and what the machine was doing differ between processes and
/// stay for the life of one; a single launch cannot see that part of its error. So each launch is a new process, with
/// another order of cells, another size of the environment and the system's own randomised addresses.
///
/// The machine's ceilings are measured once, before: they are the best of many short rounds, which another launch does
/// not change by much, and would cost each launch most of a second. The clock's rate, which may change, is measured
/// before and after each.
public struct Launches {
    private let count: Int
    private let workloads: [Workload]
    private let options: RunOptions
    private let sinceStart: Stopwatch

    /// Two let the variance within a round be told from that between rounds.
    public static let samplesPerVisit = 2

    public enum Outcome: Equatable {
        case done
        case interrupted
        /// The budget was used up; so many launches ran.
        case outOfTime(launches: Int)
    }

    /// - Parameters:
    ///   - options: of the whole run.
    ///   - watch: started when the run's time budget began.
    public init(_ count: Int, of workloads: [Workload], _ options: RunOptions, since watch: Stopwatch) {
        self.count = count
        self.workloads = workloads
        self.options = options
        sinceStart = watch
    }

    /// Runs what the results file does not have.
    ///
    /// - Parameters:
    ///   - results: the file, and the right to write it, which each launch shares.
    ///   - words: what this program is called with to be a launch (`LaunchWorker`).
    /// - Throws: `LaunchFailed` where a launch did not end as it should.
    public func run(
        into results: ResultsLock, progress: any ProgressObserver, cancellation: Cancellation,
        words: (LaunchRequest) -> [String]
    ) throws -> Outcome {
        let numbers = try unfinished(results.path)
        var startupSeconds = 0.0
        for (index, number) in numbers.enumerated() {
            if cancellation.isCancelled { return .interrupted }
            let left = options.timeBudgetSeconds - (sinceStart.seconds - startupSeconds)
            guard left > 0 else { return .outOfTime(launches: number - 1) }
            let share = left / Double(numbers.count - index)
            let later = share.isFinite ? share * Double(numbers.count - index - 1) : 0
            let request = LaunchRequest(
                number: number, rounds: options.rounds, samplesPerVisit: Self.samplesPerVisit, timeBudgetSeconds: share)
            let child = ChildLaunch(
                number: number, arguments: words(request), environment: environment(number), input: results.descriptor,
                timeBudgetSeconds: share)
            let result = Result { () throws(LaunchFailed) in
                try child.run(cancellation: cancellation) { event in
                    progress.report(event.of(.init(number: number, of: count), laterSeconds: later))
                }
            }
            // A signal that comes before the child listens ends it; that is no failure of the launch.
            if cancellation.isCancelled { return .interrupted }
            let ending = try result.get()
            if ending.wasInterrupted { return .interrupted }
            startupSeconds += ending.startupSeconds
        }
        return .done
    }

    /// Launches that have skipped a cell or have no line of it, or whose journal says that they were cut short.
    private func unfinished(_ resultsPath: String) throws -> [Int] {
        let done = try ResultsFile.load(resultsPath).measurements.filter { !$0.isSkipped }
        let written = Dictionary(grouping: done) { $0.launch }
        return (1...count).filter { number in
            RunLog.isOpen(resultsPath, launch: number)
                || !Set(workloads).isSubset(of: (written[number] ?? []).map(\.workload))
        }
    }

    private func environment(_ number: Int) -> [String: String] {
        var generator = SplitMix64(seed: options.seed &+ UInt64(number) << 32)
        return EnvironmentPadding.pad(BLASCore.originalEnvironment, using: &generator)
    }
}
