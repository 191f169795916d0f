import Attention
import Faults
import Files
import Foundation
import Kernels
import Quantities
import Records

/// What a sweep file may contain. An unknown key is an error: if it were ignored, a user could believe that an axis was measured.
struct SweepReader {
    let kernels: [Kernel]

    private static let axisKeys = [
        "phase", "kernels", "lengths", "window", "sinks", "chunk", "blocks", "blockLength", "heads", "headDimension",
        "valueDimension", "elementType", "threads",
        "batch", "cacheFormat", "softCap", "alibi", "sinkLogits", "vocabulary", "hiddenSize",
    ]
    /// Axes of attention that a loss does not have, and the axes of a loss.
    private static let attentionKeys = [
        "window", "sinks", "chunk", "blocks", "blockLength", "heads", "headDimension", "valueDimension", "batch",
        "cacheFormat", "softCap", "alibi", "sinkLogits",
    ]
    private static let lossKeys = ["vocabulary", "hiddenSize"]
    private static let allKeys = ["name", "description", "timeBudget"] + axisKeys + ["also"]

    /// Largest work of one call that is still counted exactly: beyond it, FLOP counts would overflow.
    private static let largestWork = AttentionProblem.mostFLOPs

    private typealias Fields = [String: SweepField]

    func sweep(from root: SweepField, overrides: [SweepField]) throws(SweepError) -> Sweep {
        var top = Fields(uniqueKeysWithValues: try root.entries(known: Self.allKeys).map { ($0.key, $0.value) })
        for override in overrides {
            guard Self.allKeys.contains(override.path) else {
                throw override.unknown(override.path, isNot: "a key", among: Self.allKeys)
            }
            top[override.path] = override
        }
        try requireMeaning(of: top.sorted { $0.key < $1.key }.map(\.value), in: try phase(of: top))
        var groups = [try axes(top, in: root)]
        let overridden = Set(overrides.map(\.path))
        for group in try top["also"]?.items() ?? [] {
            let own = try group.entries(known: Self.axisKeys)
            if own.contains(where: { overridden.contains($0.key) }) { continue }
            let merged = top.merging(own.map { ($0.key, $0.value) }) { $1 }
            let phase = try phase(of: merged)
            try requireMeaning(of: own.map(\.value), in: phase)
            // A group of another phase does not take over axes that it lacks, and no cache for a format to be of.
            let isOther = own.contains { $0.key == "phase" }
            let inherited = top.filter { key, _ in
                !isOther || key != "cacheFormat" && !Self.keysWithoutMeaning(in: phase).contains(key)
            }
            groups.append(try axes(inherited.merging(own.map { ($0.key, $0.value) }) { $1 }, in: group))
        }
        return Sweep(
            name: try name(top, in: root), description: try top["description"]?.text().trimmed ?? "",
            timeBudgetSeconds: try timeBudget(top), groups: groups)
    }

    private func name(_ fields: Fields, in root: SweepField) throws(SweepError) -> String {
        guard let field = fields["name"] else { throw root.error("`name` is missing; add for example `name: scaling`") }
        let name = try field.text()
        guard name.allSatisfy({ $0.isLetter || $0.isNumber || "-_.".contains($0) }) else {
            throw field.error("\"\(name)\" is not a valid name of a directory; use only letters, digits, -, _ and .")
        }
        return name
    }

    private func timeBudget(_ fields: Fields) throws(SweepError) -> Double? {
        guard let field = fields["timeBudget"] else { return nil }
        let text = try field.text()
        guard let seconds = TimeBudget.parse(text) else {
            throw field.error("\"\(text)\" is not a time; \(TimeBudget.form)")
        }
        return seconds
    }

    private func phase(of fields: Fields) throws(SweepError) -> Phase {
        try fields["phase"]?.choice(Phase.self, called: "a phase") ?? .prefill
    }

    private static func keysWithoutMeaning(in phase: Phase) -> [String] { phase == .loss ? attentionKeys : lossKeys }

    /// - Parameter fields: as the group itself has them, without those of the top level.
    private func requireMeaning(of fields: [SweepField], in phase: Phase) throws(SweepError) {
        let unused = Self.keysWithoutMeaning(in: phase)
        for field in fields {
            guard let key = unused.first(where: { field.path == $0 || field.path.hasSuffix("." + $0) }) else {
                continue
            }
            throw field.error(
                phase == .loss
                    ? "a loss has no `\(key)`; leave it out, and give `vocabulary` and `hiddenSize`"
                    : "\(phase.rawValue) has no `\(key)`; leave it out, or set `phase: loss`")
        }
    }

    private func axes(_ fields: Fields, in group: SweepField) throws(SweepError) -> Sweep.Axes {
        guard let kernelField = fields["kernels"] else {
            throw group.error("`kernels` is missing; add for example `kernels: [full, sliding-window]`")
        }
        guard let lengthField = fields["lengths"] else {
            throw group.error("`lengths` is missing; add for example `lengths: 512..16K*sqrt2`")
        }
        let phase = try phase(of: fields)
        var axes = Sweep.Axes(
            kernels: try kernelNames(kernelField, in: phase), lengths: try lengths(lengthField, in: phase))
        axes.phase = phase
        axes.windows = try counts(fields["window"], minimum: 1) ?? axes.windows
        axes.sinks = try counts(fields["sinks"], minimum: 0) ?? axes.sinks
        axes.chunks = try counts(fields["chunk"], minimum: 1) ?? axes.chunks
        axes.blocks = try counts(fields["blocks"], minimum: 1) ?? axes.blocks
        axes.blockLengths = try counts(fields["blockLength"], minimum: 1) ?? axes.blockLengths
        axes.headDimensions = try counts(fields["headDimension"], minimum: 1) ?? axes.headDimensions
        axes.valueDimensions = try counts(fields["valueDimension"], minimum: 1) ?? axes.valueDimensions
        axes.threads = try counts(fields["threads"], minimum: 1) ?? axes.threads
        axes.batches = try counts(fields["batch"], minimum: 1) ?? axes.batches
        if let field = fields["heads"] { axes.heads = try heads(field) }
        if let field = fields["elementType"] {
            axes.elementTypes = []
            for item in try field.items() {
                axes.elementTypes.append(try item.choice(ElementType.self, called: "an element type"))
            }
        }
        if let field = fields["cacheFormat"] { axes.cacheFormats = try cacheFormats(field, in: phase) }
        try readScoreForms(of: &axes, fields)
        if phase == .loss { try readSizes(of: &axes, fields, in: group) }
        try checkParameters(axes, kernelField)
        try checkLatents(axes, fields, kernelField)
        try checkWork(axes, lengthField)
        return axes
    }

    /// Of a loss.
    private func readSizes(
        of axes: inout Sweep.Axes, _ fields: Fields, in group: SweepField
    ) throws(SweepError) {
        guard let vocabulary = fields["vocabulary"], let size = fields["hiddenSize"] else {
            throw group.error(
                "a loss needs `vocabulary` and `hiddenSize`; add for example `vocabulary: 8K..128K*2` and `hiddenSize: 2048`"
            )
        }
        axes.vocabularies = try lengths(vocabulary, in: .loss)
        axes.headDimensions = try counts(size, minimum: 1) ?? []
        if let words = axes.vocabularies.last, words > AttentionProblem.mostWords {
            throw vocabulary.error(
                "\(TokenCount.text(words)) words are too many; a vocabulary has at most "
                    + TokenCount.text(AttentionProblem.mostWords))
        }
    }

    private func kernelNames(_ field: SweepField, in phase: Phase) throws(SweepError) -> [String] {
        var names: [String] = []
        for item in try field.items() {
            let name = try item.text()
            let kernel: Kernel
            do throws(UnknownName) { kernel = try kernels.named(name) } catch { throw item.error(error.description) }
            guard kernel.phase == phase else {
                throw item.error(
                    "\(name) is a kernel for \(kernel.phase.rawValue), but the phase here is \(phase.rawValue); write it in "
                        + "a group with `phase: \(kernel.phase.rawValue)`")
            }
            names.append(name)
        }
        return names
    }

    private func cacheFormats(_ field: SweepField, in phase: Phase) throws(SweepError) -> [CacheFormats] {
        guard phase.hasCache else {
            throw field.error("\(phase.rawValue) has no cache; leave out `cacheFormat`, or set `phase: decode`")
        }
        var formats: [CacheFormats] = []
        for item in try field.items() { formats.append(try cacheFormats(item)) }
        return formats
    }

    /// One format for both, or `{key: q8_0, value: q4_0}`.
    private func cacheFormats(_ field: SweepField) throws(SweepError) -> CacheFormats {
        func format(_ field: SweepField) throws(SweepError) -> CacheFormat {
            try field.choice(CacheFormat.self, called: "a cache format")
        }
        guard field.node.mapping != nil else { return CacheFormats(try format(field)) }
        let halves = Fields(
            uniqueKeysWithValues: try field.entries(known: ["key", "value"]).map { ($0.key, $0.value) })
        guard let key = halves["key"], let value = halves["value"] else {
            throw field.error("a cache stores keys and values; give both, such as {key: q8_0, value: q4_0}")
        }
        return CacheFormats(key: try format(key), value: try format(value))
    }

    private func lengths(_ field: SweepField, in phase: Phase) throws(SweepError) -> [Int] {
        var lengths = Set<Int>()
        for item in try field.items() {
            let text = try item.text()
            do {
                lengths.formUnion(try LengthRange.parse(text))
            } catch {
                throw item.error(error.description)
            }
        }
        if phase == .decode, let shortest = lengths.min(), shortest < 2 {
            throw field.error(
                "decode needs a cached token, and with \(shortest) token there is none; use lengths from 2")
        }
        return lengths.sorted()
    }

    private func counts(_ field: SweepField?, minimum: Int) throws(SweepError) -> [Int]? {
        guard let field else { return nil }
        var counts: [Int] = []
        for item in try field.items() { counts.append(try item.count(minimum: minimum)) }
        return counts
    }

    private func heads(_ field: SweepField) throws(SweepError) -> [Sweep.Heads] {
        var list: [Sweep.Heads] = []
        for item in try field.items() {
            let entries = try item.entries(known: ["query", "keyValue"])
            guard let query = try entries.first(where: { $0.key == "query" })?.value.count(minimum: 1) else {
                throw item.error("`query` is missing; write for example {query: 8, keyValue: 1}")
            }
            let keyValue = try entries.first { $0.key == "keyValue" }?.value.count(minimum: 1) ?? query
            guard query.isMultiple(of: keyValue) else {
                throw item.error("\(ShapeError.unevenGroups(queryHeads: query, keyValueHeads: keyValue))")
            }
            list.append(Sweep.Heads(query: query, keyValue: keyValue))
        }
        return list
    }

    private func checkParameters(_ axes: Sweep.Axes, _ kernelField: SweepField) throws(SweepError) {
        for name in axes.kernels {
            guard let kernel = kernels.first(where: { $0.name == name }) else { continue }
            if axes.alibi.contains(true), !kernel.masks.areCausal {
                throw kernelField.error(
                    "\(name) shows keys after the query's own, and ALiBi lowers scores by the distance back to a key; leave out "
                        + "`alibi` here, or use a causal kernel such as full")
            }
            if kernel.selectsBlocks {
                for (key, values, example) in [("blocks", axes.blocks, 8), ("blockLength", axes.blockLengths, 128)]
                where values.isEmpty {
                    throw kernelField.error("\(name) needs `\(key)`; add for example `\(key): \(example)`")
                }
            }
            for parameter in kernel.masks.parameters where axes.values(of: parameter).isEmpty {
                let example = [.window: 1024, .sinks: 4, .chunk: 8192][parameter] ?? 1
                throw kernelField.error("\(name) needs `\(parameter)`; add for example `\(parameter): \(example)`")
            }
        }
    }

    /// A key has the elements of its value, and is the key of all heads. Scores are plain.
    private func checkLatents(
        _ axes: Sweep.Axes, _ fields: Fields, _ kernelField: SweepField
    ) throws(SweepError) {
        let known = axes.kernels.compactMap { name in kernels.first { $0.name == name } }
        guard let reader = known.first(where: \.readsLatents) else { return }
        guard let largest = axes.valueDimensions.max() else {
            throw kernelField.error(
                "\(reader.name) needs `valueDimension`, the elements of a key that are its value; add for example "
                    + "`headDimension: 576` and `valueDimension: 512`")
        }
        if let shortest = axes.headDimensions.min(), largest > shortest, let field = fields["valueDimension"] {
            throw field.error(
                "\(largest) elements of a value are more than the \(shortest) of its key; `valueDimension` is at most `headDimension`"
            )
        }
        if let heads = axes.heads.first(where: { $0.keyValue != 1 }) {
            throw (fields["heads"] ?? kernelField).error(
                "\(reader.name) has one key for all heads, not \(heads.keyValue); write {query: \(heads.query), keyValue: 1}, and other "
                    + "heads in a group without \(reader.name)")
        }
        let changes = [
            ("softCap", axes.softCaps.contains { $0 != nil }), ("alibi", axes.alibi.contains(true)),
            ("sinkLogits", axes.sinkLogits.contains(true)),
        ]
        if let (key, _) = changes.first(where: \.1) {
            throw (fields[key] ?? kernelField).error(
                "\(reader.name) computes plain scores; leave out `\(key)`, or write it in a group without \(reader.name)"
            )
        }
    }

    private func checkWork(_ axes: Sweep.Axes, _ lengthField: SweepField) throws(SweepError) {
        let length = Double((axes.vocabularies + axes.lengths).max() ?? 1)
        let heads = Double(axes.heads.map(\.query).max() ?? 1) * Double(axes.batches.max() ?? 1)
        // A decoding step computes no more than a prompt of its window would.
        let queries = axes.phase == .decode ? min(length, Double(axes.windows.max() ?? 1)) : length
        let work = 4 * Double(axes.headDimensions.max() ?? 1) * heads * queries * length
        let parameters = axes.windows + axes.sinks + axes.chunks + axes.blocks + axes.blockLengths
        guard work <= Self.largestWork, parameters.allSatisfy({ $0 <= 1 << 30 }) else {
            throw lengthField.error(
                "\(TokenCount.text(axes.lengths.last ?? 1)) tokens with these heads are more work than can be counted "
                    + "exactly; choose smaller sizes")
        }
    }
}

/// What is wrong with a sweep file, or with asking for one.
public enum SweepError: Fault, Equatable {
    case unreadable(UnreadableFile)
    case unknownSweep(name: String, known: [String], directories: [String])
    case wrong(location: String, message: String)

    static func located(
        _ source: SweepField.Source, line: Int?, path: String, message: String
    ) -> SweepError {
        let place =
            switch source {
            case .file(let name): line.map { "\(name):\($0)" } ?? name
            case .commandLine: "command line"
            }
        return .wrong(location: path.isEmpty ? place : "\(place): \(path)", message: message)
    }

    public var exitStatus: ExitStatus { .usage }

    public var description: String {
        switch self {
        case .unreadable(let file):
            return "cannot read the sweep \(file.path): \(file.reason)"
        case .unknownSweep(let name, _, let directories) where directories.isEmpty:
            return
                "\"\(name)\" is not a sweep file, and no sweep has a name here: there is no folder Benchmarks/sweeps in this folder or "
                + "above it, and none with this program; give the path of a sweep file, or install attnbench with its files"
        case .unknownSweep(let name, let known, let directories):
            return
                "\"\(name)\" is not a sweep file, nor the name of a sweep in \(directories.joined(separator: ", ")); "
                + NearestName.remedy(for: name, among: known)
        case .wrong(let location, let message):
            return "\(location): \(message)"
        }
    }
}

extension String {
    fileprivate var trimmed: String { trimmingCharacters(in: .whitespacesAndNewlines) }
}
