import Attention
import Escaping
import Foundation
import Quantities
import Records

/// A sweep as a sweep file that `attnbench run` reads. Every list is written out, so that it does not depend on defaults.
enum SweepText {
    static func yaml(_ sweep: Sweep) -> String {
        let budget = sweep.timeBudgetSeconds.map { ["timeBudget: \($0)s"] } ?? []
        let head =
            ["name: \(text(sweep.name))"]
            + (sweep.description.isEmpty ? [] : ["description: \(text(sweep.description))"]) + budget
        let groups = sweep.groups.map(lines)
        let also =
            groups.count < 2
            ? []
            : ["also:"] + groups.dropFirst().flatMap { $0.enumerated().map { ($0 == 0 ? "  - " : "    ") + $1 } }
        return (head + (groups.first ?? []) + also).joined(separator: "\n") + "\n"
    }

    private static func lines(_ axes: Sweep.Axes) -> [String] {
        let lists = axes.phase == .loss ? ofLoss(axes) : ofAttention(axes)
        return ["phase: \(axes.phase.rawValue)"]
            + lists.filter { !$0.1.isEmpty }.map { "\($0.0): [\($0.1.joined(separator: ", "))]" }
    }

    private static func ofAttention(_ axes: Sweep.Axes) -> [(String, [String])] {
        [
            ("kernels", axes.kernels.map(text)), ("lengths", axes.lengths.map(number)),
            ("window", axes.windows.map(number)), ("sinks", axes.sinks.map(number)),
            ("chunk", axes.chunks.map(number)), ("blocks", axes.blocks.map(number)),
            ("blockLength", axes.blockLengths.map(number)),
            ("heads", axes.heads.map { "{query: \($0.query), keyValue: \($0.keyValue)}" }),
            ("headDimension", axes.headDimensions.map(number)), ("valueDimension", axes.valueDimensions.map(number)),
            ("elementType", axes.elementTypes.map(\.rawValue)),
            ("threads", axes.threads.map(number)), ("batch", axes.batches.map(number)),
            ("cacheFormat", axes.cacheFormats.map { "{key: \($0.key.rawValue), value: \($0.value.rawValue)}" }),
            ("softCap", axes.softCaps.map { $0.map { "\($0)" } ?? "none" }),
            ("alibi", axes.alibi.map { "\($0)" }), ("sinkLogits", axes.sinkLogits.map { "\($0)" }),
        ]
    }

    private static func ofLoss(_ axes: Sweep.Axes) -> [(String, [String])] {
        [
            ("kernels", axes.kernels.map(text)), ("lengths", axes.lengths.map(number)),
            ("vocabulary", axes.vocabularies.map(number)), ("hiddenSize", axes.headDimensions.map(number)),
            ("elementType", axes.elementTypes.map(\.rawValue)), ("threads", axes.threads.map(number)),
        ]
    }

    private static func number(_ value: Int) -> String { "\(value)" }

    /// Names stay as they are; any other text is in quotes, where YAML reads it as JSON does.
    private static func text(_ plain: String) -> String {
        if plain.wholeMatch(of: #/[A-Za-z][A-Za-z0-9_.\/\-]*/#) != nil { return plain }
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        // A string is always encoded.
        let quoted = (try? encoder.encode(plain)).map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
        return JSONEscapes.visible(quoted)
    }
}
