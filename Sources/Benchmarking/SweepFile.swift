import Attention
import Files
import Foundation
import Kernels
import Records
import Yams

/// Sweep files: where they are, and what is in them. The keys are those of `SweepReader`.
public enum SweepFile {
    /// `key=value` from a command line, which stands in place of what the file says.
    ///
    /// The value is YAML, as in the file; `a,b` is short for `[a, b]`. It replaces the axis of the top level, and a
    /// group of `also` that gives the same axis is left out: who asks for `lengths=512` wants nothing at 10M.
    public struct Override: Hashable, Sendable {
        public let key: String
        public let value: String

        /// Nil where the text has no `=`, or nothing before or after it.
        public init?(_ text: String) {
            guard let equals = text.firstIndex(of: "=") else { return nil }
            key = text[..<equals].trimmingCharacters(in: .whitespaces)
            value = text[text.index(after: equals)...].trimmingCharacters(in: .whitespaces)
            if key.isEmpty || value.isEmpty { return nil }
        }
    }

    public static func load(
        _ path: String, overrides: [Override] = [], kernels: [Kernel] = Kernel.builtIn
    ) throws(SweepError) -> Sweep {
        let file = (path as NSString).lastPathComponent
        return try parse(text(of: path), file: file, overrides: overrides, kernels: kernels)
    }

    /// The kernels that a file names, whether anybody has them or not: which engines have to be started to read it.
    public static func kernelNames(in path: String, overrides: [Override] = []) throws(SweepError) -> [String] {
        let root = try root(of: path)
        var fields = [root.node["kernels"]] + (root.node["also"]?.sequence.map(Array.init) ?? []).map { $0["kernels"] }
        for override in try fieldsOf(overrides) where override.path == "kernels" { fields.append(override.node) }
        return fields.compactMap { $0 }.flatMap { node in
            (node.sequence.map(Array.init) ?? [node]).compactMap { $0.scalar?.string }
        }
    }

    /// What a file says of itself, though nobody may have its kernels.
    public static func description(in path: String) throws(SweepError) -> String {
        try root(of: path).node["description"]?.scalar?.string ?? ""
    }

    /// The engines beside this program that a file's kernels need.
    public static func engineNames(in path: String) throws(SweepError) -> [String] {
        let engines = try kernelNames(in: path).map(EngineIdentity.init(ofKernel:)).filter { !$0.isBuiltIn }
        return Set(engines.map(\.name)).sorted()
    }

    private static func root(of path: String) throws(SweepError) -> SweepField {
        try SweepField(yaml: text(of: path), source: .file((path as NSString).lastPathComponent), path: "")
    }

    private static func text(of path: String) throws(SweepError) -> String {
        do throws(UnreadableFile) { return try InputFile.text(path) } catch { throw .unreadable(error) }
    }

    /// - Parameter file: what errors call the text.
    public static func parse(
        _ text: String, file: String, overrides: [Override] = [],
        kernels: [Kernel] = Kernel.builtIn
    ) throws(SweepError) -> Sweep {
        let root = try SweepField(yaml: text, source: .file(file), path: "")
        return try SweepReader(kernels: kernels).sweep(from: root, overrides: fieldsOf(overrides))
    }

    private static func fieldsOf(_ overrides: [Override]) throws(SweepError) -> [SweepField] {
        var fields: [SweepField] = []
        for override in overrides {
            let isList = override.value.contains(",") && !override.value.contains(where: { "[{\"'".contains($0) })
            let value = isList ? "[\(override.value)]" : override.value
            fields.append(try SweepField(yaml: value, source: .commandLine, path: override.key))
        }
        return fields
    }

    /// The path of a sweep that is given as a path, or as the name of a file in one of `directories`.
    public static func find(_ nameOrPath: String, in directories: [String]) throws(SweepError) -> String {
        let isPath = nameOrPath.contains("/") || nameOrPath.hasSuffix(".yaml") || nameOrPath.hasSuffix(".yml")
        if isPath, FileManager.default.fileExists(atPath: nameOrPath) { return nameOrPath }
        let all = list(in: directories)
        if let path = all.first(where: {
            name(of: $0) == nameOrPath || ($0 as NSString).lastPathComponent == nameOrPath
        }) {
            return path
        }
        throw .unknownSweep(name: nameOrPath, known: all.map(name(of:)), directories: directories)
    }

    /// The paths of all sweeps, ordered by name; where two directories have one of the same name, the first counts.
    public static func list(in directories: [String]) -> [String] {
        var names = Set<String>()
        var paths: [String] = []
        for directory in directories {
            let files = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
            for file in files where file.hasSuffix(".yaml") && names.insert(file).inserted {
                paths.append((directory as NSString).appendingPathComponent(file))
            }
        }
        return paths.sorted { name(of: $0) < name(of: $1) }
    }

    private static func name(of path: String) -> String {
        ((path as NSString).lastPathComponent as NSString).deletingPathExtension
    }
}
