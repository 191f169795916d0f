import Attention
import Kernels

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

    func plan(_ workloads: [Workload], elapsedSeconds: Double) -> RunPlan {
        var admission = admission
        var residency = residency(workloads)
        var elapsed = elapsedSeconds
        var admitted: [(workload: Workload, firstRounds: Int)] = []
        var candidates: [Schedule.Candidate] = []
        var decisions: [Workload: RunPlan.Cell.Decision] = [:]
        for workload in cheapestFirst(workloads) {
            do throws(UnsupportedProblem) {
                let cost = try cost(workload)
                if let reason = admission.refusal(of: cost, elapsedSeconds: elapsed) { throw UnsupportedProblem(reason) }
                elapsed += cost.preparationSeconds(minimumSampleSeconds: minimumSampleSeconds)
                admission.admit(cost)
                let isResident = residency.keeps(bytes: cost.bytes)
                admitted.append((workload, cost.isSinglePass ? 1 : 0))
                candidates.append(
                    Schedule.Candidate(
                        seconds: cost.visitSeconds(minimumSampleSeconds: minimumSampleSeconds, isResident: isResident),
                        minimum: cost.minimumRounds, most: options.rounds - (cost.isSinglePass ? 1 : 0)))
            } catch {
                decisions[workload] = .skip(reason: error.reason)
            }
        }
        let visits = Schedule.visits(candidates, in: options.timeBudgetSeconds - elapsed)
        for ((workload, firstRounds), count) in zip(admitted, visits) {
            decisions[workload] = .run(rounds: firstRounds + count)
        }
        let cells = workloads.map { workload in
            let cost = try? cost(workload)
            return RunPlan.Cell(
                workload: workload, callSeconds: cost?.callSeconds, bytes: cost?.bytes, decision: decisions[workload]!)
        }
        let roundsSeconds = zip(visits, candidates).reduce(0) { $0 + Double($1.0) * $1.1.seconds }
        return RunPlan(
            cells: cells, seconds: elapsed + roundsSeconds, timeBudgetSeconds: options.timeBudgetSeconds,
            memoryLimitBytes: memoryLimitBytes)
    }

    private func cost(_ workload: Workload) throws(UnsupportedProblem) -> CellCost {
        try model.cost(of: workload, kernel: try instruments.kernel(named: workload.kernel))
    }
}

/// Which cells stay in memory between their visits; the others are made anew for each, outside the timing.
///
/// Half of the limit is for cells that stay, and less where the largest cell needs more than the other half.
struct Residency {
    private var roomBytes: Int

    /// - Parameter cellBytes: of every cell that may run; those beyond the limit do not.
    init(memoryLimitBytes: Int, cellBytes: [Int]) {
        let largest = cellBytes.filter { $0 <= memoryLimitBytes }.max() ?? 0
        roomBytes = min(memoryLimitBytes / 2, memoryLimitBytes - largest)
    }

    /// Whether the next cell stays; if so, its room is taken.
    mutating func keeps(bytes: Int) -> Bool {
        guard bytes <= roomBytes else { return false }
        roomBytes -= bytes
        return true
    }
}
