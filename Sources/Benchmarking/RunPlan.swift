import Records

/// What a run is going to do, before it does it.
public struct RunPlan: Sendable {
    public struct Cell: Sendable, Hashable {
        public enum Decision: Sendable, Hashable {
            case run(rounds: Int)
            case skip(Refusal)
        }

        public let workload: Workload
        /// Predicted time of one call; nil where the kernel refuses the problem, or where it was not tried.
        public let callSeconds: Double?
        /// Q, K, V, O and the kernel's own memory; nil where the kernel refuses the problem, or where it was not tried.
        public let bytes: Int?
        public let decision: Decision
    }

    /// In the order of the sweep.
    public let cells: [Cell]
    /// Predicted time of the whole run, with what was spent before it.
    public let seconds: Double
    /// Predicted for compiling kernels in their engines, beside the time budget; 0 where nothing has to be compiled.
    public let compileSeconds: Double
    public let timeBudgetSeconds: Double
    public let memoryLimitBytes: Int
}

extension RunPlan {
    /// Drives admission to its end with predictions in place of measurements.
    ///
    /// - Parameter workloads: of the cells of `admission`, in their order.
    init(_ workloads: [Workload], foreseeing admission: Admission, elapsedSeconds: Double) {
        var admission = admission
        let limits = admission.limits
        var elapsed = elapsedSeconds
        var compileSeconds = 0.0
        var decisions: [Int: Cell.Decision] = [:]
        planning: while true {
            switch admission.next(elapsedSeconds: elapsed) {
            case .skip(let cell, let refusal): decisions[cell] = .skip(refusal)
            case .prepare(_, let cost):
                elapsed += cost.preparationSeconds(limits)
                compileSeconds += cost.compileSeconds
                _ = admission.prepared(at: cost)
            case .keep(let cell): decisions[cell] = .run(rounds: admission.cells[cell].roundsTaken ?? 0)
            case .resume: continue
            case .visit(let visits, _):
                for visit in visits {
                    elapsed += Double(visit.count) * visit.admitted.visitSeconds
                    if visit.count > 0 { elapsed += visit.admitted.cost.finalCheckSeconds }
                    let rounds = visit.admitted.roundsTaken + visit.count
                    decisions[visit.admitted.cell] = rounds > 0 ? .run(rounds: rounds) : .skip(.noRound)
                }
            case .done: break planning
            }
        }
        cells = workloads.enumerated().map { index, workload in
            let cost = admission.cells[index].prediction.cost
            return Cell(
                workload: workload, callSeconds: cost?.callSeconds, bytes: cost?.bytes, decision: decisions[index]!)
        }
        seconds = elapsed
        self.compileSeconds = compileSeconds
        timeBudgetSeconds = limits.timeBudgetSeconds
        memoryLimitBytes = limits.memoryBytes
    }
}
