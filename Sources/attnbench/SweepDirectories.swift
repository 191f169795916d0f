import Foundation

/// Where sweeps are looked for by name: `Benchmarks/sweeps` in the working directory or above it, then above the
/// program, so that a build in a checkout finds its own sweeps from anywhere.
enum SweepDirectories {
    static let folder = "Benchmarks/sweeps"

    static var all: [String] {
        let program = Bundle.main.executableURL?.resolvingSymlinksInPath().deletingLastPathComponent().path
        return existing(folder, upwardsFrom: [FileManager.default.currentDirectoryPath] + (program.map { [$0] } ?? []))
    }

    /// The nearest such folder above each start, once.
    static func existing(_ folder: String, upwardsFrom starts: [String]) -> [String] {
        var found: [String] = []
        for start in starts {
            var place = URL(fileURLWithPath: start).standardizedFileURL
            while true {
                let candidate = place.appendingPathComponent(folder).path
                if FileManager.default.fileExists(atPath: candidate) {
                    if !found.contains(candidate) { found.append(candidate) }
                    break
                }
                let above = place.deletingLastPathComponent().standardizedFileURL
                guard above.path != place.path else { break }
                place = above
            }
        }
        return found
    }
}
