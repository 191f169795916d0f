import Analysis
import Drawing
import Quantities

/// Speed-up against threads, under the line on which twice the threads take half the time.
enum StrongScalingFigure {
    static func plot(_ analysis: ScalingAnalysis) -> Plot? {
        let problems = longest(analysis)
        let counts = Set(problems.flatMap { $0.rows.map(\.threads) }).sorted()
        guard let most = counts.last else { return nil }
        let styles = SeriesStyle.styles(for: problems.map { (label: name($0), family: $0.kernel) })
        let traces = problems.flatMap { problem -> [Plot.Trace] in
            let rows = problem.rows.map {
                Plot.Row(x: Double($0.threads), y: $0.speedUp.value, $0.speedUp.low...$0.speedUp.high)
            }
            return styles[name(problem)].map { style in
                [Plot.Kind.joined, .measured].map {
                    Plot.Trace(series: name(problem), kind: $0, style: style, rows: rows)
                }
            } ?? []
        }
        let highest = traces.flatMap { $0.rows.map(\.y) }.max() ?? 1
        let end = Double(most) * 1.04
        return Plot(
            name: "speedup", title: title(problems),
            method: "One problem on more cores, \(analysis.conditions): time of the fewest over time. Speed-ups of "
                + "medians with 95 % intervals.",
            notes: [],
            x: Axis(
                low: 0, high: end, isLogarithmic: false,
                ticks: counts.map { Tick(value: Double($0), label: Quantity.count($0)) }),
            y: .linear(to: max(end, highest * 1.1)), xLabel: "threads, each on a core of its own",
            yLabel: "speed-up over one thread", columns: ("threads", "speedUp"), traces: traces,
            guides: [
                Plot.Guide(
                    name: "    ideal", rows: [Plot.Row(x: end, y: end), Plot.Row(x: end / 8, y: end / 8)],
                    isNamed: .afterEnd)
            ])
    }

    /// Each problem at its longest: shorter ones stand in the table.
    private static func longest(_ analysis: ScalingAnalysis) -> [StrongScaling] {
        analysis.strongScaling.filter { problem in
            !analysis.strongScaling.contains { $0.series == problem.series && $0.length > problem.length }
        }
    }

    private static func name(_ problem: StrongScaling) -> String {
        "\(problem.series) at \(Quantity.tokens(problem.length))"
    }

    private static func title(_ problems: [StrongScaling]) -> String {
        let last = problems.compactMap { problem in problem.rows.last.map { (name(problem), $0) } }
        guard let best = last.max(by: { $0.1.efficiency.value < $1.1.efficiency.value }),
            let worst = last.min(by: { $0.1.efficiency.value < $1.1.efficiency.value })
        else { return "Speed-up by threads" }
        func text(_ entry: (String, StrongScaling.Row)) -> String {
            "\(entry.0) runs \(Quantity.interval(entry.1.speedUp, unit: "×")) as fast"
        }
        let lead = "On \(best.1.threads) threads \(text(best))"
        return best.0 == worst.0
            ? lead
            : lead + ", \(text(worst))"
                + (worst.1.threads == best.1.threads ? "" : " on \(worst.1.threads)")
    }
}
