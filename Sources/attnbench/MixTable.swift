import Analysis
import Attention
import Benchmarking
import Quantities
import Reporting
import Statistics

/// What a study of a mix found, for a terminal.
struct MixTable {
    let findings: MixFindings

    init(_ findings: MixFindings) { self.findings = findings }

    private var study: MixStudy { findings.study }
    private var mix: MeasuredMix { findings.mix }

    func text(width: Int) -> String {
        var parts = [wrapped([heading], width), kinds(width), times(width), againstFull(width)]
        parts.append(wrapped(MixSentences(findings).all, width))
        parts += [forecasts(width), skipped(width)].compactMap { $0 }
        return parts.joined(separator: "\n")
    }

    private func wrapped(_ sentences: [String], _ width: Int) -> String {
        sentences.flatMap { TerminalTable.wrap($0, width: width) }.map { $0 + "\n" }.joined()
    }

    private var heading: String {
        let total = study.kinds.reduce(0) { $0 + $1.layersOfModel }
        let layers = mix.layers == total ? "\(total) layers" : "\(mix.layers) of \(total) layers"
        let threads = study.threads == 1 ? "1 thread" : "\(study.threads) threads"
        let phase = study.phase == .decode ? "one step of decoding" : "a prompt"
        return "\(study.name): \(layers), \(order); \(phase), \(study.elementType), \(threads)."
    }

    /// "5 × sliding-window(1024), 1 × full".
    private var order: String {
        var runs: [(kind: Int, count: Int)] = []
        for kind in study.order {
            if let last = runs.last, last.kind == kind {
                runs[runs.count - 1].count += 1
            } else {
                runs.append((kind, 1))
            }
        }
        return runs.map { "\($0.count) × \(study.kinds[$0.kind].label)" }.joined(separator: ", ")
    }

    private func kinds(_ width: Int) -> String {
        let rows = study.kinds.map { kind in
            let heads = kind.layer.heads
            return [
                kind.label, kind.layers == 0 ? "for comparison" : Quantity.count(kind.layers),
                Quantity.count(kind.layersOfModel), "\(heads.query):\(heads.keyValue)", "\(heads.dimension)",
            ]
        }
        return Columns.text(
            rows, headings: ["kind", "in the stack", "in the model", "heads q:kv", "elements"], width: width)
    }

    /// Each kind at each length, their sum and the stack.
    private func times(_ width: Int) -> String {
        let rows = study.costs.flatMap { cost -> [[String]] in
            let tokens = TokenCount.text(cost.length)
            let parts = zip(study.kinds, cost.kinds).filter { $0.0.layers > 0 }.map { kind, call in
                (kind: kind, call: call, all: call.scaled(by: Double(kind.layers)))
            }
            // Of the parts as they are printed, so that shares add up: a sum of medians is not the median of sums.
            let printed = parts.reduce(0) { $0 + $1.all.value }
            let rows = parts.map { part in
                [
                    "\(part.kind.layers) × \(part.kind.label)", time(part.call), time(part.all),
                    Quantity.percent(part.all.value / printed),
                ]
            }
            let sums = [
                ["sum of \(mix.layers) calls", "", time(cost.sum), ""],
                [
                    "stack of \(mix.layers) layers", "", time(cost.stack),
                    Quantity.interval(cost.stackOverSum, unit: "×"),
                ],
            ]
            return (rows + sums).enumerated().map { [$0.offset == 0 ? tokens : ""] + $0.element }
        }
        return Columns.text(
            rows, headings: ["tokens", "measured", "one call", "all layers", "of the sum"], width: width)
    }

    /// The stack beside full attention in each of its layers.
    private func againstFull(_ width: Int) -> String {
        let rows = study.costs.map { cost in
            [
                TokenCount.text(cost.length), time(cost.kinds[study.full].scaled(by: Double(mix.layers))),
                time(cost.stack), cost.fullShare.map { Quantity.percent($0.value) } ?? "-",
                Quantity.ratio(mix.theoreticalSpeedUp(at: cost.length)), Quantity.interval(cost.speedUp, unit: "×"),
            ]
        }
        return Columns.text(
            rows,
            headings: [
                "tokens", "full in all", "the stack", "full's share", study.phase == .decode ? "by bytes" : "by FLOPs",
                "as fast",
            ], width: width)
    }

    private func forecasts(_ width: Int) -> String? {
        var (rows, missing): ([[String]], [String]) = ([], [])
        for attempt in findings.forecasts {
            switch attempt {
            case .forecast(let forecast):
                let seconds = forecast.seconds.scaled(by: 1e9)
                rows.append([
                    TokenCount.text(forecast.tokens), Quantity.time(seconds), Quantity.timeInterval(seconds),
                    Quantity.percent(forecast.fullShare), Quantity.ratio(forecast.speedUp),
                    Quantity.ratio(forecast.multipleOfMeasured),
                ])
            case .missing(let tokens, let reason):
                missing.append("No forecast for \(TokenCount.text(tokens)) tokens: \(reason).")
            }
        }
        let table =
            rows.isEmpty
            ? ""
            : wrapped(["Forecast, not measured: the laws of the kinds, each by itself, added up."], width)
                + Columns.text(
                    rows,
                    headings: ["tokens", "the stack", "95 % interval", "full's share", "as fast", "beyond measured"],
                    width: width)
        let text = table + wrapped(missing, width)
        return text.isEmpty ? nil : text
    }

    private func skipped(_ width: Int) -> String? {
        guard !study.skipped.isEmpty else { return nil }
        let rows = study.skipped.map { [TokenCount.text($0.length), $0.reason] }
        return "Not measured:\n" + Columns.text(rows, headings: ["tokens", "why"], width: width)
    }

    private func time(_ seconds: Estimate) -> String { Quantity.time(seconds.scaled(by: 1e9)) }
}
