import Analysis
import Attention
import Quantities
import Statistics

/// What a sweep found, in sentences that carry their intervals. Pure: the same findings give the same words.
public struct Headlines: Sendable, Hashable {
    /// Of prompts how the baseline grows, what a window wins, what wasted pairs cost and what a very long context takes;
    /// at most four of decoding, at most four of training, and at most five of losses. One more where much of the run was not quiet. The terminal prints them, and the report opens
    /// with them.
    public let lines: [String]
    /// One sentence a series and one for each pair of kernels compared.
    public let details: [String]

    public init(_ findings: Findings) {
        let steps = findings.sentences(about: .decode)
        let found =
            steps.isEmpty || findings.analysis.isAboutPrefill
            ? findings.sentences(about: .prefill) + steps.prefix(4)
            : Array((steps + [Forecasts.sentence(findings)].compactMap { $0 }).prefix(4))
        lines =
            found + findings.sentences(about: .backward).prefix(4) + findings.sentences(about: .loss).prefix(5)
            + [QuietRun.warning(findings.analysis)].compactMap { $0 }
        details =
            findings.analysis.series.map { Self.detail(of: $0, findings) }
            + findings[WastedPairs.self].map(WastedPairs.sentence)
    }

    /// The lines for a terminal, wrapped, each continued under an indent.
    public func text(width: Int) -> String {
        lines.map { TerminalTable.wrap($0, width: width, indent: 2).joined(separator: "\n") + "\n" }.joined()
    }

    private static func detail(of series: Series, _ findings: Findings) -> String {
        let crossovers = findings[Crossovers.self].filter { crossover in
            // Both sides of a pair could say it: the narrower mask does.
            !series.isQuadratic && [crossover.faster, crossover.slower].contains(series.label)
        }
        let clauses = crossovers.map { Crossovers.beats($0, for: series) } + [regime(series)].compactMap { $0 }
        let growth =
            series.parameters.isDecode
            ? StepTimes.growth(series, findings.analysis.only(.decode)) : PromptTimes.growth(series, findings.analysis)
        return clauses.isEmpty ? growth : String(growth.dropLast()) + "; " + clauses.joined(separator: "; ") + "."
    }

    /// "a pair costs 1.12 ± 0.02 times as much from 8K tokens on, where K and V (4.00 MiB) outgrow the L2 cache".
    private static func regime(_ series: Series) -> String? {
        series.regimeChange.map { change in
            let phase = series.parameters.phase
            let what = phase == .decode ? "the cached K and V" : phase == .loss ? "the classifier" : "K and V of a head"
            let noun = phase == .loss ? phase.lengthNoun : "tokens"
            let cache = change.cacheLevel.map {
                ", where \(what) (\(Quantity.bytes(Int(saturating: change.keyValueBytes)))) outgrow the L\($0) cache"
            }
            let (before, after) = (sideText(change.verdictBefore), sideText(change.verdictAfter))
            let sides =
                before == after
                ? "; on either side of that \(before)"
                : "; up to \(Quantity.tokens(change.fromLength)) \(noun) \(before), from \(Quantity.tokens(change.toLength)) \(noun) on \(after)"
            return
                "a \(series.parameters.lawBasis == .bytes ? "byte" : "pair") costs \(Quantity.estimate(change.costRatio)) times as much from "
                + "\(Quantity.tokens(change.toLength)) \(noun) on" + (cache ?? "") + sides
        }
    }

    private static func sideText(_ verdict: TheoryVerdict?) -> String {
        verdict.map { "time \($0 == .undecided ? "is " : "")\($0.sentence)" }
            ?? "there are too few lengths for a verdict"
    }
}
