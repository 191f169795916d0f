import Attention

/// Reading a prompt: every matrix multiplies every token, and every layer's attention covers the pairs of its mask.
///
/// FLOPs = 2 · active parameters · new tokens + Σ over layers pairs · FLOPs per pair, two FLOPs per multiply-add. The
/// output head is counted for every token, as the usual "2 · N per token" does; engines that compute logits of the last
/// token only save that part (0.5 to 7 %).
public struct Prefill: Sendable, Hashable {
    /// Which side of the roofline a part of the work stands on.
    public enum Bound: String, Sendable, Hashable, Codable { case compute, bandwidth }

    /// The matrices, the recurrences, or the attention of all layers of one kind.
    public struct Part: Sendable, Hashable {
        public enum Subject: Sendable, Hashable {
            case linear
            case recurrence
            case attention(Mask)
        }

        public let subject: Subject
        public let layers: Int
        public let flops: Double
        /// Least traffic: weights once, or Q, K, V, O once.
        public let bytes: Double

        public var intensity: Double { flops / bytes }

        public func bound(on deployment: Deployment) -> Bound {
            flops / deployment.flopsPerSecond >= bytes / deployment.bytesPerSecond ? .compute : .bandwidth
        }

        public func seconds(on deployment: Deployment) -> Double {
            max(flops / deployment.flopsPerSecond, bytes / deployment.bytesPerSecond)
        }
    }

    public let tokens: Int
    /// Tokens before them whose keys and values are in the cache.
    public let cached: Int
    /// The matrices first, then one part per mask.
    public let parts: [Part]

    public init(_ model: Model, tokens: Int, cached: Int = 0) {
        precondition(tokens >= 1 && cached >= 0, "a prefill has at least one token")
        self.tokens = tokens
        self.cached = cached
        let active = Double(model.parameterCount.active)
        let linear = Part(
            subject: .linear, layers: model.layers.count, flops: 2 * active * Double(tokens),
            bytes: model.weightBytesRead(batch: Double(tokens)))
        parts =
            [linear] + Self.recurrence(model, tokens: tokens)
            + model.layerKinds.map { kind in
                let elements = Double(kind.attention.dimensions.prefillElementsPerToken) * Double(tokens)
                return Part(
                    subject: .attention(kind.mask), layers: kind.count,
                    flops: Double(kind.count) * kind.attention.prefillFLOPs(tokens: tokens, cached: cached),
                    bytes: Double(kind.count) * elements * 2)
            }
    }

    /// A chunked kernel keeps the state where it computes, so that only the state at the end is written.
    private static func recurrence(_ model: Model, tokens: Int) -> [Part] {
        let layers = model.layers.count { $0.recurrence != nil }
        guard layers > 0 else { return [] }
        return [
            Part(
                subject: .recurrence, layers: layers,
                flops: model.architecture.recurrenceFLOPsPerToken * Double(tokens),
                bytes: Double(model.architecture.stateBytes))
        ]
    }

    public var flops: Double { parts.reduce(0) { $0 + $1.flops } }
    public var linearFLOPs: Double { parts[0].flops }
    public var attentionFLOPs: Double {
        parts.reduce(0) { if case .attention = $1.subject { $0 + $1.flops } else { $0 } }
    }

    /// The parts one after another, each at its own side of the roofline.
    public func seconds(on deployment: Deployment) -> Double { parts.reduce(0) { $0 + $1.seconds(on: deployment) } }

    public func dollars(on deployment: Deployment) -> Double? {
        deployment.dollarsPerSecond.map { $0 * seconds(on: deployment) }
    }

    public func dollarsPerMillionTokens(on deployment: Deployment) -> Double? {
        dollars(on: deployment).map { $0 / Double(tokens) * 1e6 }
    }

    /// The side that takes most of the time.
    public func bound(on deployment: Deployment) -> Bound {
        let bandwidth = parts.filter { $0.bound(on: deployment) == .bandwidth }
        let share = bandwidth.reduce(0) { $0 + $1.seconds(on: deployment) } / seconds(on: deployment)
        return share > 0.5 ? .bandwidth : .compute
    }
}

/// How much of a causal prefill's work is attention, inside the layers: embeddings and output head are left out on both
/// sides.
public struct AttentionShare: Sendable, Hashable {
    public let model: Model

    public init(_ model: Model) { self.model = model }

    public func attentionFLOPs(tokens: Int) -> Double {
        model.layerKinds.reduce(0) { $0 + Double($1.count) * $1.attention.prefillFLOPs(tokens: tokens) }
    }

    public func linearFLOPs(tokens: Int) -> Double {
        2 * Double(model.parameterCount.activeInLayers) * Double(tokens)
    }

    /// Attention over all work in the layers, in 0…1.
    public func share(tokens: Int) -> Double {
        let attention = attentionFLOPs(tokens: tokens)
        return attention / (attention + linearFLOPs(tokens: tokens))
    }

    /// n*: the context from which attention costs more than the matrices; nil where windows keep it below for ever.
    public var overtakes: Int? {
        let limit = 1 << 30
        guard share(tokens: limit) >= 0.5 else { return nil }
        var (below, above) = (0, limit)
        while above - below > 1 {
            let middle = (below + above) / 2
            if share(tokens: middle) < 0.5 { below = middle } else { above = middle }
        }
        return above
    }
}
