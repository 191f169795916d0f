import Foundation

@testable import Hardware

/// A folder that stands for "/", filled by a test and removed with it.
final class FakeSystem {
    private let folder: URL

    init(_ texts: [String: String] = [:]) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "system-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for (path, text) in texts { try write(text, to: path) }
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    var files: SystemFiles { SystemFiles(root: folder.path) }

    func write(_ text: String, to path: String) throws {
        let file = folder.appending(path: path)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try text.write(to: file, atomically: true, encoding: .utf8)
    }
}

extension Surroundings {
    /// A quiet two-core machine of its own, unless told otherwise.
    static func fake(
        _ system: FakeSystem, topology: String = "pack:1 core:2 pu:1", allowed: [Int]? = nil,
        coreKinds: [[Int]] = [], pinned: [Int] = [1], hypervisor: String? = "none"
    ) throws -> Surroundings {
        var surroundings = Surroundings(
            files: system.files,
            topology: try Topology(synthetic: topology, allowed: allowed, coreKinds: coreKinds),
            team: WorkerTeam(), availableVectorLanes: 16)
        surroundings.hypervisor = hypervisor
        surroundings.pinnedCPUs = pinned
        surroundings.threadCount = max(pinned.count, 1)
        surroundings.variables = [:]
        return surroundings
    }
}
