import Foundation

@testable import Engines

/// Engines in Python, for tests.
enum Python {
    static let isThere: Bool = {
        guard let path else { return false }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = ["-c", "import numpy"]
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }()

    static let missing = "python3 with NumPy is not installed; scripts/setup --engines installs them"

    private static let path = ProcessInfo.processInfo.environment["PATH", default: ""].split(separator: ":")
        .map { "\($0)/python3" }.first(where: FileManager.default.isExecutableFile)

    static let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    static func command(_ file: String, _ arguments: [String] = []) -> EngineCommand {
        EngineCommand([path!, "-u", repository + "/" + file] + arguments)
    }

    static func example() -> EngineCommand { command("Examples/engine-python/engine.py") }

    /// An engine with a fault of `misbehaving.py`.
    static func misbehaving(_ fault: String = "") -> EngineCommand {
        command("Tests/EnginesTests/Engines/misbehaving.py", fault.isEmpty ? [] : [fault])
    }
}

extension EngineCommand {
    func started(cpus: [Int] = []) throws -> ProgramEngine {
        try EngineSource(command: self).started(cpus: cpus)
    }
}

extension EngineSource {
    func started(cpus: [Int] = []) throws -> ProgramEngine {
        try ProgramEngine(self, environment: ProcessInfo.processInfo.environment) { _ in cpus }
    }
}
