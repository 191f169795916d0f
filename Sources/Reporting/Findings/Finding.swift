import Analysis
import Attention
import Drawing
import Statistics

/// One question that a report answers: what is computed, its sentences, its figure, its tables and its place in
/// `analysis.json`. A finding is one file of this folder and one row of `Findings.kinds`; what it does not have, it leaves
/// out.
protocol Finding: SendableMetatype {
    /// What it computes beyond the series themselves, one value a comparison; `Never` where the series say it all.
    associatedtype Row: Codable & Sendable = Never

    /// Whether prompts, decoding steps or training are its matter: figures of what a report is about come first.
    static var phase: Phase { get }
    /// The rows' key in `analysis.json`; nil where there are none.
    static var key: String? { get }
    static func find(in analysis: ScalingAnalysis) -> [Row]
    /// The label of a series without which a row says nothing: where one phase is shown alone, rows of others go. Nil for
    /// a row that stands in any phase.
    static func label(of row: Row) -> String?
    /// The row among those of several results, where the label of its series says whose it is. Nil for a row that
    /// compares series of one source, which is left to the source's own report.
    static func relabelled(_ row: Row, for source: String) -> Row?

    /// Sentences for the head of the report, the most important first.
    static func sentences(_ findings: Findings) -> [String]
    static func figure(_ findings: Findings) -> Plot?
    /// The series that its figure has all of, and for which it is drawn in parts where they are too many: see `FigureParts`.
    /// Nil where the figure chooses its series.
    static var drawn: FigureParts.Drawn? { get }
    /// What stands in a section of the report: tables and what belongs beside them.
    static func blocks(in section: Section, _ findings: Findings) -> [Document.Block]
}

/// The parts of a report that hold tables, in the order of the page.
enum Section: CaseIterable {
    /// One row a series: what the terminal prints too.
    case summary
    /// Several processes on one problem.
    case ranks
    case decoding, training, losses, farLengths, cells, accuracy, statistics
}

extension Finding {
    static var key: String? { nil }
    static func find(in analysis: ScalingAnalysis) -> [Row] { [] }
    static func label(of row: Row) -> String? { nil }
    static func relabelled(_ row: Row, for source: String) -> Row? { nil }
    static func sentences(_ findings: Findings) -> [String] { [] }
    static func figure(_ findings: Findings) -> Plot? { nil }
    static var drawn: FigureParts.Drawn? { nil }
    static func blocks(in section: Section, _ findings: Findings) -> [Document.Block] { [] }
}

/// All that one set of results says: its series, and what every kind of finding found in them. It is what `analysis.json`
/// holds.
public struct Findings: Sendable, Codable {
    /// Every finding, in the order in which a report shows them.
    static let kinds: [any Finding.Type] = [
        PromptTimes.self, EngineStandings.self, EngineWindows.self, Throughput.self, RooflineBounds.self,
        ThreadScaling.self, RankScaling.self, RankWeakScaling.self, RingHiding.self, RankTimeline.self,
        RankTraffic.self,
        WastedPairs.self, Crossovers.self, SelectionCosts.self, ScoreOptionCosts.self, PeakMemory.self, Forecasts.self,
        StepTimes.self, EngineSteps.self, StepBandwidth.self, StreamingCosts.self, TokenCosts.self,
        CacheFormatCosts.self,
        CacheAccuracy.self, TrainingCosts.self, TrainingMemoryCurves.self, LossTimes.self, LossMemory.self,
        WorkFunctions.self, LaunchVariance.self, QuietRun.self,
    ]

    public let analysis: ScalingAnalysis
    /// Of the kinds that have rows.
    private var rows: [ObjectIdentifier: any Sendable]

    public init(_ analysis: ScalingAnalysis) {
        self.init(analysis) { $0.find(in: analysis) }
    }

    private init(_ analysis: ScalingAnalysis, _ answer: (any Finding.Type) -> any Sendable) {
        self.analysis = analysis
        rows = Dictionary(uniqueKeysWithValues: Self.kinds.map { (ObjectIdentifier($0), answer($0)) })
    }

    /// What a kind of finding computed.
    subscript<Kind: Finding>(_ kind: Kind.Type) -> [Kind.Row] {
        // The initialisers give every kind rows of its own type.
        rows[ObjectIdentifier(kind)] as! [Kind.Row]
    }
}

extension Findings {
    /// What was found in one phase.
    func only(_ phase: Phase) -> Findings { keeping(analysis.only(phase)) }

    /// What was found in a part of the series.
    func keeping(_ part: ScalingAnalysis) -> Findings {
        let labels = Set(part.series.map(\.label))
        func kept<Kind: Finding>(_ kind: Kind.Type) -> [Kind.Row] {
            self[kind].filter { row in kind.label(of: row).map(labels.contains) ?? true }
        }
        return Findings(part) { kept($0) }
    }

    /// Several sets of results as one, for figures that lay them over one another.
    ///
    /// - Parameter parts: at least one; labels differ.
    init(merging parts: [(label: String, findings: Findings)]) {
        func relabelled<Kind: Finding>(_ kind: Kind.Type) -> [Kind.Row] {
            parts.flatMap { label, findings in findings[kind].compactMap { kind.relabelled($0, for: label) } }
        }
        self.init(ScalingAnalysis(merging: parts.map { ($0.label, $0.findings.analysis) })) { relabelled($0) }
    }
}

extension Findings {
    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        var rows: [ObjectIdentifier: any Sendable] = [:]
        for kind in Self.kinds { rows[ObjectIdentifier(kind)] = try Self.rows(of: kind, in: container) }
        analysis = try ScalingAnalysis(from: decoder)
        self.rows = rows
    }

    private static func rows<Kind: Finding>(
        of kind: Kind.Type, in container: KeyedDecodingContainer<Key>
    ) throws -> [Kind.Row] {
        // A finding that is younger than an analysis has no rows there.
        try kind.key.flatMap { try container.decodeIfPresent([Kind.Row].self, forKey: Key(stringValue: $0)) } ?? []
    }

    public func encode(to encoder: any Encoder) throws {
        try analysis.encode(to: encoder)
        var container = encoder.container(keyedBy: Key.self)
        for kind in Self.kinds { try encode(kind, to: &container) }
    }

    private func encode<Kind: Finding>(_ kind: Kind.Type, to container: inout KeyedEncodingContainer<Key>) throws {
        if let key = kind.key { try container.encode(self[kind], forKey: Key(stringValue: key)) }
    }
}

extension Findings {
    /// Every figure that these findings can fill, those of what the report is about first.
    func plots() -> [Plot] {
        let first: Phase = analysis.isAboutPrefill ? .prefill : .decode
        let inOrder = Self.kinds.filter { $0.phase == first } + Self.kinds.filter { $0.phase != first }
        return inOrder.flatMap { kind in
            guard let drawn = kind.drawn else { return [kind.figure(self)].compactMap { $0 } }
            return FigureParts.of(self, drawing: drawn).compactMap { part in
                kind.figure(part.findings).map(part.named)
            }
        }
    }

    /// The tables of a section that have rows, with what belongs beside them.
    func blocks(in section: Section) -> [Document.Block] { Self.kinds.flatMap { $0.blocks(in: section, self) } }

    /// One row a series, prompts and steps apart, and of several engines a table for each problem; without those that have no
    /// row.
    public var summaries: [(caption: String, table: Table)] {
        blocks(in: .summary).compactMap {
            if case .table(let caption, let table) = $0 { (caption, table) } else { nil }
        }
    }

    /// "Variance between launches 62 %, between rounds 28 %, within a round 10 % …"; nil for a single launch.
    public var varianceOverLaunches: String? { LaunchVariance.sentence(analysis) }

    func sentences(about phase: Phase) -> [String] {
        Self.kinds.filter { $0.phase == phase }.flatMap { $0.sentences(self) }
    }
}

extension [Document.Block] {
    /// The table where it has rows, nothing where it has none.
    static func table(_ caption: String, _ table: Table) -> [Document.Block] {
        table.rows.isEmpty ? [] : [.table(caption: caption, table)]
    }
}
