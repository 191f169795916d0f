import Files
import Foundation

/// Where this program stands, and with it the sweeps, engines and examples that came with it.
public enum Installation: Hashable, Sendable {
    /// Built in this checkout of the source.
    case checkout(String)
    /// `PREFIX/libexec/attnbench/VARIANT/attnbench`, or `PREFIX/bin/attnbench`. The prefix is `/usr`, a virtual environment
    /// of Python, or the folder of an unpacked archive.
    case prefix(String)
    /// Elsewhere, such as a program that was copied: its files are not beside it.
    case alone

    /// - Parameter program: its path, without links.
    public init(program: String) {
        self = Self.prefix(of: program).map(Self.prefix) ?? Self.checkout(above: program).map(Self.checkout) ?? .alone
    }

    /// That of the program that is running.
    public static let current = Installation(
        program: Bundle.main.executableURL?.resolvingSymlinksInPath().path ?? "attnbench")

    /// The folder that holds `Benchmarks` and `Examples`: an installation has these folders as a checkout has them.
    public var files: String? {
        switch self {
        case .checkout(let folder): folder
        case .prefix(let prefix): prefix + "/share/attnbench"
        case .alone: nil
        }
    }

    /// The variants that are installed, by name.
    public var variants: Set<String> {
        guard case .prefix(let prefix) = self else { return [] }
        let folder = prefix + "/libexec/attnbench"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return Set(names.filter { FileManager.default.isExecutableFile(atPath: "\(folder)/\($0)/attnbench") })
    }

    /// The prefix, where the path has one of the two forms and the prefix has the files: no other folder above a program is
    /// asked, since `share` of a folder that strangers write to could name engines.
    private static func prefix(of program: String) -> String? {
        let folders = URL(fileURLWithPath: program).standardizedFileURL.deletingLastPathComponent().pathComponents
        let depth: Int
        if folders.last == "bin" {
            depth = 1
        } else if folders.suffix(3).dropLast() == ["libexec", "attnbench"] {
            depth = 3
        } else {
            return nil
        }
        let prefix = NSString.path(withComponents: Array(folders.dropLast(depth)))
        let isThere = FileManager.default.fileExists(atPath: prefix + "/share/attnbench")
        return isThere ? prefix : nil
    }

    /// The nearest folder above with the package of this program.
    private static func checkout(above program: String) -> String? {
        program.foldersUpwards.dropFirst().first { folder in
            let package = try? String(contentsOfFile: folder + "/Package.swift", encoding: .utf8)
            return package?.contains("name: \"attnbench\"") ?? false
        }
    }
}
