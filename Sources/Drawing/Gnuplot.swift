import Faults
import Foundation
import Processes

/// The program that draws: found once, run for each script.
public struct Gnuplot: Sendable {
    public let executable: URL
    /// What a figure may take. Those of a thousand cells take some seconds.
    private let patienceSeconds: Double

    /// - Parameter searchPath: directories separated by colons.
    public init(
        searchPath: String = ProcessInfo.processInfo.environment["PATH"] ?? "", patienceSeconds: Double = 60
    ) throws(GnuplotError) {
        self.patienceSeconds = patienceSeconds
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
        guard let ending = process.ending(within: patienceSeconds) else {
            process.end(patience: 0)
            throw .hung(figure: name, seconds: patienceSeconds)
        }
        guard ending.isSuccess else {
            throw .failed(figure: name, message: process.lastWords.joined(separator: " "))
        }
    }
}

public enum GnuplotError: Fault, Equatable {
    case notFound
    case failed(figure: String, message: String)
    /// It was ended. The figures after it are not tried: each could take as long.
    case hung(figure: String, seconds: Double)

    public var exitStatus: ExitStatus { .internalFailure }

    public var description: String {
        switch self {
        case .notFound:
            "gnuplot is not on the search path, so no figure was drawn; install it (apt-get install gnuplot-nox) and "
                + "run `gnuplot NAME.gp` in figures/, or the report command again"
        case .hung(let figure, let seconds):
            "gnuplot did not finish \(figure) in \(seconds) s and was ended, so neither this figure nor those after it "
                + "were drawn; run `gnuplot \(figure).gp` in figures/ to see why"
        case .failed(let figure, let message):
            "gnuplot could not draw \(figure): \(message); run `gnuplot \(figure).gp` in figures/ to see it again"
        }
    }
}
