import Attention
import Engines
import Records

/// The check after a cell's last round, of the kernel that was timed.
///
/// The check of the first call says nothing of the later ones: a kernel that idles from its second call on leaves a right
/// output behind, and so does one that hands out what it remembers. So the kernel runs once more, on other inputs and into
/// an output that holds nothing.
struct FinalCheck {
    let workload: Workload
    let instruments: Instruments
    /// Of one call, by the kernel's own word; nil where it says nothing.
    let statedPairs: Int?

    /// How much the check may do: other inputs are dear where tensors are large, and a call may take seconds.
    enum Effort {
        /// Looks at the output of the last sample.
        case output
        case callOnTheSameInputs
        case callOnOtherInputs(seed: UInt64)
    }

    /// What is wrong with a kernel.
    enum Fault {
        case wrong(reason: String, maximumError: Double)
        case broken(reason: String)

        var outcome: Measurement.Outcome {
            switch self {
            case .wrong(let reason, let maximumError): .wrong(reason: reason, maximumError: maximumError)
            case .broken(let reason): .broken(reason: reason)
            }
        }
    }

    /// Nil where nothing is wrong.
    func fault(of kernel: LoadedKernel, _ effort: Effort) -> Fault? {
        do throws(EngineError) {
            if case .callOnOtherInputs(let seed) = effort {
                try kernel.load(seed: seed)
                // An engine may well refuse to write an output that it has not computed yet.
                if kernel.prepared.mayComputeUnseen, case .right(let error)? = try? instruments.check(kernel) {
                    return .wrong(
                        reason:
                            "has the output for new inputs before a call: the engine computes outside the timed calls",
                        maximumError: error)
                }
            }
            if case .output = effort {
            } else {
                try kernel.prepared.spoilOutput()
                _ = try kernel.sample(Batch(calls: 1))
            }
            switch try instruments.check(kernel) {
            case .right(let error): return pairFault(of: kernel, maximumError: error)
            case .wrong(let maximumError, let reason):
                return .wrong(reason: "after its last round: \(reason)", maximumError: maximumError)
            }
        } catch {
            return .broken(reason: "after its last round: \(error)")
        }
    }

    /// Whether the last call counted other pairs than the kernel says.
    func pairFault(of kernel: LoadedKernel, maximumError: Double) -> Fault? {
        guard let counted = kernel.prepared.countedPairs, let statedPairs, counted != statedPairs else { return nil }
        return .wrong(
            reason: "a timed call computed \(counted) pairs, but the kernel states \(statedPairs)",
            maximumError: maximumError)
    }
}

extension Run {
    /// What the last check says against the cell; nil where nothing does, or where no call came after the first check.
    func finalFault(of cell: RunningCell) -> FinalCheck.Fault? {
        guard let kernel = cell.resident, cell.samples.contains(where: { $0.round > 0 }) else { return nil }
        // A machine that has become slower shows in the last visit.
        let neededSeconds = max(cell.cost.finalCheckSeconds, cell.visitSeconds)
        let effort: FinalCheck.Effort =
            cell.cost.isLongCall || neededSeconds > secondsLeft
            ? .output
            : cell.cost.isCheckedAnew ? .callOnOtherInputs(seed: options.seed &+ 1) : .callOnTheSameInputs
        return check(of: cell).fault(of: kernel, effort)
    }

    /// Whether the last call counted other pairs than the kernel says.
    func pairFault(of kernel: LoadedKernel, _ cell: RunningCell) -> FinalCheck.Fault? {
        check(of: cell).pairFault(of: kernel, maximumError: cell.preparation.maximumError)
    }

    private func check(of cell: RunningCell) -> FinalCheck {
        FinalCheck(
            workload: cell.workload, instruments: instruments, statedPairs: cell.known.work.computedPairs)
    }
}
