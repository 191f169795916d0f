import Attention

/// What a run does next: which cell it prepares, which one it skips and why, and how often it visits each.
///
/// A state machine over predicted costs, with neither a clock nor a kernel inside. Whoever drives it says what time it is
/// and what preparing a cell cost. A run says what it measured, a dry run (`RunPlan`) says what was predicted; this is why
/// a dry run shows what the run will do.
///
/// Cells are taken from the cheapest to the dearest, and each admitted one keeps time back for the rounds without which
/// its median has no interval: a dear cell never costs a cheap one its rounds. Cells of which a single call takes
/// seconds come last, in time that the rounds of the others leave for them.
struct Admission: Sendable {
    struct Cell: Hashable, Sendable {
        var phase = Phase.prefill
        let problem: AttentionProblem
        var prediction: Prediction
        /// Rounds that an earlier attempt at this launch has taken; nil where it has not prepared the cell.
        var roundsTaken: Int?
        /// Whether it reads tensors, which other cells of its shape read too; false where its engine draws them.
        var sharesInputs = true

        var isMeasured: Bool { roundsTaken ?? 0 > 0 }

        /// What it shares; nil where that is nothing.
        var inputs: InputPool.Key? { sharesInputs ? InputPool.Key(phase, problem) : nil }
    }

    enum Prediction: Hashable, Sendable {
        case cost(CellCost)
        case unsupported(reason: String)
        /// Its engine broke.
        case broken(reason: String)
        /// There was no time to try a call.
        case unknown

        var cost: CellCost? { if case .cost(let cost) = self { cost } else { nil } }
    }

    /// A cell that is visited in rounds.
    struct Admitted: Hashable, Sendable {
        let cell: Int
        let cost: CellCost
        /// Whether it stays in memory between its visits.
        let isKept: Bool
        /// What the next visit is expected to take.
        let visitSeconds: Double
        let roundsTaken: Int
    }

    /// Cells are named by their index.
    enum Step: Hashable, Sendable {
        case skip(Int, Refusal)
        /// Prepare it and say `prepared(at:)`; one that fails is left alone.
        case prepare(Int, predicted: CellCost)
        /// An earlier attempt has prepared it.
        case resume(Admitted)
        /// An earlier attempt has measured it, and it cannot be gone on with: it keeps what it has.
        case keep(Int)
        case visit([Visits], heldBackSeconds: Double)
        case done
    }

    struct Visits: Hashable, Sendable {
        let admitted: Admitted
        let count: Int
    }

    /// A long call cannot be cut short, so its prediction has to leave some room.
    static let longCallMargin = 1.1
    /// Time held back for long calls, over their prediction: more than the margin that admits them, because the
    /// prediction grows when the cells before them turn out slower than their probes.
    static let heldBackMargin = 1.2

    let limits: RunLimits
    private(set) var cells: [Cell]
    /// Still to be prepared before the next visits.
    private var waiting: ArraySlice<Int> = []
    /// Prepared in the end, when all others have had their rounds.
    private var longCalls: [Int]
    private var underWay: Int?
    private var admitted: [Admitted] = []
    /// For the rounds without which none of `admitted` would be worth starting, and for the checks after them.
    private var reservedSeconds = 0.0
    /// Making cells ready that are visited in rounds, and checking them: done and still to come.
    private var preparingSeconds = 0.0
    private var residency: Residency
    /// Inputs that some cell holds in memory.
    private var heldInputs: Set<InputPool.Key> = []

    init(_ cells: [Cell], limits: RunLimits) {
        self.cells = cells
        self.limits = limits
        residency = Residency(memoryLimitBytes: limits.memoryBytes, cellBytes: [])
        longCalls = cells.indices.filter { cells[$0].prediction.cost?.isLongCall ?? false }
        begin(with: cells.indices.filter { !(cells[$0].prediction.cost?.isLongCall ?? false) })
    }

    /// Better predictions, in the order of the cells, from what was measured meanwhile.
    mutating func revise(_ predictions: [Prediction]) {
        for (index, prediction) in predictions.enumerated() { cells[index].prediction = prediction }
    }

    /// - Parameter elapsedSeconds: how much of the time budget is spent.
    mutating func next(elapsedSeconds: Double) -> Step {
        if let cell = waiting.popFirst() { return step(cell, elapsedSeconds: elapsedSeconds) }
        if !admitted.isEmpty { return visit(elapsedSeconds: elapsedSeconds) }
        if longCalls.isEmpty { return .done }
        begin(with: longCalls)
        longCalls = []
        return next(elapsedSeconds: elapsedSeconds)
    }

    /// The cell of the last step is ready and right.
    mutating func prepared(at cost: CellCost) -> Admitted {
        guard let cell = underWay else { preconditionFailure("no cell was to be prepared") }
        underWay = nil
        if !cost.isLongCall { preparingSeconds += cost.preparingSeconds(limits) }
        // The pass that is checked is the first sample of a cell that is dear.
        let admitted = admit(cell, cost, roundsTaken: cost.isLongCall ? 1 : 0, isResident: true)
        if admitted.isKept, let inputs = cells[cell].inputs { heldInputs.insert(inputs) }
        return admitted
    }

    /// Cells that a kernel refuses, or of which nothing is known, cost nothing and come first.
    private mutating func begin(with part: [Int]) {
        let seconds = part.map { cells[$0].prediction.cost?.leastSeconds(limits) ?? 0 }
        waiting = part.indices.sorted { (seconds[$0], $0) < (seconds[$1], $1) }.map { part[$0] }[...]
        residency = Residency(
            memoryLimitBytes: limits.memoryBytes, cellBytes: part.compactMap { cells[$0].prediction.cost?.bytes })
        heldInputs = []
        reservedSeconds = 0
    }

    private mutating func step(_ cell: Int, elapsedSeconds: Double) -> Step {
        switch cells[cell].prediction {
        case .unsupported where cells[cell].isMeasured, .broken where cells[cell].isMeasured,
            .unknown where cells[cell].isMeasured:
            return .keep(cell)
        case .unsupported(let reason): return .skip(cell, .unsupported(reason: reason))
        case .broken(let reason): return .skip(cell, .broken(reason: reason))
        case .unknown: return .skip(cell, .unknown(budgetSeconds: limits.timeBudgetSeconds))
        case .cost(var cost):
            if let inputs = cells[cell].inputs, heldInputs.contains(inputs) { cost.inputSeconds = 0 }
            if let rounds = cells[cell].roundsTaken {
                return .resume(admit(cell, cost, roundsTaken: rounds, isResident: false))
            }
            if let refusal = refusal(of: cell, cost, elapsedSeconds: elapsedSeconds) { return .skip(cell, refusal) }
            underWay = cell
            return .prepare(cell, predicted: cost)
        }
    }

    private func refusal(of cell: Int, _ cost: CellCost, elapsedSeconds: Double) -> Refusal? {
        guard cost.bytes <= limits.memoryBytes else {
            return .memory(neededBytes: cost.bytes, limitBytes: limits.memoryBytes)
        }
        var room = residency
        // While no cell is ready, one round is worth more than an empty report.
        let rounds = admitted.isEmpty ? 1 : CellCost.minimumRounds
        let least = cost.leastSeconds(
            limits, isResident: room.keeps(cells[cell], bytes: cost.bytes), mostRounds: rounds)
        if !cost.isLongCall, !admitted.isEmpty,
            preparingSeconds + cost.preparingSeconds(limits) > BudgetShare.preparing * limits.timeBudgetSeconds
        {
            return .preparing(budgetSeconds: limits.timeBudgetSeconds)
        }
        let needed = least * (cost.isLongCall ? Self.longCallMargin : 1)
        if needed <= limits.timeBudgetSeconds - elapsedSeconds - reservedSeconds { return nil }
        return .time(
            Refusal.Time(
                callSeconds: cost.callSeconds, neededSeconds: least, budgetSeconds: limits.timeBudgetSeconds,
                exceedsBudget: needed > limits.timeBudgetSeconds))
    }

    /// - Parameter isResident: whether it is in memory already.
    private mutating func admit(_ cell: Int, _ cost: CellCost, roundsTaken: Int, isResident: Bool) -> Admitted {
        let isKept = residency.keeps(cells[cell], bytes: cost.bytes)
        reservedSeconds += cost.leastRoundsSeconds(limits, isResident: isKept)
        let admitted = Admitted(
            cell: cell, cost: cost, isKept: isKept,
            visitSeconds: cost.visitSeconds(limits, isResident: isKept && isResident), roundsTaken: roundsTaken)
        self.admitted.append(admitted)
        return admitted
    }

    private mutating func visit(elapsedSeconds: Double) -> Step {
        let candidates = admitted.map { one in
            Schedule.Candidate(
                seconds: one.visitSeconds,
                minimum: max(0, one.cost.wantedRounds(limits, visitSeconds: one.visitSeconds) - one.roundsTaken),
                most: max(0, limits.rounds - one.roundsTaken), checkSeconds: one.cost.finalCheckSeconds)
        }
        let least = zip(admitted, candidates).map { min(max(0, $0.cost.minimumRounds - $0.roundsTaken), $1.most) }
        let leastSeconds = Schedule.seconds(candidates, visits: least)
        let visited = admitted
        admitted = []
        let secondsLeft = limits.timeBudgetSeconds - elapsedSeconds
        let wanted = Self.heldBackMargin * longCallsSeconds(elapsedSeconds: elapsedSeconds + leastSeconds)
        // The margin is taken from the further rounds, never from the least of them.
        let counts = Schedule.visits(candidates, in: min(secondsLeft, max(leastSeconds, secondsLeft - wanted)))
        let heldBack = min(wanted, max(0, secondsLeft - leastSeconds))
        return .visit(zip(visited, counts).map { Visits(admitted: $0, count: $1) }, heldBackSeconds: heldBack)
    }

    /// What preparing the long calls that fit will take: this machine, driven ahead to their end.
    private func longCallsSeconds(elapsedSeconds: Double) -> Double {
        var ahead = self
        var seconds = 0.0
        while true {
            switch ahead.next(elapsedSeconds: elapsedSeconds + seconds) {
            case .prepare(_, let cost):
                seconds += cost.preparationSeconds(limits)
                _ = ahead.prepared(at: cost)
            case .skip, .resume, .keep: continue
            case .visit, .done: return seconds
            }
        }
    }
}
