import ArgumentParser
import Attention
import Benchmarking
import Foundation
import Kernels
import Serving

/// What a shell offers for an option, beside files and directories.
extension CompletionKind {
    static var kernels: CompletionKind { .list(Kernel.builtIn.names) }
    static var accelerators: CompletionKind { .list(AcceleratorCatalogue.shipped.accelerators.map(\.id)) }
    static var storageTypes: CompletionKind { .list(StorageType.all.map(\.name)) }
    static var masks: CompletionKind { .list(MaskFamily.named.map(\.name)) }

    /// Names, and files to choose: asked for when the key is pressed, since sweeps are files that come and go.
    static var sweeps: CompletionKind {
        .custom { _, _, typed in
            let names = SweepFile.list(in: SweepDirectories.all).map(name)
            return (names + files(startingWith: typed, extensions: ["yaml", "yml"])).filter { $0.hasPrefix(typed) }
        }
    }

    /// Names of the catalogue, and configuration files.
    static var models: CompletionKind {
        .custom { _, _, typed in
            let names = ModelCatalogue.shipped.models.map(\.id)
            return (names + files(startingWith: typed, extensions: ["json"])).filter { $0.hasPrefix(typed) }
        }
    }

    /// Results files, and reports with one.
    static var results: CompletionKind { .file(extensions: ["jsonl"]) }

    private static func name(_ path: String) -> String {
        ((path as NSString).lastPathComponent as NSString).deletingPathExtension
    }

    /// Files with one of these extensions and the folders beside them, in the folder that `typed` names so far.
    private static func files(startingWith typed: String, extensions: Set<String>) -> [String] {
        let folder = typed.contains("/") ? String(typed[...typed.lastIndex(of: "/")!]) : ""
        let contents = (try? FileManager.default.contentsOfDirectory(atPath: folder.isEmpty ? "." : folder)) ?? []
        return contents.sorted().compactMap { file in
            var isFolder: ObjCBool = false
            _ = FileManager.default.fileExists(atPath: folder + file, isDirectory: &isFolder)
            if isFolder.boolValue { return file.hasPrefix(".") ? nil : folder + file + "/" }
            return extensions.contains((file as NSString).pathExtension) ? folder + file : nil
        }
    }
}
