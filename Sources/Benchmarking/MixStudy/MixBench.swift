import Attention
import Hardware
import Kernels
import Statistics

/// A mix at one length: each kind of layer called by itself, and all layers of the stack one after the other.
///
/// In the stack the output of a layer is the query of the next one, as far as that is possible (`LayerBench.takesOutput`). So a layer reads
/// what was just written, as in a model, where only matrices stand between. `LayerStack` passes values on, which measures what reaches a
/// token; here queries are passed on, because an output always has the size of a query, and with grouped heads not that of a value.
final class MixBench {
    private let mix: LayerMix
    private let length: Int
    private let layers: [LayerBench]
    private let clock: any NanosecondClock

    /// Shorter samples measure the clock.
    static let leastSampleSeconds = 1e-3

    init(
        _ mix: LayerMix, _ problems: [AttentionProblem], on team: WorkerTeam, clock: any NanosecondClock
    ) throws(UnsupportedProblem) {
        var layers: [LayerBench] = []
        for ((kind, problem), count) in zip(zip(mix.kinds, problems), mix.counts) {
            layers.append(try LayerBench(kind, problem, layers: count, on: team))
        }
        (self.mix, self.layers, self.clock) = (mix, layers, clock)
        length = problems[0].shape.keyLength
    }

    func draw(seed: UInt64) {
        for (place, layer) in layers.enumerated() { layer.draw(seed: seed &+ UInt64(place)) }
    }

    /// The stack once, untimed, and whatever is measured beside it. The last layer of each kind is compared with the reference, for the
    /// query that the layers below gave it.
    func check(seed: UInt64) -> [WrongLayer] {
        var wrong: [WrongLayer] = []
        func check(_ kind: Int) {
            let accuracy = layers[kind].accuracy(seed: seed)
            guard !accuracy.isAccepted else { return }
            wrong.append(
                WrongLayer(
                    layer: mix.kinds[kind].label, length: length,
                    reason: "it differs from the reference by \(accuracy.excess)"))
        }
        let last = mix.kinds.indices.map { mix.order.lastIndex(of: $0) }
        runStack { place in
            let kind = mix.order[place]
            if last[kind] == place { check(kind) }
        }
        for kind in mix.kinds.indices where last[kind] == nil {
            layers[kind].run()
            check(kind)
        }
        return wrong
    }

    /// - Parameter after: told the place of each layer when its output is there.
    private func runStack(after: (Int) -> Void = { _ in }) {
        var below: LayerBench?
        for (place, kind) in mix.order.enumerated() {
            let layer = layers[kind]
            if let below, layer.takesOutput(of: below) { layer.takeOutput(of: below) }
            layer.run()
            after(place)
            below = layer
        }
    }

    /// Kinds and stack by turns, so that a slow second meets all of them. Each round begins with another one, so that none always
    /// follows the same.
    func measure(_ limits: MixStudy.Limits) throws(DurationsError) -> MixCost {
        let targets = layers.count + 1
        let calls = (0..<targets).map { target in
            max(1, Int(saturating: (Self.leastSampleSeconds / seconds(of: target, calls: 1)).rounded(.up)))
        }
        var times = Array(repeating: [Double](), count: targets)
        let watch = Stopwatch(clock)
        var round = 0
        while round < limits.rounds, round < MixStudy.fewestRounds || watch.seconds < limits.secondsPerLength {
            for turn in 0..<targets {
                let target = (turn + round) % targets
                times[target].append(seconds(of: target, calls: calls[target]))
            }
            round += 1
        }
        return try MixCost(length: length, kinds: Array(times.dropLast()), stack: times[layers.count], of: mix)
    }

    /// Of one call. The last target is the stack.
    private func seconds(of target: Int, calls: Int) -> Double {
        let watch = Stopwatch(clock)
        for _ in 0..<calls { if target < layers.count { layers[target].run() } else { runStack() } }
        return max(1e-9, watch.seconds) / Double(calls)
    }

    /// The output of the stack's last layer, after one more pass through it.
    func stackOutput() -> [Float] {
        runStack()
        let last = layers[mix.order[mix.order.count - 1]]
        return last.output.elements(0..<last.output.count)
    }
}
