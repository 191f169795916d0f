import Foundation

/// The feed-forward half of a layer: three matrices of hidden × width where it is gated, two where it is not.
public enum FeedForward: Sendable, Hashable {
    case dense(width: Int, isGated: Bool = true)
    case experts(Experts)

    public struct Experts: Sendable, Hashable {
        public let count: Int
        /// Chosen for each token.
        public let active: Int
        /// Used for every token, beside the chosen ones.
        public let shared: Int
        public let width: Int
        /// Width of all shared experts together.
        public let sharedWidth: Int
        public let isGated: Bool
        /// Width that tokens are projected to before the experts and back from after them; nil where they are not.
        public let latentWidth: Int?

        public init(
            count: Int, active: Int, shared: Int, width: Int, sharedWidth: Int? = nil, isGated: Bool = true,
            latentWidth: Int? = nil
        ) {
            precondition(active <= count, "\(active) of \(count) experts cannot be active")
            self.count = count
            self.active = active
            self.shared = shared
            self.width = width
            self.sharedWidth = sharedWidth ?? shared * width
            self.isGated = isGated
            self.latentWidth = latentWidth
        }

        /// Different experts that a batch of tokens wakes, expected where each token chooses evenly and on its own:
        /// count · (1 − (1 − active/count)^tokens).
        public func awake(tokens: Double) -> Double {
            let asleep = 1 - Double(active) / Double(count)
            return Double(count) * (1 - pow(asleep, tokens))
        }

        /// Of one routed expert.
        func projections(hidden: Int) -> [Projection] {
            FeedForward.projections(inputs: latentWidth ?? hidden, width: width, isGated: isGated)
        }

        func parametersOfOne(hidden: Int) -> Int { projections(hidden: hidden).reduce(0) { $0 + $1.parameters } }

        /// Of what every token passes beside the routed experts.
        func sharedProjections(hidden: Int) -> [Projection] {
            let shared =
                sharedWidth > 0 ? FeedForward.projections(inputs: hidden, width: sharedWidth, isGated: isGated) : []
            let latent = latentWidth.map {
                [
                    Projection("fc1_latent_proj", inputs: hidden, outputs: $0),
                    Projection("fc2_latent_proj", inputs: $0, outputs: hidden),
                ]
            }
            return shared + (latent ?? [])
        }
    }

    static func projections(inputs: Int, width: Int, isGated: Bool) -> [Projection] {
        (isGated ? [Projection("gate_proj", inputs: inputs, outputs: width)] : [])
            + [
                Projection("up_proj", inputs: inputs, outputs: width),
                Projection("down_proj", inputs: width, outputs: inputs),
            ]
    }
}
