import Analysis
import Escaping
import Quantities
import Records

extension Document {
    /// What a bundle says of itself to somebody who has only the bundle.
    init(bundleOf sources: [ReportSource]) {
        let headers = sources.map(\.results.header)
        title = "Measurements of attention: \(AbsentCells.list(headers.map(\.sweep.name)))"
        subtitle =
            "This archive has the measurements behind a report of attnbench, the report itself, and all that is needed to "
            + "check it, to draw its figures again and to measure again."
        let names = BundleNames(sources)
        let verb = sources.count == 1 ? "has" : "have"
        var blocks: [Block] = [
            .heading("What is here"), .table(caption: "Files", Self.files(names)),
            .heading("Is it complete?"), .command("sha256sum -c \(ReportBundle.checksums)"),
            .heading("Draw the figures again"),
        ]
        blocks += Self.drawing
        blocks += [
            .heading("Write the report again"),
            .command("attnbench report \(names.results.joined(separator: " ")) --output again"),
            .paragraph("Nothing is measured: the same results give the same report on any machine."),
            .heading("Measure again"),
        ]
        for source in sources { blocks += Self.measuring(source, among: sources) }
        blocks += [
            .heading("What measured"), .table(caption: "Engines", Self.engines(sources)),
            .paragraph(
                "report/README.md describes the machine, the build and the checks of the environment; "
                    + "\(AbsentCells.list(names.environments)) \(verb) them for programs."),
            .heading("In a paper"),
            .paragraph(
                "methods.md and methods.tex say in one paragraph what was measured and how, with numbers from these results. Their "
                    + "citations are in references.bib (\\input{methods}, \\bibliography{references}). report/report.tex has the tables and "
                    + "figures."),
        ]
        self.blocks = blocks
    }

    private static func files(_ names: BundleNames) -> Table {
        var rows = names.results.map { [$0, "every sample, with the evidence beside it; all else is made from it"] }
        rows += [
            ["report/index.html, report/README.md", "the report, as a page and in Markdown"],
            ["report/report.tex", "tables and figures of the report, for LaTeX"],
            ["report/figures", "each figure as SVG, PNG and PDF, with its script (.gp) and its data (.csv)"],
            ["report/cells.csv, report/cells.json, report/samples.csv", "tables of all cells and of all samples"],
            ["report/analysis*.json", "the fits, crossovers and forecasts"],
        ]
        rows += names.sweeps.map { [$0, "what was measured, as a sweep file"] }
        rows += names.environments.map { [$0, "the machine, the build, the engines and their versions"] }
        rows += [
            ["methods.md, methods.tex, references.bib", "a paragraph on methods, and the works that it cites"],
            [ReportBundle.checksums, "the SHA-256 of every other file"],
        ]
        return Table(columns: [.init("file", .left), .init("what it is", .left)], rows: rows)
    }

    private static let drawing: [Block] = [
        .command("cp -r report/figures redrawn && cd redrawn && for figure in *.gp; do gnuplot \"$figure\"; done"),
        .paragraph(
            "gnuplot 5.4 or later draws each figure from its script and its data alone. The same gnuplot gives the same SVG and "
                + "PNG; in a PDF the date differs."),
    ]

    private static func measuring(_ source: ReportSource, among sources: [ReportSource]) -> [Block] {
        let header = source.results.header
        let launches = source.analysis.series.flatMap(\.points).map(\.sampling.launches).max() ?? 1
        let sweep = source.fileName("sweep", extension: "yaml", among: sources)
        let words =
            ["attnbench", "run", sweep, "--seed", "\(header.seed)"]
            + (launches > 1 ? ["--launches", "\(launches)"] : [])
        let engines = MeasuredEngine.all(in: source.results).map(\.identity).filter { !$0.isBuiltIn }
        let installing = engines.map { "scripts/setup --engine \(FileName.part($0.name))" }
        let building = ["scripts/setup"] + installing + ["swift build -c release --product attnbench"]
        let changes = header.build.dirty ? ", to which there were uncommitted changes" : ""
        let blocks: [Block] = [
            .paragraph(
                "In a checkout of attnbench at the commit \(header.build.commit)\(changes), with Swift and the packages that "
                    + "scripts/setup installs:"),
            .command(building.joined(separator: " && ")),
            .command(ShellCommand(words).description),
            .paragraph(
                "The program is .build/release/attnbench of that checkout. Engines are installed in their newest version; the table "
                    + "below has the versions that were measured. The results here were made by this command:"),
            howToRepeat(header.command),
        ]
        return sources.count == 1 ? blocks : [.paragraph("\(source.label):")] + blocks
    }

    private static func engines(_ sources: [ReportSource]) -> Table {
        let rows = sources.flatMap { source in
            MeasuredEngine.all(in: source.results).map { engine -> [String] in
                let details = engine.details.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
                let device = engine.device.map { ["device: \($0)"] } ?? []
                let commit = "commit \(source.results.header.build.commit)"
                let version = engine.identity.isBuiltIn ? commit : engine.identity.version
                return [source.label, engine.identity.name, version, (device + details).joined(separator: "; ")]
            }
        }
        let table = Table(
            columns: [
                .init("results", .left), .init("engine", .left), .init("version", .left),
                .init("what it says of itself", .left),
            ], rows: rows
        ).droppingEmptyColumns()
        return sources.count == 1 ? table.dropping([0]) : table
    }
}

/// What the files of each source are called in a bundle.
private struct BundleNames {
    let results: [String]
    let sweeps: [String]
    let environments: [String]

    init(_ sources: [ReportSource]) {
        results = sources.map { "report/" + $0.fileName("results", extension: "jsonl", among: sources) }
        sweeps = sources.map { $0.fileName("sweep", extension: "yaml", among: sources) }
        environments = sources.map { $0.fileName("environment", extension: "json", among: sources) }
    }
}
