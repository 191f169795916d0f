import Analysis
import Quantities

extension Document {
    /// The tables of decoding, those that have rows.
    static func decode(_ analysis: ScalingAnalysis) -> [Block] {
        var blocks: [Block] = []
        func append(_ caption: String, _ table: Table) {
            if !table.rows.isEmpty { blocks.append(.table(caption: caption, table)) }
        }
        append("Every decode cell", ReportTables.decodeCells(analysis))
        for streaming in analysis.streaming {
            append(
                "Streaming: a token at \(Quantity.tokens(streaming.length)) tokens of text",
                ReportTables.streaming(streaming))
            blocks.append(.paragraph(ReportTables.streamingRemark))
        }
        append("A token read and a token written, attention of one layer", ReportTables.tokenCosts(analysis))
        append("One cache in several formats", ReportTables.cacheFormats(analysis))
        return blocks
    }

    static func decodeMeanings(_ analysis: ScalingAnalysis) -> [String] {
        guard analysis.series.contains(where: \.parameters.isDecode) else { return [] }
        return [
            "Decode: one query for each head, the last token, against all that is cached. Time is held against the bytes "
                + "that a step must read and write; past a window they do not grow, and \"matches\" says that the 90 % "
                + "interval of the exponent on the length lies within ±0.03 of 0.",
            "Bandwidth: those bytes over the time, as a part of the read bandwidth that was measured in the same run from "
                + "memory. A cell that fits a cache finds its keys and values there from the step before, and may pass "
                + "100 %; in a model other layers would have displaced them.",
            "Fits: the smallest cache that holds what a step reads, by its nominal size. Cells at that size still miss, since "
                + "other things lie there too.",
        ]
    }
}
