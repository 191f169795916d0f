import Analysis
import Attention
import Drawing
import Quantities
import Statistics

/// One problem at several numbers of threads: how much faster more of them are.
public struct StrongScaling: Sendable, Codable, Hashable {
    public struct Row: Sendable, Codable, Hashable {
        public let threads: Int
        /// Nanoseconds of one call.
        public let median: Estimate
        /// How many times the work of one thread is done in the same time. Where one thread was not measured, the
        /// fewest that were count as ideal.
        public let speedUp: Estimate

        /// Speed-up over threads: 1 is ideal.
        public var efficiency: Estimate {
            let count = Double(threads)
            return Estimate(
                value: speedUp.value / count, low: speedUp.low / count, high: speedUp.high / count,
                level: speedUp.level)
        }
    }

    public let kernel: String
    /// The label of the series without its threads.
    public let series: String
    /// Keys.
    public let length: Int
    /// Ascending in threads, at least two.
    public let rows: [Row]
}

extension StrongScaling {
    /// Every problem that was measured at two or more numbers of threads, in the order of the series.
    fileprivate static func all(among measured: [MeasuredSeries]) -> [StrongScaling] {
        let byProblem = Dictionary(grouping: measured) {
            SeriesKey(kernel: $0.key.kernel, parameters: $0.parameters.with(threads: 1))
        }.filter { $0.value.count > 1 }
        let keys = SeriesOrder(kernels: measured.map(\.key.kernel)).sorted(byProblem.keys)
        return zip(keys, SeriesLabels.labels(for: keys)).flatMap { key, label in
            let series = byProblem[key]!.sorted { $0.parameters.threads < $1.parameters.threads }
            return Set(series.flatMap { $0.points.map(\.keyLength) }).sorted().compactMap { length in
                StrongScaling(kernel: key.kernel, series: label, length: length, of: series)
            }
        }
    }

    /// - Parameter series: that differ in threads alone, ascending in these.
    private init?(kernel: String, series label: String, length: Int, of series: [MeasuredSeries]) {
        let medians = series.compactMap { one in
            one.points.first { $0.keyLength == length }.map { (threads: one.parameters.threads, median: $0.median) }
        }
        guard medians.count > 1, let base = medians.first else { return nil }
        self.kernel = kernel
        self.series = label
        self.length = length
        rows = medians.map { threads, median in
            Row(
                threads: threads, median: median,
                speedUp: Self.speedUp(of: median, over: base, isBase: threads == base.threads))
        }
    }

    private static func speedUp(
        of median: Estimate, over base: (threads: Int, median: Estimate), isBase: Bool
    ) -> Estimate {
        let count = Double(base.threads)
        // Against itself nothing is uncertain.
        guard !isBase else { return Estimate(value: count, low: count, high: count, level: median.level) }
        let ratio = base.median.ratio(to: median)
        return Estimate(
            value: ratio.value * count, low: ratio.low * count, high: ratio.high * count, level: ratio.level)
    }
}

/// Speed-up against threads, under the line on which twice the threads take half the time.
enum ThreadScaling: Finding {
    static let phase = Phase.prefill
    static let key: String? = "strongScaling"

    static func find(in analysis: ScalingAnalysis) -> [StrongScaling] { StrongScaling.all(among: analysis.measured) }

    static func figure(_ findings: Findings) -> Plot? {
        let analysis = findings.analysis
        let problems = longest(findings[ThreadScaling.self])
        let counts = Set(problems.flatMap { $0.rows.map(\.threads) }).sorted()
        guard let most = counts.last else { return nil }
        let styles = SeriesStyle.styles(for: problems.map { (label: name($0), family: $0.kernel) })
        let traces = problems.flatMap { problem -> [Plot.Trace] in
            let rows = problem.rows.map {
                Plot.Row(x: Double($0.threads), $0.speedUp)
            }
            return styles[name(problem)].map { Plot.Trace.joined(series: name(problem), style: $0, rows: rows) } ?? []
        }
        let highest = traces.flatMap { $0.rows.map(\.y) }.max() ?? 1
        let end = Double(most) * 1.04
        return Plot(
            name: "speedup", title: title(problems),
            method:
                "One problem on more cores, \(analysis.conditions): time on the fewest cores over time. Speed-ups of "
                + "medians with 95 % intervals." + cores(analysis).map { " " + $0 }.joined(),
            notes: [],
            x: Axis(
                low: 0, high: end, isLogarithmic: false,
                ticks: counts.map { Tick(value: Double($0), label: Quantity.count($0)) }),
            y: .linear(to: max(end, highest * 1.1)), xLabel: "threads, one per core",
            yLabel: "speed-up over one thread", columns: ("threads", "speedUp"), traces: traces,
            guides: [
                Plot.Guide(
                    name: "    ideal", rows: [Plot.Row(x: end, y: end), Plot.Row(x: end / 8, y: end / 8)],
                    isNamed: .afterEnd)
            ])
    }

    /// Each problem at its longest: shorter ones stand in the table.
    private static func longest(_ all: [StrongScaling]) -> [StrongScaling] {
        all.filter { problem in
            !all.contains { $0.series == problem.series && $0.length > problem.length }
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

    static func blocks(in section: Section, _ findings: Findings) -> [Document.Block] {
        guard section == .cells else { return [] }
        let sentences = cores(findings.analysis)
        return .table("Strong scaling: one problem, more threads", table(findings[ThreadScaling.self]))
            + (sentences.isEmpty ? [] : [.paragraph(sentences.joined(separator: " "))])
    }

    /// What more threads can give at best here: "2 CPUs together do the tile work of 1.2 cores."
    private static func cores(_ analysis: ScalingAnalysis) -> [String] {
        (analysis.tileCores ?? []).map { Self.sentence(threads: $0.threads, cores: $0.cores) + "." }
    }

    static func sentence(threads: Int, cores: Double) -> String {
        "\(threads) CPUs together do the tile work of \(Quantity.significant(cores, digits: 2)) cores"
    }

    /// One row for each number of threads of a problem that was measured at several.
    static func table(_ problems: [StrongScaling]) -> Table {
        Table(
            columns: [
                .init("series", .left), .init("n"), .init("threads"), .init("median"), .init("speed-up"),
                .init("efficiency"),
            ],
            rows: problems.flatMap { problem in
                problem.rows.map { row in
                    [
                        problem.series, Quantity.tokens(problem.length), Quantity.count(row.threads),
                        Quantity.time(row.median),
                        Quantity.interval(row.speedUp, unit: "×"), Quantity.percent(row.efficiency.value),
                    ]
                }
            })
    }
}
