import Analysis
import Attention
import Benchmarking
import Escaping
import Foundation
import Kernels
import Records
import TestSupport
import Testing

@testable import Reporting

/// What a reviewer gets, read as a reviewer would read it.
@Suite struct BundleTests {
    private static let tools = ["zip", "unzip", "sha256sum"]
    private static let areThere = tools.allSatisfy { OutsideTool($0) != nil }
    private static let missing: Comment = "zip, unzip or sha256sum is not installed"

    /// Five launches of this program's `full`, and of FlexAttention in PyTorch.
    static let source: ReportSource = {
        func measured(_ kernel: String, launch: Int, microseconds: Int, _ origin: KernelOrigin) -> Records.Measurement {
            let planted = PlantedSamples.measured(
                kernel, 1024, launch: launch, [microseconds, microseconds + 9, microseconds + 4], 1)
            return Measurement(
                workload: planted.workload, origin: origin, launch: launch, work: planted.work, scratchBytes: 0,
                outcome: planted.outcome)
        }
        var torch = KernelOrigin(engine: EngineIdentity(name: "torch", version: "2.15_0"), place: 0)
        let measurements = (0..<5).flatMap { launch -> [Records.Measurement] in
            torch.engineDetails = ["MKL": "AVX2 & more", "float32 product": "\(100 + launch / 4) GFLOP/s"]
            return [
                measured("full", launch: launch, microseconds: 4000 + launch, .planted("full")),
                measured("torch/flex-causal", launch: launch, microseconds: 9000 + 2 * launch, torch),
            ]
        }
        let skipped = PlantedSamples.absent("full", 4096, .skipped(reason: "it needs 9 TiB"))
        return ReportSource(
            label: "planted", results: Results(header: PlantedResults.header, measurements: measurements + [skipped]))
    }()

    private static func bundle() -> ReportBundle {
        ReportBundle(Report([source]), results: [Data("the results\n".utf8)])
    }

    /// Unpacks a bundle and gives its folder.
    private static func inBundle(_ body: (URL) throws -> Void) throws {
        try ReportTests.inDirectory { directory in
            #expect(try bundle().write(to: directory).isEmpty)
            let unzip = try #require(OutsideTool("unzip"))
            let result = try unzip.run(["-q", ReportBundle.fileName], in: directory)
            #expect(result.status == 0, "\(result.output)")
            try body(directory.appendingPathComponent("attnbench-scaling"))
        }
    }

    @Test(.enabled(if: areThere, missing)) func everyFileIsThereAndHasItsChecksum() throws {
        try Self.inBundle { folder in
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(
                Set(names) == [
                    "README.md", "SHA256SUMS", "environment.json", "methods.md", "methods.tex", "references.bib",
                    "report",
                    "sweep.yaml",
                ])
            let sums = try String(contentsOf: folder.appendingPathComponent("SHA256SUMS"), encoding: .utf8)
            let files = FileManager.default.subpaths(atPath: folder.path)!.filter { $0.contains(".") }
            #expect(sums.split(separator: "\n").count == files.count, "every file but the list itself")
            #expect(sums.contains("  report/results.jsonl\n"))
            let check = try #require(OutsideTool.sha256sum).run(["-c", "SHA256SUMS"], in: folder)
            #expect(check.status == 0, "\(check.output)")
        }
    }

    @Test(.enabled(if: areThere, missing)) func theSameResultsGiveTheSameBytes() throws {
        try ReportTests.inDirectory { directory in
            let folders = ["a", "b"].map(directory.appendingPathComponent)
            let bytes = try folders.map { folder in
                try #expect(Self.bundle().write(to: folder).isEmpty)
                return try Data(contentsOf: folder.appendingPathComponent(ReportBundle.fileName))
            }
            #expect(bytes[0] == bytes[1])
            #expect(bytes[0].count > 10_000)
        }
    }

    /// As the README says.
    @Test(.enabled(if: areThere, missing)) func figuresAreDrawnAgain() throws {
        try Self.inBundle { folder in
            let readme = try String(contentsOf: folder.appendingPathComponent("README.md"), encoding: .utf8)
            let command = try #require(readme.firstMatch(of: #/cp -r report.*done/#)).0
            let result = try #require(OutsideTool("sh")).run(["-c", String(command)], in: folder)
            #expect(result.status == 0, "\(result.output)")
            let drawn = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/redrawn")
                .filter { $0.hasSuffix(".svg") || $0.hasSuffix(".png") }
            #expect(!drawn.isEmpty)
            for name in drawn {
                let files = ["redrawn", "report/figures"].map {
                    FileManager.default.contents(atPath: "\(folder.path)/\($0)/\(name)")
                }
                #expect(files[0] == files[1], "\(name)")
            }
        }
    }

    @Test func theReadmeIsAsReviewed() {
        let text = MarkdownDocument.text(Document(bundleOf: [Self.source]))
        #expect(text == Golden.text("bundle-readme.md", updatingTo: text))
        let several = MarkdownDocument.text(Document(bundleOf: PlantedResults.oldAndNew))
        #expect(several == Golden.text("bundle-readme-of-two.md", updatingTo: several))
    }

    @Test func methodsAreAsReviewed() {
        let methods = Methods(Self.source)
        #expect(methods.markdown.text == Golden.text("methods.md", updatingTo: methods.markdown.text))
        #expect(methods.laTeX.text == Golden.text("methods.tex", updatingTo: methods.laTeX.text))
        let references = Works.bibliography(methods.works)
        #expect(references == Golden.text("references.bib", updatingTo: references))
        #expect(methods.markdown.text.contains("medians over 5 launches with 95 % intervals"))
    }

    @Test func onlyTheDateOfAPDFIsFixed() {
        let pdf = Data("%PDF\u{0}/CreationDate (D:20261128212647Z)\n9 0 obj".utf8)
        #expect(PDFDate.fixed(in: pdf) == Data("%PDF\u{0}/CreationDate (D:19800101000000Z)\n9 0 obj".utf8))
        for other in ["%PDF", "/CreationDate (D:2026", "/CreationDate (D:today, at noon)"].map({ Data($0.utf8) }) {
            #expect(PDFDate.fixed(in: other) == other)
        }
    }

    private static let laTeX = (OutsideTool("pdflatex"), OutsideTool("bibtex"))

    @Test(.enabled(if: laTeX.0 != nil && laTeX.1 != nil, "no LaTeX is installed: scripts/setup --latex"))
    func aPaperTakesTheMethodsAndCitesEveryWork() throws {
        let (latex, bibtex) = (try #require(Self.laTeX.0), try #require(Self.laTeX.1))
        try ReportTests.inDirectory { directory in
            try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
            let paper = """
                \\documentclass{article}\\usepackage[T1]{fontenc}
                \\begin{document}\\input{methods}\\nocite{*}\\bibliographystyle{plain}\\bibliography{references}\\end{document}
                """
            let all = Works.bibliography(Works.entries.map(\.key))
            for (name, text) in [
                ("paper.tex", paper), ("methods.tex", Methods(Self.source).laTeX.text), ("references.bib", all),
            ] {
                try Data(text.utf8).write(to: directory.appendingPathComponent(name))
            }
            let flags = ["-interaction=nonstopmode", "-halt-on-error", "paper.tex"]
            for (tool, arguments) in [(latex, flags), (bibtex, ["paper"]), (latex, flags), (latex, flags)] {
                let result = try tool.run(arguments, in: directory)
                #expect(result.status == 0, "\(result.output.suffix(1500))")
                #expect(!result.output.contains("Warning--"), "\(result.output.suffix(1500))")
            }
            let log = String(
                decoding: try Data(contentsOf: directory.appendingPathComponent("paper.log")), as: UTF8.self)
            #expect(!log.contains("undefined"), "\(log.suffix(1500))")
        }
    }
}

/// The catalogue of works.
@Suite struct WorksTests {
    @Test func everyKernelHasItsWorks() {
        #expect(Set(Works.ofKernels.keys) == Set(Kernel.builtIn.names))
        #expect(Works.ofKernels.filter(\.value.isEmpty).map(\.key) == ["reference"])
    }

    @Test func everyEngineHasItsWorks() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.repository + "/Benchmarks/engines")
        let engines = files.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }
        #expect(Set(Works.ofEngines.keys) == Set(engines))
    }

    @Test func everyKeyIsAnEntryOnce() {
        let keys = Works.entries.map(\.key)
        #expect(Set(keys).count == keys.count)
        #expect(Array(keys.dropFirst()) == keys.dropFirst().sorted(), "after attnbench itself, in the order of names")
        let cited = Works.ofKernels.values.flatMap { $0 } + Works.ofEngines.values.flatMap { $0 }
        #expect(Set(cited).isSubset(of: keys))
        let everyFormat = CacheFormat.allCases.flatMap(Works.of)
        let everyOption = ScoreOption.allCases.flatMap(Works.of)
        let others = everyFormat + everyOption + Works.ofFlexAttention + [Works.attnbench]
        #expect(Set(cited + others) == Set(keys), "each is cited")
        for entry in Works.entries {
            for field in ["title = {", "author = {", "year = {"] { #expect(entry.text.contains(field), "\(entry.key)") }
            #expect(entry.text.count { $0 == "{" } == entry.text.count { $0 == "}" }, "\(entry.key)")
        }
    }

    private static let repository = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path
}

/// A sweep that is written as a file is the same sweep when it is read.
@Suite struct SweepTextTests {
    private static let kernels =
        Kernel.builtIn + [Kernel("acme/flash", summary: "", masks: .causal)]

    @Test(arguments: [
        "{name: a, kernels: [full, acme/flash], lengths: [512..4K*2], timeBudget: 90s}",
        """
        {name: b, description: "with: signs # and \\"quotes\\"", kernels: [sliding-window, attention-sink], lengths: [1K],
        window: [256, 1K], sinks: 4, heads: [{query: 8, keyValue: 2}, {query: 1}], headDimension: [64, 128],
        elementType: [float32, bfloat16], threads: [1, 2], batch: 3, also: [{phase: decode, kernels: decode-full,
        cacheFormat: [q8_0, {key: q8_0, value: q4_0}]}, {kernels: chunked-local, chunk: 512}]}
        """,
        """
        {name: c, kernels: [sliding-window], lengths: [1K], window: 256, also: [{phase: decode, kernels: decode-full,
        lengths: [2K, 8K], cacheFormat: [q8_0, {key: q8_0, value: q4_0}]}, {kernels: chunked-local, chunk: 512}]}
        """,
        """
        {name: d, kernels: full, lengths: [1K], softCap: [none, 50], sinkLogits: true, also: [{softCap: none}, {phase: decode,
        kernels: decode-full, lengths: [2K], softCap: 2.5, alibi: [false, true]}]}
        """,
    ]) func isReadBack(yaml: String) throws {
        let sweep = try SweepFile.parse(yaml, file: "given", kernels: Self.kernels)
        let text = SweepText.yaml(sweep)
        #expect(try SweepFile.parse(text, file: "written", kernels: Self.kernels) == sweep, "\(text)")
    }
}
