import Quantities
import Attention
import Engines
import Files
import Foundation
import Records

/// `NAME.yaml`: how an engine is started. An unknown key is an error, as in a sweep: if it were ignored, it would be a setting that a user
/// believes in.
public struct EngineFile: Hashable, Sendable {
    /// Packages that `scripts/setup --engine NAME` installs: names only, never commands.
    public struct Packages: Hashable, Sendable {
        public var apt: [String] = []
        public var pip: [String] = []
    }

    public let source: EngineSource
    public let install: Packages

    private static let keys = [
        "name", "description", "command", "library", "environment", "install", "startTimeout", "prepareTimeout",
        "tolerance",
    ]

    /// - Parameter program: this program, which serves libraries.
    public static func load(_ path: String, program: String) throws -> EngineFile {
        let text: String
        do throws(UnreadableFile) { text = try InputFile.text(path) } catch {
            throw EngineLookupError.unreadable(error)
        }
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        return try EngineFile(
            SweepField(yaml: text, source: .file((path as NSString).lastPathComponent), path: ""), folder: folder,
            program: program)
    }

    init(_ root: SweepField, folder: String, program: String) throws(SweepError) {
        let fields = Dictionary(uniqueKeysWithValues: try root.entries(known: Self.keys).map { ($0.key, $0.value) })
        let name = try Self.name(fields, in: root)
        let place = Place(folder: folder, name: name, program: program)
        var source = EngineSource(name: name, command: try Self.command(fields, in: root, place))
        source.description = try fields["description"]?.text() ?? ""
        if let environment = fields["environment"] {
            source.command.environment = try environment.texts()
        }
        source.command.startSeconds = try fields["startTimeout"]?.seconds() ?? source.command.startSeconds
        source.command.prepareSeconds = try fields["prepareTimeout"]?.seconds() ?? source.command.prepareSeconds
        if let field = fields["tolerance"] {
            let text = try field.text()
            guard let value = Double(text), value.isFinite, value >= 1 else {
                throw field.error(
                    "\"\(text)\" is not a tolerance; write a number such as 4, which allows 4 times the error of the plain loops"
                )
            }
            source.tolerance = value
        }
        self.source = source
        install = try fields["install"].map { field throws(SweepError) in try Packages(field) } ?? Packages()
    }

    private static func name(_ fields: [String: SweepField], in root: SweepField) throws(SweepError) -> EngineName {
        guard let field = fields["name"] else { throw root.error("`name` is missing; add for example `name: torch`") }
        let text = try field.text()
        do throws(EngineNameError) { return try EngineName(text) } catch { throw field.error("\(error)") }
    }

    /// What words of the file are relative to.
    private struct Place {
        let folder: String
        let name: EngineName
        /// This program, which serves libraries.
        let program: String

        func path(_ text: String) -> String {
            URL(fileURLWithPath: text, relativeTo: URL(fileURLWithPath: folder + "/")).standardizedFileURL.path
        }

        /// Where `scripts/setup --engine` puts the engine's own packages, then as a shell looks for programs.
        var programFolders: [String] {
            [path("../../.engines/\(name)/bin")]
                + ProcessInfo.processInfo.environment["PATH", default: ""].split(separator: ":").map(String.init)
        }
    }

    private static func command(
        _ fields: [String: SweepField], in root: SweepField, _ place: Place
    ) throws(SweepError) -> EngineCommand {
        switch (fields["command"], fields["library"]) {
        case (let command?, nil):
            var words: [String] = []
            for item in try command.items() { words.append(try item.text()) }
            if words[0].contains("/") {
                words[0] = place.path(words[0])
            } else {
                let candidates = place.programFolders.map { "\($0)/\(words[0])" }
                guard let path = candidates.first(where: FileManager.default.isExecutableFile) else {
                    throw command.error("there is no program \"\(words[0])\" in PATH; give its path")
                }
                words[0] = path
            }
            // A script beside the file is found from any working directory.
            for index in words.indices.dropFirst()
            where FileManager.default.fileExists(atPath: place.path(words[index])) {
                words[index] = place.path(words[index])
            }
            return EngineCommand(words)
        case (nil, let library?):
            return EngineSource.library(place.path(try library.text()), servedBy: place.program).command
        default: throw root.error("give either `command`, a list of words, or `library`, a path")
        }
    }
}

extension EngineFile.Packages {
    init(_ field: SweepField) throws(SweepError) {
        for (key, value) in try field.entries(known: ["apt", "pip"]) {
            for item in try value.items() {
                let name = try item.text()
                // No options, addresses or paths: a package's name and perhaps its version.
                guard name.wholeMatch(of: #/[A-Za-z0-9][A-Za-z0-9._+\-]*(\[[a-z,]+\])?(==[A-Za-z0-9._+\-]+)?/#) != nil
                else {
                    throw item.error("\"\(name)\" is not the name of a package")
                }
                if key == "apt" { apt.append(name) } else { pip.append(name) }
            }
        }
    }
}

extension SweepField {
    fileprivate func seconds() throws(SweepError) -> Double {
        let text = try text()
        guard let seconds = TimeBudget.parse(text) else {
            throw error("\"\(text)\" is not a time; write it as 30s or 5m")
        }
        return seconds
    }

    /// A map of names to texts, whatever the names.
    fileprivate func texts() throws(SweepError) -> [String: String] {
        guard let mapping = node.mapping else { throw error("this has to be a map of names to values") }
        var texts: [String: String] = [:]
        for (key, value) in mapping { texts[key.string ?? ""] = value.scalar?.string ?? "" }
        return texts
    }
}
