import Faults
import Foundation
import Processes

/// The program that draws: found once, run for each script.
public struct Gnuplot: Sendable {
    private let program: SystemProgram

    public var executable: URL { URL(fileURLWithPath: program.path) }

    /// - Parameters:
    ///   - searchPath: directories separated by colons.
    ///   - patienceSeconds: what a figure may take. Those of a thousand cells take some seconds.
    public init(
        searchPath: String = ProcessInfo.processInfo.environment["PATH"] ?? "", patienceSeconds: Double = 60
    ) throws(GnuplotError) {
        guard var program = SystemProgram("gnuplot", searchPath: searchPath) else { throw .notFound }
        program.patienceSeconds = patienceSeconds
        self.program = program
    }

    /// Runs `NAME.gp` of a figure inside a directory that holds it and its CSV.
    public func draw(
        _ name: String, in directory: URL, formats: some Collection<FigureFormat> = FigureFormat.allCases
    ) throws(GnuplotError) {
        let list = formats.map(\.rawValue).joined(separator: " ")
        do throws(SystemProgram.Failure) {
            try program.run(["-e", "formats='\(list)'", "\(name).gp"], in: directory)
        } catch {
            switch error {
            case .hung(let seconds): throw .hung(figure: name, seconds: seconds)
            case .failed(let message): throw .failed(figure: name, message: message)
            }
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
