import Benchmarking
import Engines
import Foundation
import Hardware
import Ranks
import Records

/// A rank that measures its share of a sweep and tells the first one what happens. It writes no file.
struct SpreadFollower {
    let communicator: Communicator
    let core: OwnCore
    let engines: SpreadRun.StartEngines

    /// Until the first rank has no more for this one. It decides when that is, so signals are left to it.
    func follow() {
        for number in [SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2] { signal(number, SIG_IGN) }
        guard case .measure(let task) = communicator.waitForPosted(SpreadMessage.self).value else { return }
        do {
            let bench = try bench(for: task)
            post(.ready)
            try measure(task, bench)
            post(.ended)
        } catch {
            post(.failed("\(error)"))
        }
        communicator.finishPosting()
    }

    private func post(_ message: SpreadMessage) { communicator.post(message, to: 0) }

    private func bench(for task: SpreadTask) throws -> MeasuringBench {
        var bench = try MeasuringBench(
            placement: core.placement, threadCounts: Set(task.share.workloads.map(\.threads)),
            from: MeasuringBench.Sources(tuning: .known(task.tuning), ceilings: .known(task.ceilings)))
        let differences = task.machine.differences(from: bench.machine)
        guard differences.isEmpty else { throw UnlikeMachine(differences: differences) }
        bench.engines = try engines(task.share.workloads.map(\.kernel), core.placement)
        return bench
    }

    private func measure(_ task: SpreadTask, _ bench: MeasuringBench) throws {
        var options = RunOptions(seed: task.seed)
        options.rounds = task.rounds
        options.timeBudgetSeconds = task.timeBudgetSeconds
        let cancellation = Cancellation()
        let log = RunLog(of: task.share) { event in post(.happened(event)) }
        _ = try MeasuringLaunch(bench, options).run(
            task.share.workloads, into: log, progress: StopWatching(communicator, cancellation),
            cancellation: cancellation)
    }

    /// Between two samples, looks whether the first rank wants an end.
    private final class StopWatching: ProgressObserver {
        let communicator: Communicator
        let cancellation: Cancellation

        init(_ communicator: Communicator, _ cancellation: Cancellation) {
            (self.communicator, self.cancellation) = (communicator, cancellation)
        }

        func report(_ event: ProgressEvent) {
            if case .stop = communicator.nextPosted(SpreadMessage.self)?.value { cancellation.cancel() }
        }
    }
}
