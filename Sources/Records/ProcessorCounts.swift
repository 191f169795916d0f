/// What a CPU's own counters say of the calling thread over one sample, in user space. A cycle is one of the clock that the core
/// really had, so that a count does not change with its rate.
public struct ProcessorCounts: Hashable, Codable, Sendable {
    public let cycles: Int
    public let instructions: Int

    public init(cycles: Int, instructions: Int) {
        self.cycles = cycles
        self.instructions = instructions
    }

    public static func - (later: ProcessorCounts, earlier: ProcessorCounts) -> ProcessorCounts {
        ProcessorCounts(
            cycles: later.cycles &- earlier.cycles, instructions: later.instructions &- earlier.instructions)
    }

    public static func + (one: ProcessorCounts, other: ProcessorCounts) -> ProcessorCounts {
        ProcessorCounts(cycles: one.cycles &+ other.cycles, instructions: one.instructions &+ other.instructions)
    }
}
