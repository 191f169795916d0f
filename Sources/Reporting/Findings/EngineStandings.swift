import Analysis
import Attention
import Drawing
import Foundation
import Quantities
import Records
import Statistics

/// One problem that kernels of several engines computed: how long each took beside the fastest.
public struct EngineStanding: Sendable, Codable, Hashable {
    public struct Row: Sendable, Codable, Hashable {
        public let series: String
        public let engine: String
        /// Nanoseconds of one call.
        public let median: Estimate
        /// Time over that of the fastest.
        public let timeRatio: Estimate
        /// From how many tokens on the fastest is faster than this one; nil where no such length was measured.
        public let fastestFrom: Estimate?
        /// Of the measured peak or read bandwidth: see `limit`.
        public let share: Double?
        /// Of the time, on what the law of the series is over: pairs, or in most decoding steps bytes.
        public let exponent: Estimate?
        /// Largest absolute difference to the reference; nil in an analysis of an earlier build.
        public let maximumError: Double?
        public let peakResidentBytes: Int
    }

    /// "sliding-window(1024), float32, d = 128, 1 head".
    public let problem: String
    public let phase: Phase
    /// Keys that a query sees; nil where that grows with the text.
    public let window: Int?
    /// Nil for softmax.
    public let weighting: Weighting?
    /// Nil where queries attend to all keys that the mask shows.
    public let selection: BlockSelection?
    /// Nil where scores are plain.
    public let scoreForm: ScoreForm?
    /// Nil where values are a tensor of their own.
    public let latent: LatentValues?
    /// Keys.
    public let length: Int
    /// The fastest first, of at least two engines.
    public let rows: [Row]

    var engines: Int { Set(rows.map(\.engine)).count }

    /// Whether queries attend by softmax of plain scores to all keys and values of the text, or to all before them.
    var isOverKeysAndValues: Bool {
        window == nil && weighting == nil && selection == nil && scoreForm == nil && latent == nil
    }

    /// What a row's share is of.
    var limit: String { phase == .decode && latent == nil ? "bandwidth" : "peak" }

    /// "3 engines"; ranks are this program in several processes, and no engine to a reader.
    var contenders: String {
        let others = Set(rows.map(\.engine)).subtracting([RankSetting.engine]).count
        return others > 1 ? "\(others) engines" : "\(rows.count) kernels"
    }
}

extension EngineStanding {
    /// Every problem that two engines or more computed, in the order of the series.
    fileprivate static func all(in analysis: ScalingAnalysis) -> [EngineStanding] {
        let measured = analysis.measured
        var problems: [SeriesParameters] = []
        for one in measured where !problems.contains(one.parameters) { problems.append(one.parameters) }
        return problems.compactMap { problem in
            EngineStanding(of: measured.filter { $0.parameters == problem }, in: analysis)
        }
    }

    /// - Parameter rivals: series of one problem.
    private init?(of rivals: [MeasuredSeries], in analysis: ScalingAnalysis) {
        let lengths = Set(rivals.flatMap { $0.points.map(\.keyLength) })
        let counted = lengths.map { length in (rivals.count { $0.median(at: length) != nil }, length) }
        // The length that most of them reached, and of several the longest.
        guard let length = counted.max(by: <)?.1, let parameters = rivals.first?.parameters else { return nil }
        let standing = rivals.compactMap { one in
            one.points.first { $0.keyLength == length }.map { (series: one, point: $0) }
        }.sorted { $0.point.median.value < $1.point.median.value }
        guard let fastest = standing.first else { return nil }
        self.length = length
        phase = parameters.phase
        window = parameters.mask.bandWidth
        weighting = parameters.weighting
        selection = parameters.selection
        scoreForm = parameters.scoreForm
        latent = parameters.latent
        problem = Self.text(parameters)
        rows = standing.map { one, point in
            let isFastest = one.label == fastest.series.label
            return Row(
                series: one.label, engine: EngineIdentity(ofKernel: one.key.kernel).name, median: point.median,
                timeRatio: isFastest
                    ? Estimate(value: 1, low: 1, high: 1, level: point.median.level)
                    : point.median.ratio(to: fastest.point.median),
                fastestFrom: isFastest ? nil : Crossover.overtaking(of: one, by: fastest.series),
                share: parameters.lawBasis == .bytes
                    ? point.utilisation.fractionOfBandwidth : point.utilisation.fractionOfPeak,
                exponent: analysis.series(labelled: one.label)?.exponent, maximumError: point.maximumError,
                peakResidentBytes: point.memory.peakResidentBytes)
        }
        if engines < 2 { return nil }
    }

    /// Nil for prompts, which need no name.
    private static func phaseName(_ phase: Phase) -> String? {
        switch phase {
        case .prefill: nil
        case .decode: "one step"
        case .backward: "backward pass"
        case .training: "forward and backward pass"
        case .checkpointed: "forward pass twice, and backward pass"
        case .loss: "loss and its gradients"
        }
    }

    private static func text(_ parameters: SeriesParameters) -> String {
        if parameters.phase == .loss {
            return [
                phaseName(.loss), parameters.queryLength.map { "\(Quantity.tokens($0))\u{A0}tokens" },
                parameters.elementType.rawValue, "D\u{A0}=\u{A0}\(parameters.headDimension)",
                parameters.threads == 1 ? nil : "\(parameters.threads)\u{A0}threads",
            ].compactMap { $0 }.joined(separator: ", ")
        }
        let heads =
            parameters.queryHeads == parameters.keyValueHeads
            ? (parameters.queryHeads == 1 ? "1\u{A0}head" : "\(parameters.queryHeads)\u{A0}heads")
            : "\(parameters.queryHeads):\(parameters.keyValueHeads)\u{A0}heads"
        let values = parameters.latent.map { "values of \($0.dimension)" }
        return [
            phaseName(parameters.phase), "\(parameters.mask)", parameters.selection.map { "\($0.text)\u{A0}blocks" },
            parameters.elementType.rawValue,
            parameters.cacheFormat.map { "\($0)\u{A0}cache" },
            parameters.weighting.map { "\($0.rawValue)\u{A0}attention" }, parameters.scoreForm?.text,
            "d\u{A0}=\u{A0}\(parameters.headDimension)", values, heads,
            parameters.batch == 1 ? nil : "batch\u{A0}\(parameters.batch)",
            parameters.threads == 1 ? nil : "\(parameters.threads)\u{A0}threads",
        ].compactMap { $0 }.joined(separator: ", ")
    }
}

/// Who is fastest, by how much, and whose time grows faster than the pairs of its mask: engine by engine. The figure shows
/// full attention, on which every library can be compared.
enum EngineStandings: Finding {
    static let phase = Phase.prefill
    static let key: String? = "engines"

    static func find(in analysis: ScalingAnalysis) -> [EngineStanding] { EngineStanding.all(in: analysis) }

    static func label(of standing: EngineStanding) -> String? { standing.rows.first?.series }

    static func figure(_ findings: Findings) -> Plot? {
        EngineShares.plot(findings, named: "engines") {
            $0.isOverKeysAndValues && $0.phase != .loss
        }
    }

    static func sentences(_ findings: Findings) -> [String] {
        let standings = findings[EngineStandings.self]
        let most = standings.map(\.engines).max()
        guard let first = standings.first(where: { $0.engines == most }) else { return [] }
        return [EngineShares.title(first) + "."] + wideWindows(standings)
    }

    /// Kernels that go over all pairs of the text, although their mask is a window: their time grows with the square of the
    /// pairs that the mask allows.
    private static func wideWindows(_ standings: [EngineStanding]) -> [String] {
        var seen: Set<String> = []
        let rows = standings.filter { $0.window != nil && $0.phase == .prefill }.flatMap(\.rows).filter { row in
            (row.exponent?.low ?? 0) > leastExponentOfAllPairs && seen.insert(row.series).inserted
        }
        guard !rows.isEmpty else { return [] }
        let named = rows.map { row in "\(row.series) (exponent \(row.exponent.map(Quantity.estimate) ?? ""))" }
        return ["The time of a window grows with the whole text in \(AbsentCells.list(named))."]
    }

    /// Between 1, where only the window is computed, and 2.
    private static let leastExponentOfAllPairs = 1.5

    static func blocks(in section: Section, _ findings: Findings) -> [Document.Block] {
        guard section == .summary else { return [] }
        return findings[EngineStandings.self].flatMap { standing -> [Document.Block] in
            let tokens = Quantity.tokens(standing.length) + " " + standing.phase.lengthNoun
            return .table(
                "Kernels on one problem, the fastest first: \(standing.problem), \(tokens)",
                table(standing, findings.analysis))
        }
    }

    /// The names are those of kernels, since the parameters of all rows are alike.
    static func table(_ standing: EngineStanding, _ analysis: ScalingAnalysis) -> Table {
        Table(
            columns: [
                .init("kernel", .left), .init("median"), .init("times the best"),
                .init(standing.limit), .init("error", .right, .whenWide),
                .init("exponent", .right, .whenWide), .init("memory", .right, .whenWide),
                .init("best from (tokens)", .left, .whenWide),
            ],
            rows: standing.rows.map { row in
                [
                    analysis.series(labelled: row.series)?.kernel ?? row.series, Quantity.time(row.median),
                    Quantity.interval(row.timeRatio, unit: "×"), row.share.map(Quantity.percent) ?? "–",
                    row.maximumError.map(Quantity.scientific) ?? "–",
                    row.exponent.map { Quantity.estimate($0) } ?? "–", Quantity.bytes(row.peakResidentBytes),
                    row.fastestFrom.map { Quantity.interval($0) } ?? "",
                ]
            }
        ).droppingEmptyColumns()
    }
}

/// Windows of several engines: see `EngineStandings`.
enum EngineWindows: Finding {
    static let phase = Phase.prefill

    static func figure(_ findings: Findings) -> Plot? {
        EngineShares.plot(findings, named: "engine-windows") { $0.phase == .prefill && $0.window != nil }
    }
}

/// One step of decoding in several engines: see `EngineStandings`.
enum EngineSteps: Finding {
    static let phase = Phase.decode

    static func figure(_ findings: Findings) -> Plot? {
        EngineShares.plot(findings, named: "engine-steps") {
            $0.phase == .decode && $0.isOverKeysAndValues
        }
    }
}

/// Share of a limit against length, the fastest kernel of each engine: of the peak, or in decoding of the read bandwidth.
private enum EngineShares {
    static func plot(
        _ findings: Findings, named name: String, where isShown: (EngineStanding) -> Bool
    ) -> Plot? {
        let shown = findings[EngineStandings.self].filter(isShown)
        let most = shown.map(\.engines).max()
        guard let standing = shown.first(where: { $0.engines == most }) else { return nil }
        var engines: Set<String> = []
        let leaders = standing.rows.filter { engines.insert($0.engine).inserted }
        let styles = SeriesStyle.styles(for: leaders.map { (label: $0.series, family: $0.engine) })
        let traces = leaders.flatMap { row -> [Plot.Trace] in
            guard let series = findings.analysis.series(labelled: row.series), let style = styles[row.series] else {
                return []
            }
            let rows = series.points.compactMap { self.row($0, standing.phase) }
            return Plot.Trace.joined(series: row.series, style: style, rows: rows)
        }
        let rows = traces.flatMap(\.rows)
        guard let shortest = rows.map(\.x).min(), let longest = rows.map(\.x).max(), shortest < longest else {
            return nil
        }
        let isDecode = standing.phase == .decode
        return Plot(
            name: name, title: title(standing), method: method(standing), notes: [],
            x: .lengths(from: Int(saturating: shortest / 1.1), to: Int(saturating: longest)),
            y: .linear(to: Plot.most(of: rows, []) * 1.08),
            xLabel: isDecode ? "cached tokens n" : "sequence length n (tokens)",
            yLabel: "share of the measured \(isDecode ? "read bandwidth" : "peak") (%)",
            columns: ("tokens", isDecode ? "percentOfBandwidth" : "percentOfPeak"), traces: traces, guides: [])
    }

    private static func method(_ standing: EngineStanding) -> String {
        let share =
            standing.phase == .decode
            ? "The least bytes that a step must read and write, over its time and over the read bandwidth of memory that was "
                + "measured on the same cores; above 100 % a cache held them."
            : "Useful FLOP/s over the peak that was measured on the same cores: pairs that a kernel computes and then masks do "
                + "not count."
        return "\(standing.problem). \(share) The fastest kernel of each engine. Medians with 95 % intervals."
    }

    /// "full is the fastest of 3 engines at 16K tokens; acme/flash takes 1.20× [1.19, 1.21] its time".
    static func title(_ standing: EngineStanding) -> String {
        let first = standing.rows[0]
        let second = standing.rows.first { $0.engine != first.engine } ?? first
        let length = Quantity.tokens(standing.length) + " " + standing.phase.lengthNoun
        return "\(first.series) is the fastest of \(standing.contenders) at \(length); "
            + "\(second.series) takes \(Quantity.interval(second.timeRatio, unit: "×")) its time"
    }

    private static func row(_ point: Point, _ phase: Phase) -> Plot.Row? {
        let utilisation = point.utilisation
        let fraction = phase == .decode ? utilisation.fractionOfBandwidth : utilisation.fractionOfPeak
        return fraction.map { fraction in
            Plot.Row(
                x: Double(point.keyLength), point.median.reciprocal.scaled(by: 100 * fraction * point.median.value))
        }
    }
}
