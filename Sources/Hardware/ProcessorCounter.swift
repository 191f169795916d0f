import CProcessor
import Foundation
import Records

/// Counts the cycles and instructions of the thread that reads it. A test puts counts of its own in its place.
public protocol ProcessorCounter: AnyObject {
    /// Since it was made; nil where it cannot be read now.
    func read() -> ProcessorCounts?
}

/// The kernel's counters of the thread that makes it. Bare metal has them where the system allows it, virtual machines seldom.
public final class KernelCounter: ProcessorCounter {
    private let descriptor: Int32

    /// Nil where there are none, as in most virtual machines, or where the system forbids them.
    public init?() {
        descriptor = performance_counters_open()
        if descriptor < 0 { return nil }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    public func read() -> ProcessorCounts? {
        var counts = performance_counts()
        guard performance_counters_read(descriptor, &counts) == 0, let cycles = Int(exactly: counts.cycles),
            let instructions = Int(exactly: counts.instructions)
        else { return nil }
        return ProcessorCounts(cycles: cycles, instructions: instructions)
    }
}
