import Analysis
import Attention
import Drawing
import Escaping
import Foundation

/// A figure of many series, drawn in parts.
///
/// There are seven colours, and beside a plotting area there is room for some two dozen names. A part with more kernels than
/// colours is split by the first parameter of problems that leaves fewer kernels in every part; a part with more series than names is
/// split by the first parameter that its series do not share. Rejected: always a figure for each problem, since a window is
/// read best beside the full attention that it replaces.
struct FigureParts {
    /// What the series of this part share, such as "sliding-window(1024)" and "bfloat16"; empty where nothing was split.
    let names: [String]
    let findings: Findings

    static let mostKernels = SeriesStyle.colours.count
    static let mostSeries = 24

    /// What a figure shows of all that was found.
    enum Drawn {
        case only(Phase)
        case everyPhase
    }

    static func of(_ findings: Findings, drawing drawn: Drawn) -> [FigureParts] {
        let part =
            switch drawn {
            case .only(let phase): findings.only(phase)
            case .everyPhase: findings
            }
        return isCrowded(part)
            ? FigureParts(names: [], findings: part).split : [FigureParts(names: [], findings: findings)]
    }

    /// A plot of this part, under a name of its own.
    func named(_ plot: Plot) -> Plot {
        guard !names.isEmpty else { return plot }
        var plot = plot
        let words = names.flatMap { $0.split { !$0.isASCII || !($0.isLetter || $0.isNumber) } }
        plot.name = ([plot.name] + words.map { $0.lowercased() }).joined(separator: "-")
        let unsaid = names.filter { !plot.title.contains($0) }
        if !unsaid.isEmpty { plot.title = "\(unsaid.joined(separator: ", ")): \(plot.title)" }
        return plot
    }

    private static func isCrowded(_ findings: Findings) -> Bool {
        let series = findings.analysis.series
        return series.count > mostSeries || Set(series.map(\.kernel)).count > mostKernels
    }

    /// What problems differ in, as names of parts.
    private static let axes: [@Sendable (SeriesParameters) -> String] = [
        { $0.phase == .decode ? "decode" : "prefill" }, { "\($0.mask)" }, { $0.elementType.rawValue },
        { "d\u{A0}=\u{A0}\($0.headDimension)" },
        { "\($0.queryHeads):\($0.keyValueHeads)\u{A0}heads" }, { "\($0.storedAs)\u{A0}cache" },
        { "batch\u{A0}\($0.batch)" }, { "\($0.threads)\u{A0}threads" },
    ]

    private var split: [FigureParts] {
        let series = findings.analysis.series
        let kernels = Set(series.map(\.kernel)).count
        for axis in Self.axes {
            var values: [String] = []
            for value in series.map({ axis($0.parameters) }) where !values.contains(value) { values.append(value) }
            if values.count < 2 { continue }
            let parts = values.map { value in
                FigureParts(
                    names: names + [value],
                    findings: findings.keeping(findings.analysis.only { axis($0.parameters) == value }))
            }
            let hasFewerKernels = parts.allSatisfy { Set($0.findings.analysis.series.map(\.kernel)).count < kernels }
            if series.count > Self.mostSeries || (kernels > Self.mostKernels && hasFewerKernels) {
                return parts.flatMap(\.split)
            }
        }
        return [self]
    }
}
