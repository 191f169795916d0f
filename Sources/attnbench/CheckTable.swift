import Attention
import Benchmarking
import Escaping
import Kernels
import Quantities
import Reporting
import Statistics

/// The table of `check`, printed row by row: kernels that are compiled for each problem take minutes, and whoever stops the
/// command keeps the rows that stand.
struct CheckTable {
    /// What a row is about.
    struct Subject {
        let name: String
        let elementTypes: [ElementType]
        /// Of its mask, in all its element types.
        let caseCount: Int
    }

    /// What the hard cases said about a kernel.
    struct Findings {
        let elementTypes: [ElementType]
        let cases: Int
        let skipped: Int
        let largestError: Double
        let largestShare: Double
        let verdict: Columns.Cell
    }

    let paint: Paint
    private let console: Console
    private let progress: any ProgressObserver
    private let widths: [Int]

    /// - Parameter heading: of the first column.
    init(
        of subjects: [Subject], heading: String = "kernel", on console: Console, _ options: OutputOptions
    ) {
        self.console = console
        paint = options.paint(on: console)
        progress = options.progress(on: console)
        let headings = [heading, "types", "cases", "error", "of bound", "verdict"]
        let widest = subjects.map { subject in
            [
                subject.name, Self.types(subject.elementTypes), Self.cases(subject.caseCount, of: subject.caseCount),
                "",
                "", "",
            ]
        }
        widths = headings.indices.map { column in ([headings] + widest).map { $0[column].count }.max() ?? 0 }
        console.output(Columns.line(headings.map { Columns.Cell($0) }, widths: widths) + Columns.rule(widths: widths))
    }

    /// Says which kernel is looked at, and how far that has come.
    func follow(_ kernel: String) -> Conformance.Follower {
        { [progress] done, total in
            progress.report(ProgressEvent(phase: .checking, cell: kernel, done: done, total: total, secondsLeft: nil))
        }
    }

    func print(_ kernel: String, _ findings: Findings) {
        progress.end()
        console.output(Columns.line(Self.row(kernel, findings), widths: widths))
    }

    static func row(_ kernel: String, _ found: Findings) -> [Columns.Cell] {
        // What an engine writes may be anything.
        let share = found.largestShare.isFinite ? "\(Int(saturating: (found.largestShare * 100).rounded(.up))) %" : "-"
        return [
            Columns.Cell(kernel), Columns.Cell(types(found.elementTypes)),
            Columns.Cell(cases(found.cases, of: found.cases + found.skipped)),
            Columns.Cell(Quantity.scientific(found.largestError)), Columns.Cell(share), found.verdict,
        ]
    }

    private static func cases(_ count: Int, of total: Int) -> String { "\(count) of \(total)" }

    private static func types(_ types: [ElementType]) -> String {
        types.count == ElementType.allCases.count ? "all" : types.map(\.rawValue).joined(separator: " ")
    }
}

extension CheckTable.Findings {
    init(_ found: Conformance, _ paint: Paint) {
        let failed = found.failures.isEmpty ? "ENGINE FAILED" : "WRONG"
        self.init(
            elementTypes: found.elementTypes, cases: found.cases, skipped: found.skipped,
            largestError: found.largestError, largestShare: found.largestShare,
            verdict: found.isConforming ? paint("ok", .green) : paint(failed, .red))
    }
}

extension CheckTable.Subject {
    /// A kernel of one rank, in this process or in an engine.
    init(_ kernel: Kernel) {
        self.init(
            name: kernel.name, elementTypes: kernel.elementTypes,
            caseCount: ElementType.allCases.reduce(0) { $0 + ProblemCases.all(for: kernel, in: $1).count })
    }
}
