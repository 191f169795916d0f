import Foundation

/// What a gate takes for a change, and how hard it looks.
public struct GatePolicy: Sendable, Hashable {
    /// The change, as a fraction, that is tolerated.
    public let delta: Double
    /// Launch blocks over all cells. Three are the fewest from which an interval can deny a change: its t quantile
    /// is 4.3, with two it would be 12.7.
    public var screenBlocks = 3
    /// Fresh blocks for the cells that the screen could not pass. Verdicts come from these alone: the screen's own would
    /// be biased, since it chose the cells for being slow.
    public var confirmationBlocks = 10
    public var screenRounds = 12
    public var confirmationRounds = 18
    /// Of even one false alarm among the cells of a run.
    public var familyLevel = 0.05

    /// Whether a move of half of all cells counts as a doubt about the measuring. Many kernels of one build share little but
    /// its flags and the machine. The kernels of an engine may be one or two, or share their inner loop, and what makes all of
    /// them slower is a regression: the control and the frozen loop vouch for the machine.
    public var doubtsCommonMoves = true

    /// The tolerance that a machine deserves: a hypervisor's neighbours move times by some per cent.
    public static func defaultDelta(hypervisor: String?) -> Double { hypervisor == "none" ? 0.02 : 0.05 }

    public init(delta: Double) {
        precondition(delta > 0 && delta < 1, "a tolerance of \(delta) is none")
        self.delta = delta
    }

    /// The tolerance as a logarithm; the same in either direction.
    var logDelta: Double { log1p(delta) }
}
