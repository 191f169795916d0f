import Kernels
import Records

/// The check after a cell's last round, of the kernel that was timed.
///
/// The check of the first call says nothing of the later ones: a kernel that idles from its second call on leaves a right
/// output behind, and so does one that hands out what it remembers. So the kernel runs once more, on other inputs and into
/// an output that holds nothing. Where that is dear, or no time is left for it, the output of its last sample is checked as
/// it is.
extension Run {
    /// What the last check says against the cell; nil where nothing does, or where no call came after the first check.
    func finalFault(of cell: RunningCell) -> RunningCell.Fault? {
        guard let prepared = cell.resident, cell.samples.contains(where: { $0.round > 0 }) else { return nil }
        // A machine that has become slower shows in the last visit.
        let isCheckedAnew =
            cell.cost.isCheckedAnew && max(cell.cost.finalCheckSeconds, cell.visitSeconds) <= secondsLeft
        let correctness =
            isCheckedAnew
            ? prepared.checkAnew(seed: options.seed &+ 1, instruments) : prepared.check(instruments)
        guard case .wrong(let maximumError, let reason) = correctness else { return pairFault(of: prepared, cell) }
        return RunningCell.Fault(reason: "after its last round: \(reason)", maximumError: maximumError)
    }

    /// Whether the last call counted other pairs than the kernel says.
    func pairFault(of prepared: PreparedCell, _ cell: RunningCell) -> RunningCell.Fault? {
        guard prepared.computedPairs != cell.work.computedPairs else { return nil }
        return RunningCell.Fault(
            reason: "a timed call went through \(prepared.computedPairs) pairs, not \(cell.work.computedPairs) as the "
                + "kernel says", maximumError: cell.preparation.maximumError)
    }
}
