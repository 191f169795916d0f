import Analysis
import Attention
import Drawing
import Foundation
import Quantities

/// Memory of a loss beside inputs and gradients against the words of the vocabulary: flat where no kernel holds all logits.
enum LossMemory: Finding {
    static let phase = Phase.loss
    static let key: String? = "vocabularyMemory"

    static func find(in analysis: ScalingAnalysis) -> [VocabularyMemory] { VocabularyMemory.all(in: analysis) }

    static func label(of memory: VocabularyMemory) -> String? { memory.series }

    static func relabelled(_ memory: VocabularyMemory, for source: String) -> VocabularyMemory? {
        var memory = memory
        memory.series = ScalingAnalysis.label(memory.series, source: source)
        return memory
    }

    static func figure(_ findings: Findings) -> Plot? {
        let analysis = findings.analysis.only(.loss)
        let memories = findings[LossMemory.self].filter { $0.rows.count > 1 }
        let styles = SeriesStyle.styles(for: analysis.series)
        let traces = memories.flatMap { memory in
            styles[memory.series].map { drawn(memory, $0) } ?? []
        }
        let rows = traces.flatMap(\.rows)
        guard let fewest = rows.map(\.x).min(), let most = rows.map(\.x).max(), fewest < most,
            let least = rows.map(\.y).min(), let largest = rows.map(\.y).max()
        else { return nil }
        return Plot(
            name: "loss-memory", title: title(memories),
            method:
                "Loss and gradients in one call, \(analysis.conditions). Points: growth of the process's peak resident memory since before "
                + "the cell, less hidden states, classifier and both gradients. Lines: the kernel's own memory, computed from the sizes.",
            notes: [], x: .words(from: Int(saturating: fewest), to: Int(saturating: most)),
            y: .bytes(from: least / 1.6, to: largest * 1.6), xLabel: analysis.lengthAxisName,
            yLabel: "memory beside inputs and gradients", columns: ("words", "bytes"), traces: traces, guides: [])
    }

    private static func drawn(_ memory: VocabularyMemory, _ style: SeriesStyle) -> [Plot.Trace] {
        func rows(_ bytes: (VocabularyMemory.Row) -> Int?) -> [Plot.Row] {
            // A logarithmic axis has no place for less than nothing.
            memory.rows.compactMap { row in
                bytes(row).flatMap { $0 > 0 ? Plot.Row(x: Double(row.words), y: Double($0)) : nil }
            }
        }
        return [
            Plot.Trace(series: memory.series, kind: .theory, style: style, rows: rows(\.predictedOwnBytes)),
            Plot.Trace(series: memory.series, kind: .measured, style: style, rows: rows(\.ownBytes)),
        ].filter { !$0.rows.isEmpty }
    }

    private static func title(_ memories: [VocabularyMemory]) -> String {
        let flat = memories.filter { $0.growth == .flat }
        if flat.isEmpty { return "Memory of a loss beside inputs and gradients, by words of the vocabulary" }
        return
            "Memory beside inputs and gradients does not grow with the vocabulary in \(flat.count) of \(memories.count) series"
    }
}

extension LossMemory {
    /// "Memory beside inputs and gradients: that of cross-entropy-cut (V^0.00, 41 MiB at 128K words) is flat in the vocabulary; that of
    /// cross-entropy-logits (V^1.00, 256 MiB at 128K words) grows in proportion to the vocabulary."
    static func sentences(_ findings: Findings) -> [String] {
        let memories = findings[LossMemory.self].filter { $0.growth != .unknown }
        guard !memories.isEmpty else { return [] }
        let clauses = VocabularyMemory.Growth.allCases.compactMap { growth -> String? in
            let those = memories.filter { $0.growth == growth }.map { "that of \($0.series) (\(evidence($0)))" }
            return those.isEmpty ? nil : "\(AbsentCells.list(those)) \(verb(growth, those.count))"
        }
        return ["Memory beside inputs and gradients: " + clauses.joined(separator: "; ") + "."]
    }

    private static func evidence(_ memory: VocabularyMemory) -> String {
        let power = memory.power.map { "V^\(Quantity.number($0, place: -2)), " } ?? ""
        guard let last = memory.rows.last else { return power }
        return power + "\(Quantity.bytes(last.ownBytes)) at \(Quantity.tokens(last.words)) words"
    }

    private static func verb(_ growth: VocabularyMemory.Growth, _ count: Int) -> String {
        switch growth {
        case .flat: count == 1 ? "is flat in the vocabulary" : "are flat in the vocabulary"
        case .proportional: (count == 1 ? "grows" : "grow") + " in proportion to the vocabulary"
        case .other: (count == 1 ? "grows" : "grow") + " by another power of the vocabulary"
        case .unknown: count == 1 ? "is not known" : "are not known"
        }
    }

    static func blocks(in section: Section, _ findings: Findings) -> [Document.Block] {
        guard section == .losses else { return [] }
        return .table(
            "How the memory of a loss grows with the words of the vocabulary", table(findings[LossMemory.self]))
    }

    /// One row a series: its memory at the largest vocabulary, and the power of the words by which it grows over all of them.
    static func table(_ memories: [VocabularyMemory]) -> Table {
        func text(_ power: Double?) -> String { power.map { Quantity.number($0, place: -2) } ?? "–" }
        return Table(
            columns: [
                .init("series", .left), .init("words"), .init("peak memory"), .init("inputs and gradients"),
                .init("beside them"), .init("predicted"), .init("grows as words to the power"),
                .init("predicted power"), .init("verdict", .left),
            ],
            rows: memories.compactMap { memory in
                memory.rows.last.map { last in
                    [
                        memory.series, Quantity.tokens(last.words), Quantity.bytes(last.peakResidentBytes),
                        Quantity.bytes(last.tensorBytes), Quantity.bytes(last.ownBytes),
                        last.predictedOwnBytes.map(Quantity.bytes) ?? "–", text(memory.power),
                        text(memory.predictedPower), memory.growth.rawValue,
                    ]
                }
            })
    }
}
