import Attention
import Engines
import Faults
import Files
import Foundation

/// Finds the engine that a user, a sweep or a results file names.
///
/// A path or a file says by itself what is to be run, and comes from the command line only. A bare name, which a
/// stranger's sweep can hold too, is looked for in folders that the user or the installation has filled, never beside the
/// sweep: reading a file must not run what else somebody put into its folder.
public struct EngineLookup: Sendable {
    /// In the order in which they are searched.
    public let folders: [String]
    /// Engines of checkouts that are not trusted: named in the message where one of them is asked for.
    let untrusted: [String]
    /// This program, which serves libraries.
    let program: String

    public static let folder = "Benchmarks/engines"

    /// Folders of engines that came with somebody's checkout.
    public struct Checkouts: Sendable {
        /// Above the working directory.
        let above: [String]
        /// The one that came with this program, in the checkout that it was built in or with its installation; nil where
        /// the program stands alone.
        let own: String?
        /// Whether the user trusts them all (`--trust-engines`).
        let areTrusted: Bool

        public init(above: [String], own: String?, areTrusted: Bool) {
            self.above = above
            self.own = own
            self.areTrusted = areTrusted
        }
    }

    public init(program: String, environment: [String: String], checkouts: Checkouts) {
        let configuration =
            environment["XDG_CONFIG_HOME"].flatMap { $0.isEmpty ? nil : $0 }
            ?? environment["HOME"].map { $0 + "/.config" }
        let others = checkouts.above.filter { $0 != checkouts.own }
        folders =
            [configuration.map { $0 + "/attnbench/engines" }, checkouts.own].compactMap { $0 }
            + (checkouts.areTrusted ? others : [])
        untrusted = checkouts.areTrusted ? [] : others
        self.program = program
    }

    /// - Parameter text: of a command line: a name, a .yaml, a library or a program; `old=./libmine.so` renames.
    public func engine(_ text: String) throws -> EngineSource {
        if let equals = text.firstIndex(of: "="), !text[..<equals].contains("/") {
            var source = try engine(String(text[text.index(after: equals)...]))
            source.name = try EngineName(String(text[..<equals]))
            return source
        }
        guard text.contains("/") || Self.isFile(text) else { return try named(EngineName(text)) }
        guard Self.isFile(text) else { throw EngineLookupError.missing(path: text) }
        let path = URL(fileURLWithPath: text).standardizedFileURL.path
        switch (path as NSString).pathExtension {
        case "yaml", "yml": return try EngineFile.load(path, program: program).source
        case _ where (path as NSString).lastPathComponent.contains(".so"):
            return .library(path, servedBy: program)
        default: return EngineSource(command: EngineCommand([path]))
        }
    }

    /// - Parameter name: may come from anywhere.
    public func named(_ name: EngineName) throws -> EngineSource { try file(named: name).source }

    public func file(named name: EngineName) throws -> EngineFile {
        for folder in folders {
            let path = "\(folder)/\(name).yaml"
            if Self.isFile(path) { return try EngineFile.load(path, program: program) }
        }
        if let folder = untrusted.first(where: { Self.isFile("\($0)/\(name).yaml") }) {
            throw EngineLookupError.untrusted(name: name, path: "\(folder)/\(name).yaml")
        }
        throw EngineLookupError.unknown(name: name, known: list().map(\.name), folders: folders)
    }

    /// Every engine that a name finds, with its file.
    public func list() -> [(name: String, path: String)] {
        var found: [String: String] = [:]
        for folder in folders {
            let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
            for file in files where file.hasSuffix(".yaml") {
                let name = String(file.dropLast(".yaml".count))
                found[name] = found[name] ?? "\(folder)/\(file)"
            }
        }
        return found.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    private static func isFile(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder.boolValue
    }
}

public enum EngineLookupError: Fault, Equatable {
    case missing(path: String)
    case unreadable(UnreadableFile)
    case unknown(name: EngineName, known: [String], folders: [String])
    case untrusted(name: EngineName, path: String)

    public var exitStatus: ExitStatus { .usage }

    public var description: String {
        switch self {
        case .missing(let path): "there is no engine at \(path)"
        case .unreadable(let file): "the engine file \(file.path) cannot be read: \(file.reason)"
        case .unknown(let name, let known, let folders):
            "\"\(name)\" is not the name of an engine"
                + (folders.isEmpty ? "" : " in \(folders.joined(separator: ", "))")
                + (NearestName.question(for: name.text, among: known).map { "; " + $0 }
                    ?? "; give a path such as ./libmine.so"
                    + (folders.first.map { ", or write \($0)/\(name).yaml" } ?? ""))
        case .untrusted(let name, let path):
            "the engine \"\(name)\" is described by \(path), which did not come with this program; read that file, and if you "
                + "trust it, give its path or add --trust-engines"
        }
    }
}
