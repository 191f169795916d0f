import CProcessor

/// A fixed piece of work, linked into every build: what two builds can be held against each other by, and what real
/// extra work is made of where a test plants a slowdown.
public enum FrozenLoop {
    /// Some 20 ns a turn, on the calling thread.
    @discardableResult
    public static func run(turns: Int) -> UInt { frozen_loop(turns) }
}
