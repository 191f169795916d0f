import Faults
import Foundation
import Processes

/// The program that draws: found once, run for each script.
public struct Gnuplot: Sendable {
    public let executable: URL

    /// - Parameter searchPath: directories separated by colons.
    public init(
        searchPath: String = ProcessInfo.processInfo.environment["PATH"] ?? ""
    ) throws(GnuplotError) {
        for directory in searchPath.split(separator: ":") {
            let candidate = URL(fileURLWithPath: String(directory)).appendingPathComponent("gnuplot")
            if FileManager.default.isExecutableFile(atPath: candidate.path) {
                executable = candidate
                return
            }
        }
        throw .notFound
    }

    /// Runs `NAME.gp` of a figure inside a directory that holds it and its CSV.
    public func draw(
        _ name: String, in directory: URL, formats: some Collection<FigureFormat> = FigureFormat.allCases
    ) throws(GnuplotError) {
        let list = formats.map(\.rawValue).joined(separator: " ")
        let process: ChildProcess
        do throws(SpawnError) {
            process = try ChildProcess(
                Invocation(
                    executable.path, ["-e", "formats='\(list)'", "\(name).gp"],
                    environment: ProcessInfo.processInfo.environment, folder: directory.path), output: .discarded)
        } catch {
            throw .failed(figure: name, message: error.reason)
        }
        process.closeInput()
        guard process.wait().isSuccess else {
            throw .failed(figure: name, message: process.lastWords.joined(separator: " "))
        }
    }
}

public enum GnuplotError: Fault, Equatable {
    case notFound
    case failed(figure: String, message: String)

    public var exitStatus: ExitStatus { .internalFailure }

    public var description: String {
        switch self {
        case .notFound:
            "gnuplot is not on the search path, so no figure was drawn; install it (apt-get install gnuplot-nox) and "
                + "run `gnuplot NAME.gp` in figures/, or the report command again"
        case .failed(let figure, let message):
            "gnuplot could not draw \(figure): \(message); run `gnuplot \(figure).gp` in figures/ to see it again"
        }
    }
}
