import Analysis
import Benchmarking
import Quantities
import Statistics

/// What the figures of a mix say, in words, for the longest length.
struct MixSentences {
    private let study: MixStudy
    private let mix: MeasuredMix
    private let longest: MixCost
    private let tokens: String

    /// - Precondition: at least one length was measured.
    init(_ findings: MixFindings) {
        (study, mix) = (findings.study, findings.mix)
        longest = findings.study.costs[findings.study.costs.count - 1]
        tokens = TokenCount.text(longest.length)
    }

    var all: [String] { [additivity, share, speedUp, crossover, wholeModel].compactMap { $0 } }

    private var additivity: String {
        let ratios = study.costs.map(\.stackOverSum.value).sorted()
        let (least, most) = (Quantity.ratio(ratios[0]), Quantity.ratio(ratios[ratios.count - 1]))
        let range = least == most ? least : "\(least) to \(most)"
        let lengths = study.costs.count == 1 ? "At" : "From \(TokenCount.text(study.costs[0].length)) to"
        let all = "\(lengths) \(tokens) tokens the stack takes \(range) the sum of its parts"
        let verdicts = mix.points.map(\.additivity)
        if verdicts.allSatisfy({ $0 == .matches }) { return "\(all): costs add up." }
        let apart = mix.points.filter { $0.additivity == .deviates }.map { TokenCount.text($0.length) }
        if !apart.isEmpty { return "\(all): costs do not add up at \(apart.joined(separator: ", ")) tokens." }
        return
            "\(all). Where the interval is wide, that does not say whether costs add up; more --rounds make it narrower."
    }

    private var share: String? {
        guard let share = longest.fullShare else { return nil }
        let full = study.kinds.reduce(0) { $1.layer.isFull ? $0 + $1.layers : $0 }
        let limits = "[\(Quantity.percent(share.low)), \(Quantity.percent(share.high))]"
        return "At \(tokens) tokens, \(full) full \(full == 1 ? "layer" : "layers") in \(mix.layers) "
            + "\(full == 1 ? "takes" : "take") \(Quantity.percent(share.value)) \(limits) of the time."
    }

    private var speedUp: String {
        let theory = Quantity.ratio(mix.theoreticalSpeedUp(at: longest.length))
        return
            "At \(tokens) tokens the stack is \(Quantity.interval(longest.speedUp, unit: "×")) as fast as full attention in all "
            + "\(mix.layers) layers; by \(counted) it would be \(theory)."
    }

    private var crossover: String {
        let byTheory =
            mix.theoreticalCrossover.map { "by \(counted) from \(Quantity.count($0)) tokens on" }
            ?? "by \(counted) never"
        return switch mix.crossover {
        case .throughout: "The stack is faster than full attention in all layers at each measured length; \(byTheory)."
        case .notReached:
            "The stack is not faster than full attention in all layers at \(tokens) tokens; \(byTheory)."
        case .from(let tokens):
            "The stack is faster than full attention in all layers from \(Quantity.interval(tokens, unit: "tokens")) on; \(byTheory)."
        }
    }

    /// Nil where the stack has all layers.
    private var wholeModel: String? {
        let layers = study.kinds.reduce(0) { $0 + $1.layersOfModel }
        guard layers > mix.layers else { return nil }
        let seconds = zip(study.kinds, longest.kinds).reduce(0) { $0 + Double($1.0.layersOfModel) * $1.1.value }
        return
            "By the calls of each kind, all \(layers) layers take \(Quantity.time(seconds: seconds)) at \(tokens) tokens."
    }

    private var counted: String { study.phase == .decode ? "bytes" : "FLOPs" }
}
