import Benchmarking
import Engines
import Faults
import Foundation
import Hardware
import Ranks
import Records

/// A sweep whose cells are dealt to the ranks. Each measures its share as a program alone does; the first one, which is this one,
/// measures too, and writes what all of them tell.
final class SpreadRun {
    private let communicator: Communicator
    let core: OwnCore
    /// Ranks that have a share and have not ended.
    private var busy: Set<Int> = []
    private var ready: Set<Int> = []
    /// The first thing that went wrong; nothing is measured after it.
    private var failure: (any Fault)?
    /// That of this program's signals, once something is measured.
    private var cancellation = Cancellation()

    private init(_ communicator: Communicator, _ core: OwnCore) {
        (self.communicator, self.core) = (communicator, core)
    }

    /// Starts the engines of kernels with these names.
    typealias StartEngines = (_ kernels: [String], _ placement: Placement) throws -> [ProgramEngine]

    /// Of the first rank; nil on the others, which have then measured all that they had to.
    static func started(
        _ placement: Placement, on console: Console, engines: @escaping StartEngines
    ) throws -> SpreadRun? {
        guard RankLaunch.library != nil else { throw RanksUnavailable.notBuilt }
        guard RankLaunch.isOneOfSeveral(in: console.environment) else { throw NothingToSpreadOver() }
        let communicator = try Communicator.ofOneBuild(in: console.environment)
        let topology = try Topology()
        try communicator.requireOneProcessor(topology)
        let core = try OwnCore(communicator, placement, on: topology)
        if communicator.rank == 0 { return SpreadRun(communicator, core) }
        SpreadFollower(communicator: communicator, core: core, engines: engines).follow()
        return nil
    }

    /// What the first rank brings along.
    struct Plan {
        let bench: MeasuringBench
        let options: RunOptions
        let machine: Machine
    }

    /// Measures what the log has not finished of these cells.
    ///
    /// - Returns: whether the run was interrupted.
    func measure(
        _ workloads: [Workload], _ plan: Plan, into log: RunLog, progress: any ProgressObserver
    ) throws -> Bool {
        cancellation = Interrupts.cancellation()
        let shares = CellDeal.shares(of: workloads, places: communicator.rankCount).map { log.share(of: $0) }
        deal(shares, plan)
        while !ready.isSuperset(of: busy) { take(communicator.waitForPosted(SpreadMessage.self), log) }
        do {
            if failure == nil { try measureOwn(shares[0], plan, log, progress) }
        } catch {
            failure = failure ?? error
        }
        finish(log, secondsLeft: plan.options.timeBudgetSeconds)
        if let failure { throw failure }
        if !cancellation.isCancelled { log.removeJournal() }
        return cancellation.isCancelled
    }

    private func deal(_ shares: [RunShare], _ plan: Plan) {
        for rank in 1..<communicator.rankCount where !shares[rank].workloads.isEmpty {
            busy.insert(rank)
            communicator.post(
                SpreadMessage.measure(
                    SpreadTask(
                        share: shares[rank], machine: plan.machine, ceilings: plan.bench.ceilings,
                        tuning: plan.bench.tuning, seed: plan.options.seed, rounds: plan.options.rounds,
                        timeBudgetSeconds: plan.options.timeBudgetSeconds)), to: rank)
        }
        for rank in 1..<communicator.rankCount where !busy.contains(rank) {
            communicator.post(SpreadMessage.stop, to: rank)
        }
    }

    private func measureOwn(
        _ share: RunShare, _ plan: Plan, _ log: RunLog, _ progress: any ProgressObserver
    ) throws(ResultsError) {
        let host = core.hosts[0]
        let own = RunLog(of: share) { event throws(ResultsError) in try log.take(event, from: host) }
        _ = try MeasuringLaunch(plan.bench, plan.options).run(
            share.workloads, into: own,
            progress: Listening(progress) { [self] in
                while let posted = communicator.nextPosted(SpreadMessage.self) { take(posted, log) }
            }, cancellation: cancellation)
    }

    /// Waits for the others, and has them end where something went wrong.
    private func finish(_ log: RunLog, secondsLeft: Double) {
        var areTold = false
        LastWords.unlessAnswered(within: secondsLeft + RankEngine.patienceSeconds) {
            while !busy.isEmpty {
                if !areTold, failure != nil || cancellation.isCancelled {
                    for rank in busy { communicator.post(SpreadMessage.stop, to: rank) }
                    areTold = true
                }
                guard let posted = communicator.nextPosted(SpreadMessage.self) else {
                    usleep(2000)
                    continue
                }
                take(posted, log)
            }
        }
    }

    private func take(_ posted: (from: Int, value: SpreadMessage), _ log: RunLog) {
        let host = core.hosts[posted.from]
        switch posted.value {
        case .measure, .stop: preconditionFailure("only the first rank says what is to be done")
        case .ready: ready.insert(posted.from)
        case .ended: busy.remove(posted.from)
        case .failed(let reason):
            busy.remove(posted.from)
            fail(with: RankFailure(rank: posted.from, host: host, reason: reason, exitStatus: .internalFailure))
        case .happened(let event):
            do throws(ResultsError) { try log.take(event, from: host) } catch { fail(with: error) }
        }
    }

    private func fail(with fault: any Fault) {
        failure = failure ?? fault
        cancellation.cancel()
    }

    /// Lets go of the other ranks where nothing was dealt to them.
    func release() {
        guard busy.isEmpty, ready.isEmpty else { return }
        for rank in 1..<communicator.rankCount { communicator.post(SpreadMessage.stop, to: rank) }
        communicator.finishPosting()
    }

    /// Between two samples of the first rank, takes what the others tell.
    private final class Listening: ProgressObserver {
        let progress: any ProgressObserver
        let listen: () -> Void

        init(_ progress: any ProgressObserver, _ listen: @escaping () -> Void) {
            (self.progress, self.listen) = (progress, listen)
        }

        func report(_ event: ProgressEvent) {
            listen()
            progress.report(event)
        }

        func end() { progress.end() }
    }
}

/// `--spread` without ranks.
struct NothingToSpreadOver: Fault {
    var exitStatus: ExitStatus { .usage }

    var description: String {
        "--spread deals the cells of a sweep to several ranks, and there is one; start it with mpirun, such as `mpirun --host "
            + "node1,node2 attnbench run scaling --spread`"
    }
}

/// A host whose times may not stand beside those of the first one.
struct UnlikeMachine: Fault {
    let differences: [String]

    var exitStatus: ExitStatus { .usage }

    var description: String {
        "its machine is not like that of the first rank: it differs in \(differences.joined(separator: ", ")) (first rank "
            + "against this one); name hosts of one kind"
    }
}
