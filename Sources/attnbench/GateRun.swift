import Analysis
import Benchmarking
import Records

extension Gate {
    /// Runs on two engines of this machine.
    ///
    /// - Parameter planted: slowdowns of the candidate, for a gate that is itself tested.
    func run(
        on session: PairedSession, planted: [Workload: Double] = [:], progress: any ProgressObserver,
        within budget: Budget = .endless
    ) throws -> Evidence {
        var blocks = 0
        return try run(planted: planted, within: budget) { request in
            let (phase, name) = policy.phase(ofBlock: blocks)
            blocks += 1
            return try session.measure(request) { done, total in
                progress.report(ProgressEvent(phase: phase, cell: name, done: done, total: total, secondsLeft: nil))
            }
        }
    }
}

extension GatePolicy {
    /// - Parameter index: from 0, over the screen and what follows it.
    fileprivate func phase(ofBlock index: Int) -> (phase: ProgressEvent.Phase, name: String) {
        index < screenBlocks
            ? (.screening, "launch \(index + 1) of \(screenBlocks)")
            : (.repeating, "launch \(index - screenBlocks + 1) of \(confirmationBlocks)")
    }
}
