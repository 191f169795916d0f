import Foundation

/// The feed-forward half of a layer: gated, so three matrices of hidden × width.
public enum FeedForward: Sendable, Hashable {
    case dense(width: Int)
    case experts(Experts)

    public struct Experts: Sendable, Hashable {
        public let count: Int
        /// Chosen for each token.
        public let active: Int
        /// Used for every token, beside the chosen ones.
        public let shared: Int
        public let width: Int

        public init(count: Int, active: Int, shared: Int, width: Int) {
            precondition(active <= count, "\(active) of \(count) experts cannot be active")
            self.count = count
            self.active = active
            self.shared = shared
            self.width = width
        }

        /// Different experts that a batch of tokens wakes, expected where each token chooses evenly and on its own:
        /// count · (1 − (1 − active/count)^tokens).
        public func awake(tokens: Double) -> Double {
            let asleep = 1 - Double(active) / Double(count)
            return Double(count) * (1 - pow(asleep, tokens))
        }
    }

    /// Weights outside the routed experts: all of a dense layer; router and shared experts of a mixture.
    public func denseParameters(hidden: Int) -> Int {
        switch self {
        case .dense(let width): 3 * hidden * width
        case .experts(let experts): hidden * experts.count + 3 * hidden * experts.width * experts.shared
        }
    }

    /// Weights of all routed experts.
    public func expertParameters(hidden: Int) -> Int {
        switch self {
        case .dense: 0
        case .experts(let experts): 3 * hidden * experts.width * experts.count
        }
    }

    /// Weights of the routed experts that one token uses.
    public func activeExpertParameters(hidden: Int) -> Int {
        switch self {
        case .dense: 0
        case .experts(let experts): 3 * hidden * experts.width * experts.active
        }
    }

    /// Weights of the routed experts that a batch has to read, expected.
    public func awakeExpertParameters(hidden: Int, tokens: Double) -> Double {
        switch self {
        case .dense: 0
        case .experts(let experts): Double(3 * hidden * experts.width) * experts.awake(tokens: tokens)
        }
    }
}
