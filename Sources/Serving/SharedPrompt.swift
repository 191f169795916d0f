import Attention

/// Reading a prompt on P hosts like the measured one, which share its tokens: a prediction.
///
/// Each host holds n/P tokens, all weights, and keys and values in 16 bits. Layers of full attention are a zigzag ring of P
/// steps; those with a window get from other hosts only what the window reaches, before they compute. Matrices send nothing.
public struct SharedPrompt: Sendable, Hashable {
    public let hosts: Int
    public let matrixSeconds: Double
    public let attentionSeconds: Double
    /// The part of `attentionSeconds` that messages add.
    public let exposedSeconds: Double

    public var seconds: Double { matrixSeconds + attentionSeconds }

    /// The same prompt on one host, and what joins it with others.
    struct OneHost {
        let model: Model
        let tokens: Int
        /// Forecasts, the attention of the model's kinds of layers in their order.
        let rows: [MeasuredPlan.Row]
        let ranks: MeasuredRanks
    }

    init(_ one: OneHost, on hosts: Int) {
        self.hosts = hosts
        var (matrices, computing, attention) = (0.0, 0.0, 0.0)
        var kinds = one.model.layerKinds[...]
        for row in one.rows {
            let share = row.forecastSeconds / Double(hosts)
            guard case .attention = row.subject, let kind = kinds.popFirst() else {
                matrices += share
                continue
            }
            computing += share
            attention += hosts == 1 ? share : Self.seconds(kind, alone: row.forecastSeconds, one, hosts: hosts)
        }
        matrixSeconds = matrices
        attentionSeconds = attention
        exposedSeconds = max(0, attention - computing)
    }

    /// Of all layers of a kind, on several hosts.
    /// - Parameter alone: their time on one host.
    private static func seconds(_ kind: LayerKind, alone: Double, _ one: OneHost, hosts: Int) -> Double {
        let (layers, count) = (Double(kind.count), Double(hosts))
        let tokenBytes = Double(kind.attention.cachedElementsPerToken) * 2
        let share = Double(one.tokens) / count
        if let window = kind.mask.mostVisibleKeys {
            let bytes = min(Double(window), Double(one.tokens) - share) * tokenBytes
            return alone / count + layers * one.ranks.seconds(computing: 0, bytes: bytes)
        }
        let step = alone / layers / count / count
        return layers * ((count - 1) * one.ranks.seconds(computing: step, bytes: share * tokenBytes) + step)
    }

    static let hostCounts = [1, 2, 4, 8, 16, 32, 64]
}

extension MeasuredPlan {
    /// On 1 to 64 hosts; empty where the results have no ranks.
    static func shared(
        _ model: Model, tokens: Int, rows: [Row], _ machine: MeasuredMachine
    ) -> [SharedPrompt] {
        guard let ranks = machine.ranks else { return [] }
        let one = SharedPrompt.OneHost(model: model, tokens: tokens, rows: rows, ranks: ranks)
        return SharedPrompt.hostCounts.filter { $0 <= tokens }.map {
            SharedPrompt(one, on: $0)
        }
    }
}
