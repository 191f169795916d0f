import Analysis
import Drawing
import Statistics

extension Document {
    /// Several results side by side: how they differ first, then what each says, then what each was measured on.
    init(
        overlaying sources: [ReportSource], figures: [(figure: Figure, drawn: [FigureFormat])], cautions: [Caution],
        formats: Set<Report.Format>
    ) {
        let labels = sources.map(\.label)
        title = "What attention costs: " + AbsentCells.list(labels)
        subtitle = sources.map { source in
            let header = source.results.header
            return "\(source.label): \(header.machine.cpuModel), \(header.startedAt), commit \(header.build.commit)"
                + (header.build.dirty ? " with uncommitted changes" : "")
        }.joined(separator: ". ")
        let doubts = OverlaySentences.cautions(sources) + cautions
        var blocks: [Block] = [
            .list(OverlaySentences.ratios(sources).map { $0 + "." }), .cautions(doubts.map(\.description)),
        ]
        blocks += figures.map { .figure($0.figure, drawn: $0.drawn) }
        blocks += [
            .heading("Side by side"),
            .table(caption: "Growth and cost by series", OverlayTables.series(sources)),
            .table(caption: "Time of every common cell", OverlayTables.cells(sources)),
        ]
        let merged = Findings(merging: sources.map { ($0.label, $0.findings) })
        blocks += merged.blocks(in: .ranks)
        for source in sources {
            let lines = Headlines(source.findings).lines
            blocks += [.heading("What \(source.label) says"), .list(lines)]
            if !source.analysis.absent.isEmpty {
                blocks.append(.table(caption: AbsentCells.caption, AbsentCells.table(source.analysis.absent)))
            }
        }
        blocks += [
            .heading("Environment"),
            .table(caption: "What was measured, and on which machine", OverlayTables.environment(sources)),
            .table(caption: "Checks of the environment (unknown never counts as ok)", OverlayTables.checks(sources)),
            .heading("How to reproduce"),
        ]
        blocks += sources.map { Self.howToRepeat($0.results.header.command) }
        blocks += [.heading("What the numbers mean"), .list(Self.meanings + [Self.ratioMeaning])]
        blocks += [.heading("Raw data"), .links(Self.dataLinks(sources, formats))]
        self.blocks = blocks
    }

    private static let ratioMeaning =
        "Ratio: time over that of the first results, the two medians taken as independent. Its interval covers the noise "
        + "inside each run, not what changed between the runs."
}
