import Analysis
import Quantities
import Records
import Statistics

/// What several results say about each other, in sentences without a full stop.
public enum OverlaySentences {
    /// "new takes 0.52× the time of old in the median of 78 cells (0.50× to 0.61×)", one for each but the first.
    public static func ratios(_ sources: [ReportSource]) -> [String] {
        guard let base = sources.first else { return [] }
        return sources.dropFirst().map { source in
            let ratios = TimeRatio.all(of: source.analysis, over: base.analysis).map(\.ratio.value).sorted()
            guard let least = ratios.first, let most = ratios.last else {
                return "\(source.label) and \(base.label) have no common cell"
            }
            let middle = ratios.median
            let cells = ratios.count == 1 ? "in the one cell" : "in the median of \(Quantity.count(ratios.count)) cells"
            let range = ratios.count == 1 ? "" : " (\(Quantity.ratio(least)) to \(Quantity.ratio(most)))"
            return "\(source.label) takes \(Quantity.ratio(middle)) the time of \(base.label) \(cells)" + range
        }
    }

    /// What forbids to take a ratio for a verdict on the code, then the doubts of each source under its name.
    public static func cautions(_ sources: [ReportSource]) -> [Caution] {
        guard let base = sources.first else { return [] }
        let own = sources.flatMap { source in
            source.analysis.cautions.map { sources.count == 1 ? $0 : Caution("\(source.label): \($0)") }
        }
        return sources.dropFirst().flatMap { source in
            let (one, other) = (base.results.header, source.results.header)
            let machines = differences(of: one, from: other)
            return [
                machines.isEmpty
                    ? Caution(
                        "\(base.label) and \(source.label) were measured one after the other: their ratio includes whatever "
                            + "changed on the machine between the runs")
                    : Caution(
                        "\(base.label) and \(source.label) come from different machines (\(machines.joined(separator: "; "))): "
                            + "their ratio describes these machines and is no verdict on the code"),
                shapes(source, over: base),
            ].compactMap { $0 }
        } + own
    }

    private static func differences(of one: ResultsHeader, from other: ResultsHeader) -> [String] {
        let (a, b) = (one.machine, other.machine)
        return [
            a.cpuModel == b.cpuModel && a.cpuRevision == b.cpuRevision
                ? nil
                : "CPU \(a.cpuModel), \(a.cpuRevision ?? "revision unknown"), against \(b.cpuModel), "
                    + "\(b.cpuRevision ?? "revision unknown")",
            a.logicalCPUs == b.logicalCPUs ? nil : "\(a.logicalCPUs) against \(b.logicalCPUs) logical CPUs",
            a.caches == b.caches ? nil : "other caches",
            a.memoryBytes == b.memoryBytes
                ? nil : "\(Quantity.bytes(a.memoryBytes)) against \(Quantity.bytes(b.memoryBytes)) of memory",
            a.kernelRelease == b.kernelRelease ? nil : "kernel \(a.kernelRelease) against \(b.kernelRelease)",
        ].compactMap { $0 }
    }

    /// Series that are laid over each other by their label though they compute something else.
    private static func shapes(_ source: ReportSource, over base: ReportSource) -> Caution? {
        let pairs = source.analysis.series.compactMap { series in
            TimeRatio.counterpart(of: series, in: base.analysis).map { (series.parameters, $0.parameters) }
        }
        func differs<Value: Hashable>(_ value: (SeriesParameters) -> Value, _ name: String) -> String? {
            pairs.contains { value($0) != value($1) } ? name : nil
        }
        let names = [
            differs(\.elementType, "element type"), differs(\.headDimension, "head dimension"),
            differs(\.mask, "mask"), differs(\.threads, "threads"), differs(\.batch, "batch"),
            differs(\.queryHeads, "query heads"), differs(\.keyValueHeads, "key heads"),
        ].compactMap { $0 }
        guard !names.isEmpty else { return nil }
        return Caution(
            "\(base.label) and \(source.label) differ in \(AbsentCells.list(names)), and not only in the machine")
    }
}
