import Attention

/// Which cells stay in memory between their visits; the others are made again for each visit, outside the timing.
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
    mutating func keeps(_ cell: Admission.Cell, bytes: Int) -> Bool {
        let isShared = cell.inputs.map(inputs.contains) ?? false
        let ownBytes = isShared ? bytes - cell.phase.inputBytes(of: cell.problem) : bytes
        guard ownBytes <= roomBytes else { return false }
        roomBytes -= ownBytes
        if let key = cell.inputs { inputs.insert(key) }
        return true
    }
}
