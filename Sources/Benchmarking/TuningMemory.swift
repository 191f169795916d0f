import Files
import Foundation
import Hardware
import Kernels
import Records

/// Where the choices of kernels come from.
public enum TuningSource: Sendable {
    /// They are measured, unless this machine and this build have been measured before.
    case automatic(TuningMemory?)
    /// What the sizes of the caches suggest. Nothing is measured.
    case off
    /// They stand in a file.
    case known(Tuning)

    /// The choices for a team.
    ///
    /// - Parameter onMeasuring: called before choices are measured, which takes up to two seconds.
    /// - Returns: with them, why they could not be remembered, where they could not.
    public func tuning(
        for team: WorkerTeam, on topology: Topology, onMeasuring: () -> Void = {}
    ) -> (tuning: Tuning, remark: String?) {
        switch self {
        case .known(let tuning): return (tuning, nil)
        case .off: return (Tuning(startingOn: topology), nil)
        case .automatic(let memory):
            let key = TuningMemory.Key(topology)
            if let known = memory?.tuning(for: key) { return (known, nil) }
            onMeasuring()
            let tuning = Tuning.measured(from: Tuning(startingOn: topology), on: team)
            do throws(UnwritableFile) {
                try memory?.remember(tuning, for: key)
                return (tuning, nil)
            } catch {
                return (tuning, "what is fastest on this machine is measured again next time: \(error)")
            }
        }
    }
}

/// What is fastest on a machine, remembered from one run of a program to the next.
///
/// The cache folder of the user has one file for each machine and place of a program, with the build that measured it: another
/// build at that place, another CPU or another OpenBLAS measures anew. A file that cannot be read, or that holds
/// sizes which no kernel takes, counts as none.
public struct TuningMemory: Sendable {
    private let folder: String

    /// In `$XDG_CACHE_HOME/attnbench`, else in `~/.cache/attnbench`; nil where the environment has neither.
    public init?(environment: [String: String]) {
        let home = environment["HOME"].map { $0 + "/.cache" }
        guard let cache = environment["XDG_CACHE_HOME"] ?? home, cache.hasPrefix("/") else { return nil }
        folder = cache + "/attnbench"
    }

    /// What a tuning was measured on, and with.
    struct Key: Codable, Hashable {
        let cpuModel: String
        let caches: [Machine.Cache]
        let program: String
        let build: ResultsHeader.Build
        /// Of the program's file: two builds with uncommitted changes have one name.
        let builtAt: Double

        init(_ topology: Topology) {
            cpuModel = topology.cpuModel ?? "unknown"
            caches = topology.caches
            program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().path
            build = .current
            let attributes = try? FileManager.default.attributesOfItem(atPath: program)
            builtAt = (attributes?[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
        }

        /// The file of this machine and of this place.
        var fileName: String {
            let place = Data("\(cpuModel)\n\(caches)\n\(program)".utf8)
            return "tuning-\(String(LineChecksum.crc32(place), radix: 16)).json"
        }
    }

    private struct Contents: Codable {
        let key: Key
        let tuning: Tuning
    }

    func tuning(for key: Key) -> Tuning? {
        guard let bytes = try? InputFile.read(folder + "/" + key.fileName),
            let contents = try? JSONDecoder().decode(Contents.self, from: bytes), contents.key == key,
            contents.tuning.implausibility == nil
        else { return nil }
        return contents.tuning
    }

    func remember(_ tuning: Tuning, for key: Key) throws(UnwritableFile) {
        try Folder.make(folder)
        // Encoding cannot fail: it holds text and finite numbers.
        let bytes = (try? JSONEncoder().encode(Contents(key: key, tuning: tuning))) ?? Data()
        try OutputFile.write(bytes, to: folder + "/" + key.fileName)
    }
}
