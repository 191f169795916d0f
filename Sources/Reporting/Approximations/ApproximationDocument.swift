import Attention
import Drawing
import Quantities
import Records

/// What approximations of full attention give up and what they save, told: the finding first, then the table, then what its words mean.
public enum ApproximationDocument {
    public static func document(_ study: ApproximationStudy) -> Document {
        Document(
            title: "What approximations of full attention give up, and what they save", subtitle: subtitle(study),
            blocks: [
                .list(sentences(study)),
                .table(caption: "Error beside cost, against full causal attention", table(study)),
                .paragraph(definitions(study)), .paragraph(states), .cautions(cautions(study)),
            ].filter { $0 != .cautions([]) })
    }

    /// "On 512 tokens of …, 12 heads of 32 elements, float32, causal; one core of …".
    private static func subtitle(_ study: ApproximationStudy) -> String {
        "\(text(of: study)), in float32 with a causal mask; times on \(cores(study))"
            + (study.processor.map { " of \($0)" } ?? "")
    }

    /// "512 tokens (12 heads of 32 elements) of layer 3 of …".
    static func text(of study: ApproximationStudy) -> String {
        let shape = study.problem.shape
        let heads = "\(shape.queryHeads) \(shape.queryHeads == 1 ? "head" : "heads") of \(shape.headDimension) elements"
        let shared = shape.keyValueHeads == shape.queryHeads ? "" : ", \(shape.keyValueHeads) for keys and values"
        let batch = shape.batch == 1 ? "" : ", \(shape.batch) texts"
        let queries =
            shape.queryLength == shape.keyLength ? "" : ", the last \(Quantity.tokens(shape.queryLength)) as queries"
        return
            "\(Quantity.tokens(shape.keyLength)) tokens\(queries) (\(heads)\(shared)\(batch)) of \(study.activations)"
    }

    static func cores(_ study: ApproximationStudy) -> String {
        study.threads == 1 ? "one core" : "\(study.threads) cores"
    }

    /// The smallest error of all that take at most half the time of full attention; where none does, of all that are faster.
    static func finding(_ study: ApproximationStudy) -> String {
        let limits = [(0.5, "at most half the time"), (1.0, "less than the time")]
        for (limit, words) in limits {
            // By the upper end of the interval: a ratio that may as well lie above the limit does not count.
            let quick = study.approximations.filter { $0.timeRatio.high <= limit }
            if let best = quick.min(by: { $0.quality.error < $1.quality.error }) {
                return "Of what takes \(words) of full attention (95 %), \(best.label) has the smallest error: "
                    + "\(Quantity.percent(best.quality.error)) of the output, with "
                    + "\(Quantity.percent(best.quality.meanMass)) of the softmax mass"
            }
        }
        return
            "No approximation is faster than full attention over \(Quantity.tokens(study.problem.shape.keyLength)) tokens"
    }

    static func sentences(_ study: ApproximationStudy) -> [String] {
        [finding(study) + "."] + [sinks(study), selection(study)].compactMap { $0 }
    }

    /// "4 sinks take the error of a window of 64 keys from 61 % to 24 %": for the middle one of the windows that were measured with and without.
    private static func sinks(_ study: ApproximationStudy) -> String? {
        let pairs = study.approximations.filter { $0.mask.sinks > 0 }.compactMap { with in
            study.approximations.first {
                $0.mask.sinks == 0 && $0.selection == nil && $0.mask.left == with.mask.left && $0.mask.chunk == nil
            }.map { (with: with, without: $0) }
        }
        guard !pairs.isEmpty, let left = pairs[pairs.count / 2].with.mask.left else { return nil }
        let (with, without) = pairs[pairs.count / 2]
        let count = with.mask.sinks
        return
            "\(count) \(count == 1 ? "sink takes" : "sinks take") the error of a window of \(Quantity.tokens(left + 1)) keys from "
            + "\(Quantity.percent(without.quality.error)) to \(Quantity.percent(with.quality.error)), and its kept mass from "
            + "\(Quantity.percent(without.quality.meanMass)) to \(Quantity.percent(with.quality.meanMass))."
    }

    /// Selected blocks beside a window of as many keys; of several pairs the one with the most keys.
    private static func selection(_ study: ApproximationStudy) -> String? {
        let pairs = study.approximations.compactMap { selected -> (selected: Approximation, window: Approximation)? in
            guard let selection = selected.selection else { return nil }
            return study.approximations.first {
                $0.selection == nil && $0.mask.chunk == nil && $0.mask.sinks == 0
                    && $0.mask.left == selection.blocks * selection.blockLength - 1
            }.map { (selected, $0) }
        }
        guard let pair = pairs.max(by: { ($0.window.mask.left ?? 0) < ($1.window.mask.left ?? 0) }) else { return nil }
        return "\(pair.selected.label) has an error of \(Quantity.percent(pair.selected.quality.error)) in "
            + "\(Quantity.interval(pair.selected.timeRatio, unit: "×")) the time of full attention, and \(pair.window.label) with as many "
            + "keys \(Quantity.percent(pair.window.quality.error)) in \(Quantity.interval(pair.window.timeRatio, unit: "×"))."
    }

    private typealias Approximation = ApproximationStudy.Approximation

    /// One row an approximation, full attention first.
    static func table(_ study: ApproximationStudy) -> Table {
        Table(
            columns: [
                .init("kernel", .left), .init("a call"), .init("time ratio"), .init("pairs", .right, .whenWide),
                .init("error"), .init("median row", .right, .whenWide), .init("90 % of rows below", .right, .whenWide),
                .init("worst row", .right, .whenWide), .init("mass kept"),
                .init("90 % of rows above", .right, .whenWide),
                .init("least", .right, .whenWide),
            ],
            rows: [
                [
                    "full", Quantity.time(study.fullNanoseconds), "1×", "100 %", "0 %", "0 %", "0 %", "0 %", "100 %",
                    "100 %", "100 %",
                ]
            ]
                + study.approximations.map { one in
                    let quality = one.quality
                    return [
                        one.label, Quantity.time(one.nanoseconds), Quantity.interval(one.timeRatio, unit: "×"),
                        Quantity.percent(one.pairShare), Quantity.percent(quality.error),
                        Quantity.percent(quality.medianRowError), Quantity.percent(quality.percentile90RowError),
                        Quantity.percent(quality.worstRowError), Quantity.percent(quality.meanMass),
                        Quantity.percent(quality.percentile10Mass), Quantity.percent(quality.leastMass),
                    ]
                })
    }

    private static func definitions(_ study: ApproximationStudy) -> String {
        "Errors are relative: √(Σ (o − o′)² / Σ o²) of the output o of full attention and the output o′ of the approximation, over "
            + "\(Quantity.count(study.comparedRows)) rows of all heads together, and for single rows their median, the value that 90 % of them stay "
            + "below, and the worst. The mass kept is the sum of the softmax weights that full attention gives to the keys which the "
            + "approximation keeps: the mean over rows, the value that 90 % of them stay above, and the least. Both are computed in Double "
            + "from these activations alone; they say nothing of what a model makes of them in its later layers, or after training with the "
            + "approximation. Pairs are those of the approximation over those of full attention; a product with the mean of a block counts "
            + "as half a pair."
    }

    private static let states =
        "Linear attention and the gated delta rule are left out. They are other functions, for which a model is trained, and their distance "
        + "from softmax attention has no meaning."

    private static func cautions(_ study: ApproximationStudy) -> [String] {
        study.wrong + study.skipped.map { "\($0.label) was not measured: \($0.reason)" }
    }
}
