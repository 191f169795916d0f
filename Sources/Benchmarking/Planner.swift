import Attention
import Kernels
import Records

/// Makes the decisions of a run on predicted costs alone: what `--dry-run` shows, and what a run starts from.
struct Planner {
    private let instruments: Instruments
    private let options: RunOptions
    private let model: CostModel
    let memoryLimitBytes: Int

    init(_ instruments: Instruments, _ options: RunOptions, _ model: CostModel) {
        self.instruments = instruments
        self.options = options
        self.model = model
        memoryLimitBytes = options.memoryLimit(availableBytes: instruments.memory.availableBytes())
    }

    var minimumSampleSeconds: Double { Double(instruments.sampler.minimumNanoseconds) / 1e9 }

    var admission: Admission {
        Admission(options: options, memoryLimitBytes: memoryLimitBytes, minimumSampleSeconds: minimumSampleSeconds)
    }

    func residency(_ workloads: [Workload]) -> Residency {
        Residency(memoryLimitBytes: memoryLimitBytes, cellBytes: workloads.compactMap { (try? cost($0))?.bytes })
    }

    /// The order of preparation. Cells that a kernel refuses cost nothing and come first.
    func cheapestFirst(_ workloads: [Workload]) -> [Workload] {
        let admission = admission
        let seconds = workloads.map { (try? cost($0)).map(admission.leastSeconds) ?? 0 }
        return workloads.indices.sorted { (seconds[$0], $0) < (seconds[$1], $1) }.map { workloads[$0] }
    }

    /// The cells that are visited in rounds, and those of which a single pass is a sample; the latter come last.
    func split(_ workloads: [Workload]) -> (rounds: [Workload], passes: [Workload]) {
        let isPass = workloads.map { (try? cost($0))?.isSinglePass ?? false }
        return (
            zip(workloads, isPass).filter { !$0.1 }.map(\.0), zip(workloads, isPass).filter { $0.1 }.map(\.0)
        )
    }

    /// Time to hold back for the single passes that fit, `elapsedSeconds` into the budget.
    func secondsHeldBack(for passes: [Workload], elapsedSeconds: Double) -> Double {
        Admission.heldBackMargin * admit(passes, elapsedSeconds: elapsedSeconds).preparationSeconds
    }

    func plan(_ workloads: [Workload], elapsedSeconds: Double) -> RunPlan {
        let (rounds, passes) = split(workloads)
        let inRounds = admit(rounds, elapsedSeconds: elapsedSeconds)
        var elapsed = elapsedSeconds + inRounds.preparationSeconds
        let asPasses = admit(passes, elapsedSeconds: elapsed + inRounds.reservedSeconds)

        var decisions = inRounds.refusals.merging(asPasses.refusals) { $1 }
        let heldBack = Admission.heldBackMargin * asPasses.preparationSeconds
        for (part, firstRounds, heldBack) in [(inRounds, 0, heldBack), (asPasses, 1, 0)] {
            if firstRounds > 0 { elapsed += part.preparationSeconds }
            let visits = Schedule.visits(part.candidates, in: options.timeBudgetSeconds - elapsed - heldBack)
            elapsed += Schedule.seconds(part.candidates, visits: visits)
            for (workload, count) in zip(part.admitted, visits) {
                decisions[workload] = .run(rounds: firstRounds + count)
            }
        }
        let cells = workloads.map { workload in
            let cost = try? cost(workload)
            return RunPlan.Cell(
                workload: workload, callSeconds: cost?.callSeconds, bytes: cost?.bytes, decision: decisions[workload]!)
        }
        return RunPlan(
            cells: cells, seconds: elapsed, timeBudgetSeconds: options.timeBudgetSeconds,
            memoryLimitBytes: memoryLimitBytes)
    }

    /// Cells of one part of a run, cheapest first.
    private struct Part {
        var admitted: [Workload] = []
        var candidates: [Schedule.Candidate] = []
        var refusals: [Workload: RunPlan.Cell.Decision] = [:]
        var preparationSeconds = 0.0
        /// For the rounds without which none of them would be worth starting.
        var reservedSeconds = 0.0
    }

    private func admit(_ workloads: [Workload], elapsedSeconds: Double) -> Part {
        var part = Part()
        var admission = admission
        var residency = residency(workloads)
        var made: Set<InputPool.Key> = []
        for workload in cheapestFirst(workloads) {
            do throws(UnsupportedProblem) {
                var cost = try cost(workload)
                if made.contains(InputPool.Key(workload.problem)) { cost.inputSeconds = 0 }
                let elapsed = elapsedSeconds + part.preparationSeconds
                if let refusal = admission.refusal(of: cost, elapsedSeconds: elapsed) {
                    throw UnsupportedProblem(refusal.brief)
                }
                admission.admit(cost)
                if cost.inputSeconds > 0 { made.insert(InputPool.Key(workload.problem)) }
                part.preparationSeconds += cost.preparationSeconds(minimumSampleSeconds: minimumSampleSeconds)
                part.admitted.append(workload)
                let isResident = residency.keeps(workload.problem, bytes: cost.bytes)
                part.candidates.append(
                    Schedule.Candidate(
                        seconds: cost.visitSeconds(
                            options, minimumSampleSeconds: minimumSampleSeconds, isResident: isResident),
                        minimum: cost.minimumRounds, most: options.rounds - (cost.isSinglePass ? 1 : 0),
                        checkSeconds: cost.finalCheckSeconds))
            } catch {
                part.refusals[workload] = .skip(reason: error.reason)
            }
        }
        part.reservedSeconds = admission.reservedSeconds
        return part
    }

    private func cost(_ workload: Workload) throws(UnsupportedProblem) -> CellCost {
        try model.cost(of: workload, kernel: try instruments.kernel(named: workload.kernel))
    }
}

/// Which cells stay in memory between their visits; the others are made anew for each, outside the timing.
///
/// Half of the limit is for cells that stay, and less where the largest cell needs more than the other half. Cells that
/// share their inputs pay for them once.
struct Residency {
    private var roomBytes: Int
    private var inputs: Set<InputPool.Key> = []

    /// - Parameter cellBytes: of every cell that may run; those beyond the limit do not.
    init(memoryLimitBytes: Int, cellBytes: [Int]) {
        let largest = cellBytes.filter { $0 <= memoryLimitBytes }.max() ?? 0
        roomBytes = min(memoryLimitBytes / 2, memoryLimitBytes - largest)
    }

    /// Whether the next cell stays; if so, its room is taken.
    /// - Parameter bytes: of the cell by itself, inputs included.
    mutating func keeps(_ problem: AttentionProblem, bytes: Int) -> Bool {
        let key = InputPool.Key(problem)
        let ownBytes = inputs.contains(key) ? bytes - problem.inputBytes : bytes
        guard ownBytes <= roomBytes else { return false }
        roomBytes -= ownBytes
        inputs.insert(key)
        return true
    }
}
