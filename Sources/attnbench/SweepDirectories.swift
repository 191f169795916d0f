import Files
import Foundation
import Hardware

/// Where sweeps are looked for by name: `Benchmarks/sweeps` in the working directory or above it, then that of this
/// program's own files, so that it finds its own sweeps from anywhere.
enum SweepDirectories {
    static let folder = "Benchmarks/sweeps"

    static var all: [String] {
        existing(
            folder,
            upwardsFrom: [FileManager.default.currentDirectoryPath] + [Installation.current.files].compactMap { $0 })
    }

    /// The nearest such folder above each start, once.
    static func existing(_ folder: String, upwardsFrom starts: [String]) -> [String] {
        var found: [String] = []
        for start in starts {
            let candidates = start.foldersUpwards.map { $0 == "/" ? "/" + folder : "\($0)/\(folder)" }
            if let nearest = candidates.first(where: FileManager.default.fileExists), !found.contains(nearest) {
                found.append(nearest)
            }
        }
        return found
    }
}
