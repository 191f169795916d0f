import Faults
import Foundation

/// A program of the system that is run to its end, such as the one that draws figures.
public struct SystemProgram: Sendable {
    public let path: String
    /// Variables that the program gets beside those of this process, or in their place.
    public var variables: [String: String] = [:]
    /// It is ended after so long.
    public var patienceSeconds = 60.0

    /// Nil where no directory of the search path has it.
    ///
    /// - Parameter searchPath: directories separated by colons.
    public init?(_ name: String, searchPath: String = ProcessInfo.processInfo.environment["PATH"] ?? "") {
        let candidates = searchPath.split(separator: ":").map { "\($0)/\(name)" }
        guard let path = candidates.first(where: FileManager.default.isExecutableFile) else { return nil }
        self.path = path
    }

    /// Why a run was no success.
    public enum Failure: Fault, Hashable {
        case hung(seconds: Double)
        case failed(message: String)

        public var exitStatus: ExitStatus { .internalFailure }

        public var description: String {
            switch self {
            case .hung(let seconds): "it did not end in \(seconds) s"
            case .failed(let message): message
            }
        }
    }

    /// - Parameter output: where what it writes goes.
    public func run(
        _ arguments: [String], in folder: URL, output: ChildProcess.Output = .discarded
    ) throws(Failure) {
        let environment = ProcessInfo.processInfo.environment.merging(variables) { $1 }
        let process: ChildProcess
        do throws(SpawnError) {
            process = try ChildProcess(
                Invocation(path, arguments, environment: environment, folder: folder.path), output: output)
        } catch {
            throw .failed(message: error.reason)
        }
        process.closeInput()
        guard let ending = process.ending(within: patienceSeconds) else {
            process.end(patience: 0)
            throw .hung(seconds: patienceSeconds)
        }
        if !ending.isSuccess { throw .failed(message: process.lastWords.joined(separator: " ")) }
    }
}
