import Foundation
import Testing

/// The files of this package as they lie on disk.
enum Repository {
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    struct File {
        /// From the root of the package.
        let path: String
        let lines: [String]

        var text: String { lines.joined(separator: "\n") }

        /// A search by bytes: a regular expression over every line of the package takes many seconds.
        func mentions(_ word: String) -> Bool { Data(text.utf8).range(of: Data(word.utf8)) != nil }
    }

    /// Every text file under the folders, or the files themselves, with one of these extensions.
    static func files(in paths: [String], extensions: Set<String>) -> [File] {
        paths.flatMap(expand)
            .filter { extensions.contains(URL(fileURLWithPath: $0).pathExtension) }
            .sorted()
            .map { File(path: $0, lines: contents($0).components(separatedBy: "\n")) }
    }

    static var swiftSources: [File] { files(in: ["Sources"], extensions: ["swift"]) }
    static var swiftFiles: [File] {
        files(in: ["Package.swift", "Sources", "Tests", "Examples"], extensions: ["swift"])
    }

    static var documents: [File] {
        let atRoot = (try? FileManager.default.contentsOfDirectory(atPath: root.path)) ?? []
        return files(
            in: atRoot.filter { $0.hasSuffix(".md") } + ["docs", "Benchmarks", "Examples", "reports"],
            extensions: ["md"])
    }

    /// All that people write by hand.
    static var writtenFiles: [File] {
        documents + swiftFiles
            + files(
                in: ["Sources", "Benchmarks", "scripts", ".ci", ".github", "Tests/TestSupport"],
                extensions: ["c", "h", "modulemap", "yaml", "yml", ""])
    }

    static func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: root.appendingPathComponent(path).path)
    }

    static func contents(_ path: String) -> String {
        (try? String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)) ?? ""
    }

    private static func expand(_ path: String) -> [String] {
        let url = root.appendingPathComponent(path)
        guard let inside = FileManager.default.enumerator(atPath: url.path) else { return [] }
        let found = inside.compactMap { $0 as? String }
        // Of a file rather than a folder the enumerator finds nothing.
        if found.isEmpty { return FileManager.default.fileExists(atPath: url.path) ? [path] : [] }
        return found.map { "\(path)/\($0)" }.filter { path in
            var isFolder: ObjCBool = false
            _ = FileManager.default.fileExists(atPath: root.appendingPathComponent(path).path, isDirectory: &isFolder)
            return !isFolder.boolValue
        }
    }
}
