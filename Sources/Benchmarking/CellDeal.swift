import Attention
import Records

/// Deals the cells of a sweep to several places that measure at the same time.
///
/// Cells of one problem stay together, so that kernels are compared on one machine, in the same rounds. Problems are dealt from the
/// dearest on, each to the place that has least to do so far.
public enum CellDeal {
    /// What makes kernels comparable: their masks may differ.
    private struct Problem: Hashable {
        let shape: AttentionShape
        let elementType: ElementType
        let threads: Int

        init(_ workload: Workload) {
            (shape, elementType, threads) = (
                workload.problem.shape, workload.problem.elementType, workload.threads
            )
        }
    }

    /// A sample of a short call is made of many, and costs as much as a call of so many FLOPs.
    private static let leastFLOPs = 1e8

    /// - Returns: for each place its cells, in the order of the sweep; none if there are fewer problems than places.
    public static func shares(of workloads: [Workload], places: Int) -> [[Workload]] {
        var cost: [Problem: Double] = [:]
        for workload in workloads { cost[Problem(workload), default: 0] += flops(workload) }
        var order: [Problem: Int] = [:]
        for workload in workloads where order[Problem(workload)] == nil { order[Problem(workload)] = order.count }
        let dearestFirst = order.keys.sorted { (-cost[$0]!, order[$0]!) < (-cost[$1]!, order[$1]!) }
        var loads = [Double](repeating: 0, count: places)
        var place: [Problem: Int] = [:]
        for problem in dearestFirst {
            let least = loads.indices.min { loads[$0] < loads[$1] }!
            place[problem] = least
            loads[least] += cost[problem]!
        }
        return (0..<places).map { index in workloads.filter { place[Problem($0)] == index } }
    }

    private static func flops(_ workload: Workload) -> Double {
        max(leastFLOPs, Double(Work(workload.phase, problem: workload.problem, computedPairs: nil).flops))
    }
}
